/// The four kinds of legacy records (wxcc-api 13.1).
package enum LegacyRecordType: String, Sendable, CaseIterable {
    /// Customer session record: one contact.
    case csr
    /// Customer activity record: one step of a contact.
    case car
    /// Agent session record: one login of an agent.
    case asr
    /// Agent activity record: one step of an agent's session.
    case aar

    /// The name in paths: `csrs`.
    package var collection: String { rawValue + "s" }

    /// Reads `csrs`.
    package init?(collection: String) {
        guard let type = Self.allCases.first(where: { $0.collection == collection }) else { return nil }
        self = type
    }
}

/// The provider's identifier of a legacy record. It becomes part of a path, so it must be visible ASCII and cannot lead
/// to another folder.
package struct LegacyRecordID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// - Returns: `nil` if `text` is empty, longer than 250 bytes, not visible ASCII, or `.` or `..`.
    package init?(_ text: some StringProtocol) {
        guard (1...250).contains(text.utf8.count), text != ".", text != "..",
            text.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) })
        else { return nil }
        description = String(text)
    }
}

/// The identifier of one step of a contact: `{contact session}-{cstts}-{event}` (wxcc-api 13.1). Sessions and events
/// may have dashes themselves.
package struct LegacyActivityID: Hashable, Sendable, CustomStringConvertible {
    /// The contact session, which is the task's ID elsewhere.
    package let session: String
    /// When the step began: epoch milliseconds, as in the identifier.
    package let start: Int64
    /// Its name: `new`, `ivr-connected`, `parked`, …
    package let event: String

    /// States all of it.
    package init(session: String, start: Int64, event: String) {
        self.session = session
        self.start = start
        self.event = event
    }

    /// Reads `74d98c29-39b4-4e1e-81fa-0ce0ae5aebb0-1612238769933-ivr-connected`. The session is a UUID, or the 20
    /// characters of older tenants (wxcc-api 0).
    /// - Returns: `nil` if `text` has another form.
    package init?(_ text: String) {
        for length in [36, 20] {
            let bytes = Array(text.utf8)
            guard bytes.count > length, bytes.allSatisfy({ $0 < 0x80 }) else { continue }
            let session = text.prefix(length)
            guard length == 20 || Self.isUUID(session) else { continue }
            let parts = text.dropFirst(length).split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].isEmpty, !parts[2].isEmpty, (1...15).contains(parts[1].utf8.count),
                parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let start = Int64(parts[1])
            else { continue }
            self.init(session: String(session), start: start, event: String(parts[2]))
            return
        }
        return nil
    }

    /// The form in paths.
    package var description: String { "\(session)-\(start)-\(event)" }

    private static func isUUID(_ text: Substring) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && groups.joined().allSatisfy(\.isHexDigit)
    }
}
