import GRDB
import Recordings

extension Manifest {
    /// How many bytes the sealed archives of all organizations have for a day, on average since the first of these days that
    /// has one.
    /// - Parameters:
    ///   - today: the first day that does not count, because it is not over.
    ///   - days: how many days before that count.
    /// - Returns: `nil` if none of them has an archive.
    package func bytesPerDay(before today: ArchiveDay, days: Int) async throws -> Int64? {
        let select = """
            SELECT sum(byte_count) / (:today - min(day)) FROM archive
            WHERE digest IS NOT NULL AND day >= :first AND day < :today
                AND organization IN (SELECT row FROM organization)
            """
        let today = today.daysSince1970
        let arguments: StatementArguments = ["today": today, "first": today - Int64(days)]
        return try await read { db in try Int64.fetchOne(db, sql: select, arguments: arguments) }
    }

    /// The figures of one organization.
    ///
    /// Takes time in proportion to the number of archives and of what is unfinished, not to that of recordings.
    /// - Throws: `unknown` if the organization is not registered.
    package func holdingFigures(_ organization: OrganizationName, now: Timestamp) async throws -> HoldingFigures {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            var figures = HoldingFigures()
            let waitsForVault = VaultRule.isWaiting()
            let archives = """
                SELECT coalesce(sum(archive.byte_count) FILTER (WHERE digest IS NOT NULL AND NOT \(waitsForVault)), 0),
                    coalesce(sum(tar_bytes), 0) + coalesce(sum(archive.byte_count) FILTER (WHERE digest IS NOT NULL AND \(waitsForVault)), 0),
                    min(coalesce(reading.time, archive.sealed_time, (archive.day + 1) * 86400000)) FILTER (WHERE digest IS NOT NULL)
                FROM archive LEFT JOIN reading ON reading.archive = archive.row WHERE organization = ?
                """
            if let held = try Row.fetchOne(db, sql: archives, arguments: [row]) {
                (figures.archivedBytes, figures.storedBytes) = (try held.amount(0), try held.amount(1))
                figures.checkedSince = try held[2]
            }
            let waiting = """
                SELECT count(*), min(created_time)
                FROM recording INDEXED BY recording_wanted CROSS JOIN task ON task.row = recording.task
                WHERE archive IS NULL AND failure IS NULL AND organization = :organization AND NOT EXISTS (
                    SELECT 1 FROM damage WHERE damage.task = recording.task AND damage.ordinal = recording.ordinal)
                """
            let due = """
                SELECT count(*), min(created_time) FROM question CROSS JOIN task ON task.row = question.task
                WHERE next_ask_time <= :now AND organization = :organization
                """
            var oldest: [Timestamp] = []
            if let found = try Row.fetchOne(db, sql: waiting, arguments: ["organization": row]) {
                figures.waitingRecordings = try found[0]
                if let time: Timestamp = try found[1] { oldest.append(time) }
            }
            if let found = try Row.fetchOne(db, sql: due, arguments: ["organization": row, "now": now.stored]) {
                figures.dueCalls = try found[0]
                if let time: Timestamp = try found[1] { oldest.append(time) }
            }
            figures.oldestWaiting = oldest.min()
            return figures
        }
    }
}
