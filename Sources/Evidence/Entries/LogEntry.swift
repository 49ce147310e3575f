import Foundation
import Recordings

/// One act, as the log records it for good: what happened, when, and who did it.
///
/// It commits to content and not to a place. The only thing in it about a call is its task ID: no number, no name, no
/// text of the provider's.
package struct LogEntry: Hashable, Sendable {
    /// What happened.
    package var type: LogEntryType
    /// The time, by the machine's clock.
    package var time: Timestamp
    /// Who did it.
    package var actor: Actor
    /// The organization whose archive it concerns.
    package var organization: OrganizationName
    /// The members that entries of this type have.
    package var values: [LogKeyword: LogValue]

    /// Sets every property.
    package init(
        _ type: LogEntryType,
        time: Timestamp,
        actor: Actor,
        organization: OrganizationName,
        _ values: [LogKeyword: LogValue]
    ) {
        self.type = type
        self.time = time
        self.actor = actor
        self.organization = organization
        self.values = values
    }

    /// The text of a member; `nil` if it is missing.
    package func text(_ keyword: LogKeyword) -> String? {
        guard case .text(let text)? = values[keyword] else { return nil }
        return text
    }

    /// The number of a member; `nil` if it is missing.
    package func number(_ keyword: LogKeyword) -> Int64? {
        guard case .number(let number)? = values[keyword] else { return nil }
        return number
    }

    /// The digest of a member; `nil` if it is missing.
    package func digest(_ keyword: LogKeyword) -> ContentDigest? {
        guard case .digest(let digest)? = values[keyword] else { return nil }
        return digest
    }

    /// The state of another log that this one continues from.
    package var previous: LogPosition? {
        guard case .position(let position)? = values[.previous] else { return nil }
        return position
    }

    /// The files in `objects/` that the entry refers to.
    package var objects: [ContentDigest] {
        var keywords = values.keys.filter(\.namesObject)
        if type == .dayClosed { keywords.append(.record) }
        // For this type, the digest names a file in `anchors/`.
        if type == .anchorAdded { keywords.removeAll { $0 == .object } }
        return keywords.compactMap { digest($0) }
    }

    /// The bytes that are hashed: one JSON object on one line, without spaces, its members sorted by the bytes of their
    /// names.
    /// - Throws: `bug` if a member is missing or does not belong to the type; `tooLong` for more than 65,535 bytes.
    package func encoded() throws(EvidenceError) -> [UInt8] {
        let (needed, allowed) = type.keywords
        let isComplete = needed.isSubset(of: values.keys) && Set(values.keys).isSubset(of: needed.union(allowed))
        guard isComplete, values.allSatisfy({ $0.value.fits($0.key) }) else {
            throw EvidenceError(.bug, "an entry \(type.rawValue) with members \(values.keys) is none", path: "")
        }
        let members =
            [
                JSONMember("v", .number("1")), JSONMember("type", .string(type.rawValue)),
                JSONMember("time", .number(String(time.millisecondsSince1970))), JSONMember("actor", actor.json),
                JSONMember("org", .string(organization.description)),
            ] + values.map { JSONMember($0.key.rawValue, $0.value.json) }
        let text = Array(JSONWriter.text(.object(members)).utf8)
        guard text.count <= EntryBundle.longestEntry else {
            throw EvidenceError(.tooLong, "an entry \(type.rawValue) of \(text.count) bytes is too long", path: "")
        }
        return text
    }

    /// Why an entry cannot be understood.
    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// It is not an entry at all.
        case malformed(String)
        /// A later version wrote it.
        case unknownType(String)
        /// It is no object, or has a member twice: of two readers, each may find something else in it.
        case ambiguous(String)

        package var description: String {
            switch self {
            case .malformed(let reason): reason
            case .unknownType(let type): "type \(type) is not known to this version"
            case .ambiguous(let reason): reason
            }
        }
    }

    /// Reads the output of ``encoded()``. Members that this version does not know are ignored.
    /// - Throws: ``Fault``.
    package init(_ bytes: [UInt8]) throws(Fault) {
        let json: JSONValue
        // Without anything in front of it, such as a byte-order mark.
        guard bytes.first == UInt8(ascii: "{") else { throw .ambiguous("it is no JSON object") }
        do throws(JSONReader.Fault) {
            json = try JSONReader.value(of: Data(bytes), maxValues: 10_000)
        } catch {
            throw .ambiguous("no JSON: \(error)")
        }
        guard Self.isUnambiguous(json) else { throw .ambiguous("it has a member twice") }
        guard case .object(let members) = json, case .number("1")? = json.member("v"),
            case .string(let name)? = json.member("type"), case .number(let text)? = json.member("time"),
            let time = Int64(text), let actor = json.member("actor").flatMap(Actor.init(json:)),
            case .string(let org)? = json.member("org"), let organization = OrganizationName(org)
        else { throw .malformed("v, type, time, actor or org is missing") }
        guard let type = LogEntryType(rawValue: name) else { throw .unknownType(name) }
        var values: [LogKeyword: LogValue] = [:]
        let (needed, allowed) = type.keywords
        for member in members {
            guard let keyword = LogKeyword(rawValue: member.name), needed.union(allowed).contains(keyword) else {
                continue
            }
            guard let value = LogValue(keyword, json: member.value) else {
                throw .malformed("\(member.name) is not in its form")
            }
            values[keyword] = value
        }
        guard needed.isSubset(of: values.keys) else { throw .malformed("a member of \(name) is missing") }
        self.init(
            type,
            time: Timestamp(millisecondsSince1970: time),
            actor: actor,
            organization: organization,
            values
        )
    }

    /// Whether no object in it has two members with the same name.
    private static func isUnambiguous(_ json: JSONValue) -> Bool {
        switch json {
        case .object(let members):
            Set(members.map { Array($0.name.utf8) }).count == members.count
                && members.allSatisfy { isUnambiguous($0.value) }
        case .array(let elements): elements.allSatisfy(isUnambiguous)
        case .null, .bool, .number, .string: true
        }
    }
}
