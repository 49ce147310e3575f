import GRDB
import Recordings

/// Where the facts of a call come from.
enum CallSource: Int {
    /// The task list; Search has yet to be asked.
    case task
    /// Search, as far as it has them.
    case search
    /// The task list; Search was asked and does not have the task.
    case taskOnly
}

/// How a call ended, and according to which source: a row of `call_outcome`.
struct CallOutcome: Hashable {
    var wrapUp: String?
    var termination: String?
    var source: CallSource

    /// The greatest number of different outcomes. Beyond that, new ones are not in the manifest, only in the archive.
    /// No one looks for calls by their outcome.
    private static let limit: Int64 = 4096

    func row(in db: Database) throws -> Int64 {
        if let row = try known(in: db) { return row }
        let count = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(row) FROM call_outcome")) ?? 0
        guard count < Self.limit || (wrapUp ?? termination) == nil else {
            return try CallOutcome(source: source).row(in: db)
        }
        try db.cachedStatement(sql: "INSERT INTO call_outcome (wrap_up, termination, source) VALUES (?, ?, ?)")
            .execute(arguments: [
                wrapUp.map { try StringTable.row(of: $0, in: db) },
                termination.map { try StringTable.row(of: $0, in: db) },
                source.rawValue,
            ])
        return db.lastInsertedRowID
    }

    private func known(in db: Database) throws -> Int64? {
        let select = """
            SELECT row FROM call_outcome
            WHERE \(StringTable.condition("wrap_up")) AND \(StringTable.condition("termination")) AND source = :source
            """
        let parts: StatementArguments = ["wrap_up": wrapUp, "termination": termination, "source": source.rawValue]
        return try Int64.fetchOne(db.cachedStatement(sql: select), arguments: parts)
    }
}

extension CallOutcome {
    init(row: Int64, in db: Database) throws {
        let select = """
            SELECT wrap_up.text, termination.text, source FROM call_outcome
            LEFT JOIN word AS wrap_up ON wrap_up.row = wrap_up
            LEFT JOIN word AS termination ON termination.row = termination WHERE call_outcome.row = ?
            """
        guard let found = try Row.fetchOne(db.cachedStatement(sql: select), arguments: [row]),
            let source = CallSource(rawValue: try found[2])
        else { throw ManifestError.unreadable("outcome of a call", row.databaseValue) }
        self.init(wrapUp: try found[0], termination: try found[1], source: source)
    }
}
