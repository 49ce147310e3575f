import Foundation
import GRDB
import Recordings

/// A row of `explanation`.
struct StoredExplanation {
    var value: GapExplanation
    /// What the provider listed as unusable when the explanation was given.
    private var unusable: String?
    /// The ordinals of the recordings that had failed then, between commas.
    private var failed: String

    /// - Returns: `nil` if the row has no explanation.
    init?(_ row: Row) throws {
        guard let reason: String = try row["explanation_reason"] else { return nil }
        value = GapExplanation(
            reason: ExplanationReason(rawValue: reason) ?? .other,
            note: try row["note"],
            author: try row["author"],
            authorUID: (try row["author_uid"] as Int64?).flatMap(UInt32.init(exactly:)),
            authorClaims: (try row["author_claims"] as String?).flatMap(Self.claims),
            time: try row["explanation_time"]
        )
        unusable = try row["unusable"]
        failed = try row["failed"]
    }

    private static func claims(_ json: String) -> [String: String]? {
        try? JSONDecoder().decode([String: String].self, from: Data(json.utf8))
    }

    /// Whether the explanation covers what the provider lists as unusable now: it does if nothing is, or the same as
    /// then.
    func covers(unusable now: String?) -> Bool { now == nil || now == unusable }

    func covers(ordinal: Int64) -> Bool { failed.contains(",\(ordinal),") }

    static func save(
        _ explanation: GapExplanation,
        of task: Int64,
        unusable: String?,
        failed: [Int64],
        in db: Database
    ) throws {
        let insert = """
            INSERT OR REPLACE INTO explanation
                (task, reason, note, author, author_uid, author_claims, time, unusable, failed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let claims = try explanation.authorClaims.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        try db.cachedStatement(sql: insert).execute(arguments: [
            task, explanation.reason.rawValue, explanation.note, explanation.author,
            explanation.authorUID.map { Int64($0) }, claims, explanation.time.stored, unusable,
            "," + failed.map { "\($0)," }.joined(),
        ])
    }
}
