import Archiver
import Evidence
import Recordings

/// `{"type":"audit", …}`: who did what, when, to which call, and why. Every field is in every line; what is not known is `null`.
package struct AuditLine: Encodable {
    private let row: AuditRow

    package init(_ row: AuditRow) {
        self.row = row
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, time, actor, via, address, action, recording, reason, leaf, log, published
        case taskID = "task_id"
        case caseName = "case"
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        let entry = row.entry
        try line.encode("audit", forKey: .type)
        try line.encode(entry.organization, forKey: .organization)
        try line.encode(entry.time.description, forKey: .time)
        try line.encode(entry.actor.name, forKey: .actor)
        try line.encode(entry.actor.via.rawValue, forKey: .via)
        try line.encode(entry.actor.address, forKey: .address)
        try line.encode(entry.type.rawValue, forKey: .action)
        try line.encode(entry.text(.taskID), forKey: .taskID)
        try line.encode(row.recording, forKey: .recording)
        try line.encode(entry.text(.reason), forKey: .reason)
        try line.encode(entry.text(.caseName), forKey: .caseName)
        try line.encode(row.leaf, forKey: .leaf)
        try line.encode(row.origin, forKey: .log)
        try line.encode(row.isPublished, forKey: .published)
    }
}

/// `{"type":"checkpoint", …}`: the signed state of a log that the lines after it are from.
package struct AuditCheckpointLine: Encodable {
    let type = "checkpoint"
    private let organization: OrganizationName
    private let origin: String
    private let size: Int64
    private let root: String
    private let accepted: Int
    private let keyConfirmed: Bool

    /// - Parameter keyConfirmed: whether it was checked with the key of the key file, and not only with the one that the log names.
    package init(_ source: Audit.Source, of organization: OrganizationName, keyConfirmed: Bool) {
        self.organization = organization
        origin = source.position.origin
        size = source.position.size
        root = source.position.root.base64
        accepted = source.accepted
        self.keyConfirmed = keyConfirmed
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, origin, size, root, accepted
        case keyConfirmed = "key_confirmed"
    }
}
