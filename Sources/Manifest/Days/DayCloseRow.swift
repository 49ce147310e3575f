import GRDB
import Recordings

/// The record of a day in the manifest.
package struct DayCloseRow: Hashable, Sendable {
    package var record: DayClose
    /// The archive that has the record; `nil` for a day without tasks, which has no archive.
    package var archive: ArchiveName?
    /// Whether nothing that the record counts has changed since.
    package var isCurrent: Bool
}

extension DayCloseRow {
    static func find(
        _ day: ArchiveDay,
        organization: OrganizationRow,
        in db: Database
    ) throws -> DayCloseRow? {
        try all(
            where: "organization = ? AND day = ?",
            [organization.row, day.stored],
            organization: organization,
            in: db
        )
        .first
    }

    static func all(
        where condition: String,
        _ arguments: StatementArguments,
        organization: OrganizationRow,
        in db: Database
    ) throws -> [DayCloseRow] {
        let select = "SELECT day, sequence, record, is_current FROM day_close WHERE \(condition)"
        return try Row.fetchAll(db, sql: select, arguments: arguments).map { row in
            let day: ArchiveDay = try row[0]
            let text: String = try row[2]
            guard let record = try? DayClose(json: Array(text.utf8)) else {
                throw ManifestError(
                    .damaged,
                    "the record of \(day) cannot be read; `callark rebuild` makes a new manifest"
                )
            }
            return DayCloseRow(
                record: record,
                archive: try (row[1] as Int?).map {
                    try ArchiveName(organization: organization.name, day: day, stored: $0)
                },
                isCurrent: try row[3]
            )
        }
    }
}
