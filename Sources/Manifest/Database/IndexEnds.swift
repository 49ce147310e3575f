import GRDB
import Recordings

/// Checks the two ends of each index. Rows are found through indices. If damage has replaced an indexed value, its row
/// is not found where it belongs, and is silently left out of every sum. NULL, texts, blobs and numbers outside of the
/// expected range are at one of the two ends of an index. So checking the ends finds them, however many rows there are.
///
/// A damaged value between two sound ones is found when its row is read, and by `verify`, which reads everything.
enum IndexEnds {
    /// - Throws: `damaged`, with the table, the column and the value.
    static func require(in db: Database) throws {
        for row in try Row.fetchAll(db.cachedStatement(sql: strays)) {
            let (table, column): (String, String) = (try row[0], try row[1])
            throw ManifestError.unreadable("\(table).\(column)", try row[2])
        }
        let organizations = try Row.fetchAll(db.cachedStatement(sql: "SELECT row FROM organization"))
        for organization in try organizations.map({ try $0[0] as Int64 }) {
            for order in ["", " DESC"] {
                let select = """
                    SELECT row, created_time, day FROM task WHERE organization = ? ORDER BY created_time\(order) LIMIT 1
                    """
                let end = try Row.fetchOne(db.cachedStatement(sql: select), arguments: [organization])
                _ = try end.map { try TaskMoment($0) }
            }
        }
    }

    /// Tables whose rows are numbered from 1, and the column with the number.
    private static let numbered = [
        ("organization", "row"), ("word", "row"), ("archive", "row"), ("task", "row"), ("audio_format", "row"),
        ("call_party", "row"), ("call_profile", "row"), ("call_outcome", "row"), ("unsealed_task", "revision"),
        ("pass", "row"), ("event", "row"),
    ]

    /// Columns that an index begins with, and the table to which they refer.
    private static let references = [
        ("task", "organization", "organization"), ("archive", "organization", "organization"),
        ("pass", "organization", "organization"), ("day_close", "organization", "organization"),
        ("listing_doubt", "organization", "organization"), ("listed_day", "organization", "organization"),
        ("listed_span", "organization", "organization"), ("witness", "organization", "organization"),
        ("recording", "task", "task"), ("recording_source", "task", "task"), ("unsealed_task", "task", "task"),
        ("question", "task", "task"), ("claim", "task", "task"), ("open_gap", "task", "task"),
        ("explanation", "task", "task"), ("suspect", "task", "task"), ("damage", "task", "task"),
        ("call_agent", "task", "task"), ("displacement", "archive", "archive"), ("reading", "archive", "archive"),
    ]

    /// Selects values at the ends that should not be there.
    static let strays: String = {
        let numbers = numbered.map { table, column in
            (table, column, "typeof(value) <> 'integer' OR value NOT BETWEEN 1 AND \(Row.largestAmount)")
        }
        let strangers = references.map { table, column, parent in
            (table, column, "NOT EXISTS (SELECT 1 FROM \(parent) WHERE \(parent).row = value)")
        }
        return (numbers + strangers).flatMap { table, column, isStray in
            ["", " DESC"].map { order in
                """
                SELECT '\(table)', '\(column)', value
                FROM (SELECT \(column) AS value FROM \(table) ORDER BY \(column)\(order) LIMIT 1) WHERE \(isStray)
                """
            }
        }
        .joined(separator: " UNION ALL ")
    }()
}
