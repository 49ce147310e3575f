import Recordings

/// A case that people collect calls for.
struct CaseRecord: Sendable, Hashable {
    var name: CaseName
    /// What it is about, in somebody's own words.
    var note: String
    var createdTime: Timestamp
    var createdBy: String
    /// The calls, in the order in which they were added.
    var calls: [Call] = []
    /// The newest first.
    var exports: [CaseExportRecord] = []

    /// A call of a case.
    struct Call: Sendable, Hashable {
        var organization: OrganizationName
        var task: TaskID
        var addedTime: Timestamp
        var addedBy: String
    }
}

/// A case in a list.
struct CaseSummary: Sendable, Hashable {
    /// Without its calls and exports.
    var record: CaseRecord
    /// How many calls and exports it has.
    var calls: Int
    var exports: Int
}

/// The name of a case: one line of up to 100 characters.
struct CaseName: Sendable, Hashable, CustomStringConvertible {
    let description: String

    /// - Returns: `nil` for a blank text, one with control characters, or one that is too long.
    init?(_ text: String) {
        guard text.contains(where: { !$0.isWhitespace }), text.count <= 100, text.utf8.count <= 200,
            Self.isOneLine(text)
        else { return nil }
        description = text
    }
}

/// An export of a case: requested, under way, or ended.
struct CaseExportRecord: RequestedWork, Hashable {
    let id: String
    let matter: CaseName
    let reason: String
    /// Whether each call gets a vCon too.
    let includesVCons: Bool
    let requestedBy: String
    /// How the actor was known: the same name may be a key's and a person's.
    let requestedVia: String
    let requestedTime: Timestamp
    var state = WorkState.waiting
    var endedTime: Timestamp?
    var result: Result?
    /// The code of the problem, if the export failed.
    var error: String?
    var version = 0

    /// What an export has.
    struct Result: Sendable, Hashable, Codable {
        var calls: Int
        var recordings: Int
        var bytes: Int64
        /// Calls that lack something that should exist.
        var missing: Int
        var explained: Int
        /// One line for everything that is damaged and not exported.
        var damage: [String]
        /// One line for everything that the evidence log does not prove.
        var unproven: [String]
        var remarks: [String]
        /// The SHA-256 by which the evidence log knows this export.
        var manifest: String?
        /// The verifier keys of the logs, by organization: for the covering letter.
        var keys: [String: String]
        var isComplete: Bool
        /// The size of the zip file.
        var fileBytes: Int64

        enum CodingKeys: String, CodingKey {
            case calls, recordings, bytes, missing, explained, damage, unproven, remarks, manifest, keys
            case isComplete = "complete"
            case fileBytes = "file_bytes"
        }
    }
}
