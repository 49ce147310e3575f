import GRDB
import Recordings

extension Manifest {
    /// Size and speed of an organization's latest recordings that are held.
    ///
    /// Takes time in proportion to `limit`, not to the number of recordings.
    package func weightHistory(_ organization: OrganizationName, limit: Int = 5000) async throws -> WeightHistory {
        try await read { db in
            guard let known = try OrganizationRow.find(organization, in: db) else { return WeightHistory() }
            var history = WeightHistory()
            // The latest of all organizations; those of the others are removed afterwards.
            let select = """
                SELECT call_type.text, byte_count, stop_time - start_time, received_time FROM (
                    SELECT task, call_type, byte_count, start_time, stop_time, received_time FROM recording
                    WHERE archive IS NOT NULL AND kind = ? ORDER BY task DESC LIMIT ?) AS latest
                JOIN task ON task.row = latest.task JOIN word AS call_type ON call_type.row = latest.call_type
                WHERE task.organization = ? ORDER BY received_time
                """
            let arguments: StatementArguments = [CaptureKind.recording.stored, limit, known.row]
            var last: Int64?
            for row in try Row.fetchAll(db, sql: select, arguments: arguments) {
                let bytes = try row.amount(1)
                // The provider's times can be any numbers. A difference that cannot be the length of a call is ignored.
                let stated: DatabaseValue = try row[2]
                let length = Int64(column: stated).flatMap { (0...1 << 40).contains($0) ? $0 : nil }
                history.all.add(bytes, stated: length)
                history.byCallType[try row[0], default: RecordingWeight()].add(bytes, stated: length)
                let received: Int64 = try row[3]
                if let last {
                    let (pause, isTooLong) = received.subtractingReportingOverflow(last)
                    if !isTooLong, pause <= Self.longestPause {
                        history.receivedBytes += bytes
                        history.receivingTime += .milliseconds(pause)
                    }
                }
                last = received
            }
            return history
        }
    }

    /// In milliseconds. After a longer pause between two recordings, the time was spent on something else.
    private static let longestPause: Int64 = 30_000

    /// What is known about these tasks; tasks that are not known are left out.
    package func holdings(
        of ids: [TaskID],
        organization: OrganizationName,
        altered: AlteredArchives
    ) async throws -> [TaskID: TaskHolding] {
        try await read { db in
            guard let known = try OrganizationRow.find(organization, in: db) else { return [:] }
            let damaged = """
                (ifnull(archive, 0) IN (\(AlteredArchives.rows)) OR EXISTS (SELECT 1 FROM damage
                    WHERE damage.task = recording.task AND damage.ordinal = recording.ordinal))
                """
            let select = """
                SELECT EXISTS (SELECT 1 FROM question WHERE question.task = task.row AND next_ask_time IS NOT NULL),
                    (SELECT count(*) FROM recording WHERE recording.task = task.row AND archive IS NOT NULL AND NOT \(damaged)),
                    (SELECT count(*) FROM recording WHERE recording.task = task.row AND \(damaged)),
                    (SELECT count(*) FROM recording WHERE recording.task = task.row AND archive IS NULL AND NOT \(damaged))
                FROM task WHERE id = :id AND organization = :organization
                """
            let statement = try db.cachedStatement(sql: select)
            return try ids.reduce(into: [:]) { holdings, id in
                let arguments: StatementArguments = ["id": try id.known(in: db), "organization": known.row]
                guard let row = try Row.fetchOne(statement, arguments: arguments + altered.argument) else { return }
                holdings[id] = TaskHolding(
                    isOpen: try row[0],
                    held: try row[1],
                    damaged: try row[2],
                    wanted: try row[3]
                )
            }
        }
    }
}
