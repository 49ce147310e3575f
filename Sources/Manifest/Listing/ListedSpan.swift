import GRDB
import Recordings

/// The rows of `listed_span`.
enum ListedSpan {
    static func all(of organization: Int64, in db: Database) throws -> ListedTime {
        let select = "SELECT from_time, to_time FROM listed_span WHERE organization = ? ORDER BY from_time"
        return ListedTime(
            try Row.fetchAll(db, sql: select, arguments: [organization]).map { row in
                let (from, to): (Timestamp, Timestamp) = (try row[0], try row[1])
                guard from < to else { throw ManifestError.unreadable("span that was listed", to.stored.databaseValue) }
                return from..<to
            }
        )
    }

    static func add(_ span: Range<Timestamp>, of organization: Int64, in db: Database) throws {
        var time = try all(of: organization, in: db)
        guard !time.contains(span) else { return }
        time.add(span)
        try db.execute(sql: "DELETE FROM listed_span WHERE organization = ?", arguments: [organization])
        let insert = "INSERT INTO listed_span (organization, from_time, to_time) VALUES (?, ?, ?)"
        for span in time.spans {
            try db.execute(sql: insert, arguments: [organization, span.lowerBound.stored, span.upperBound.stored])
        }
    }
}
