import Recordings

/// A member of an entry, other than those that all entries have. docs/evidence.md describes each.
package enum LogKeyword: String, CaseIterable, Hashable, Sendable {
    case origin, vkey, previous, recipient
    case sha256, record, tags, manifest, note, objects, object, plan, certificates
    case taskID = "task_id"
    case path, archive, day, file, store, key, version
    case retentionClass = "class"
    case bytes, recordings, gaps, count, edition, leaf, size
    case reason, detail, how, hold, matter, approver, method, ground, kind, name, role
    case caseName = "case"
    case until, from, to
    case retainUntil = "retain_until"

    /// How its value is written.
    enum Form {
        /// A JSON string.
        case text
        /// A whole number, not negative; times are in milliseconds since 1970-01-01T00:00:00Z.
        case number
        /// SHA-256 in hexadecimal.
        case digest
        /// A digest, or the state of another log.
        case predecessor
    }

    var form: Form {
        switch self {
        case .sha256, .record, .tags, .manifest, .note, .objects, .object, .plan, .certificates: .digest
        case .previous: .predecessor
        case .bytes, .recordings, .gaps, .count, .edition, .leaf, .size, .until, .from, .to, .retainUntil: .number
        default: .text
        }
    }

    /// Whether its value names a file in `objects/`, which must then exist.
    package var namesObject: Bool {
        switch self {
        case .note, .objects, .object, .plan, .certificates: true
        // `record` names one only for a closed day: see ``LogEntry/objects``.
        default: false
        }
    }
}

/// The value of a member of an entry.
package enum LogValue: Hashable, Sendable {
    case text(String)
    case number(Int64)
    case digest(ContentDigest)
    case position(LogPosition)

    var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .number(String(number))
        case .digest(let digest): .string(digest.description)
        case .position(let position): position.json
        }
    }

    /// - Returns: `nil` if `json` is not in the form of `keyword`.
    init?(_ keyword: LogKeyword, json: JSONValue) {
        switch (keyword.form, json) {
        case (.text, .string(let text)): self = .text(text)
        case (.number, .number(let text)):
            guard let number = LogPosition.number(text) else { return nil }
            self = .number(number)
        case (.digest, .string(let text)), (.predecessor, .string(let text)):
            guard let digest = ContentDigest(hexadecimal: text), digest.description == text else { return nil }
            self = .digest(digest)
        case (.predecessor, let json):
            guard let position = LogPosition(json: json) else { return nil }
            self = .position(position)
        default: return nil
        }
    }

    /// Whether it is in the form of `keyword`.
    func fits(_ keyword: LogKeyword) -> Bool {
        switch (keyword.form, self) {
        case (.text, .text), (.digest, .digest), (.predecessor, .digest), (.predecessor, .position): true
        case (.number, .number(let number)): number >= 0
        default: false
        }
    }
}
