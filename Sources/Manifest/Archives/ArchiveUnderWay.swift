import GRDB
import Recordings

/// An archive that is open although its day is not over.
package struct ArchiveUnderWay: Hashable, Sendable {
    package var day: ArchiveDay
    /// How many bytes of its tar count.
    package var byteCount: Int64
    /// When the first of its recordings arrived; `nil` without a recording.
    package var firstReceived: Timestamp?
}

extension Manifest {
    /// The archives that are open in this spool with a recording, of days from `day` on.
    package func archivesUnderWay(
        organization: OrganizationName,
        from day: ArchiveDay
    ) async throws -> [ArchiveUnderWay] {
        try await read { [spool] db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let select = """
                SELECT row, day, tar_bytes FROM archive
                WHERE organization = ? AND spool = ? AND digest IS NULL AND recordings > 0 AND day >= ? ORDER BY day
                """
            let arguments: StatementArguments = [row, spool.stored, day.stored]
            return try Row.fetchAll(db, sql: select, arguments: arguments).map { open in
                let day: ArchiveDay = try open[1]
                let first = """
                    SELECT min(received_time) FROM task CROSS JOIN recording ON recording.task = task.row
                    WHERE \(TaskRange.condition) AND day = :day AND archive = :archive
                    """
                let archive: Int64 = try open[0]
                let place = TaskRange.arguments(organization: row, day: day) + ["archive": archive]
                return ArchiveUnderWay(
                    day: day,
                    byteCount: try open.amount(2),
                    firstReceived: try Row.fetchOne(db, sql: first, arguments: place)?[0]
                )
            }
        }
    }
}
