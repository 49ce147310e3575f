import GRDB
import Recordings

/// Archives that only the evidence log knows any more.
extension Manifest {
    /// Records a sealed archive that exists nowhere, as the evidence log describes it. From then on it is damaged, as every
    /// archive is whose file is missing. What it held is not known here. The change is durable.
    /// - Parameter reason: what is wrong, for people.
    /// - Returns: whether it is recorded now; `false` if its name is known, or its organization is not.
    @discardableResult
    package func restoreGone(
        _ archive: ArchiveRow,
        reason: String,
        now: Timestamp
    ) async throws -> Bool {
        try await write(.machine) { db in
            let name = archive.name
            guard let organization = try OrganizationRow.find(name.organization, in: db)?.row else { return false }
            let select = "SELECT EXISTS (SELECT 1 FROM archive WHERE organization = ? AND day = ? AND sequence = ?)"
            let place: StatementArguments = [organization, name.day.stored, name.sequence]
            if try Bool.fetchOne(db, sql: select, arguments: place) ?? false { return false }
            let insert = """
                INSERT INTO archive (organization, day, sequence, recordings, byte_count, digest)
                VALUES (?, ?, ?, ?, ?, ?)
                """
            try db.execute(
                sql: insert,
                arguments: place + [archive.recordings, archive.byteCount, archive.digest.stored]
            )
            let row = db.lastInsertedRowID
            let reading = "INSERT INTO reading (archive, time, faults, own_faults, own_fault) VALUES (?, ?, 1, 1, ?)"
            try db.execute(sql: reading, arguments: [row, now.stored, reason])
            try db.execute(sql: "INSERT INTO logged_archive (archive) VALUES (?)", arguments: [row])
            return true
        }
    }

    /// The damaged archives of which no recording is known by name, oldest first. No list of recordings or gaps has what they
    /// held.
    /// - Parameter days: `nil` for all.
    package func unnamedLosses(
        _ organization: OrganizationName,
        days: ClosedRange<ArchiveDay>? = nil,
        altered: AlteredArchives
    ) async throws -> [UnnamedLoss] {
        try await read { db in
            guard let row = try OrganizationRow.find(organization, in: db)?.row else { return [] }
            let select = """
                SELECT organization.name, day, sequence, recordings, archive.row
                FROM archive JOIN organization ON organization.row = archive.organization
                WHERE archive.organization = :organization AND recordings > 0 AND \(KnownDamage.isOfArchive)
                ORDER BY day, sequence
                """
            let named = """
                SELECT EXISTS (SELECT 1 FROM task CROSS JOIN recording ON recording.task = task.row
                    WHERE \(TaskRange.condition) AND recording.archive = :archive)
                """
            let arguments: StatementArguments = ["organization": row]
            var losses: [UnnamedLoss] = []
            for found in try Row.fetchAll(db, sql: select, arguments: arguments + altered.argument) {
                let (name, archive): (ArchiveName, Int64) = (try ArchiveName(found), try found[4])
                if let days, !days.contains(name.day) { continue }
                let window = TaskRange.instants(of: name.day)
                let range = TaskRange.arguments(organization: row, window: window) + ["archive": archive]
                if try Bool.fetchOne(db.cachedStatement(sql: named), arguments: range) ?? false { continue }
                losses.append(UnnamedLoss(archive: name, recordings: try found[3]))
            }
            return losses
        }
    }

    /// Those of some days of which an archive was sealed, or a loss explained, since the last pass that went through began; all
    /// if there was no such pass. Of no other day can an archive that is gone be made up for by now.
    package func changedDays(
        among days: Set<ArchiveDay>,
        of organization: OrganizationName
    ) async throws -> Set<ArchiveDay> {
        try await read { db in
            guard let row = try OrganizationRow.find(organization, in: db)?.row else { return [] }
            let last = """
                SELECT max(started_time) FROM pass
                WHERE organization = ? AND outcome IN (?, ?) AND failure IS NULL
                """
            let ends: StatementArguments = [row, PassOutcome.complete.stored, PassOutcome.incomplete.stored]
            guard let since = try Int64.fetchOne(db, sql: last, arguments: ends) else { return days }
            let select = """
                SELECT EXISTS (SELECT 1 FROM archive
                        WHERE organization = :organization AND day = :day AND sealed_time >= :since)
                    OR EXISTS (SELECT 1 FROM explanation CROSS JOIN task ON task.row = explanation.task
                        WHERE explanation.time >= :since AND task.organization = :organization AND task.day = :day)
                """
            return try days.filter { day in
                let arguments: StatementArguments = ["organization": row, "day": day.stored, "since": since]
                return try Bool.fetchOne(db.cachedStatement(sql: select), arguments: arguments) ?? false
            }
        }
    }

    /// Where the recordings of an archive that is gone are by now. A recording is held if an archive whose file is not
    /// altered has it, with the bytes that were logged or with those that replaced them, and no reading found it damaged.
    /// - Parameters:
    ///   - explained: the time since which an explanation of a task is about this loss; `nil` if none can be.
    ///   - altered: the archives whose files are not as they were sealed.
    ///   - isOpen: whether it is an open archive, which may hold some of them still.
    package func account(
        for logged: [LoggedRecording],
        of name: ArchiveName,
        explainedSince explained: Timestamp?,
        altered: AlteredArchives,
        isOpen: Bool = false
    ) async throws -> LossAccount {
        try await read { db in
            var account = LossAccount()
            guard let organization = try OrganizationRow.find(name.organization, in: db)?.row else {
                account.lost = logged
                return account
            }
            try KnownTask.forEach(logged, about: \.taskID, organization: organization, in: db) { recording, task in
                guard let task else {
                    account.lost.append(recording)
                    return
                }
                if let holder = try recording.holder(task, name.organization, altered, in: db),
                    isOpen || holder.name != name
                {
                    if !holder.isSealed { account.isSealed = false }
                    if holder.isSealed { account.successor = max(account.successor ?? holder.name, holder.name) }
                } else if try explained.map({ try task.isExplained(since: $0, in: db) }) != true {
                    account.lost.append(recording)
                }
            }
            return account
        }
    }
}

extension LoggedRecording {
    /// The archive that has this recording.
    fileprivate func holder(
        _ task: KnownTask,
        _ organization: OrganizationName,
        _ altered: AlteredArchives,
        in db: Database
    ) throws -> (name: ArchiveName, isSealed: Bool)? {
        let known = try KnownRecording.all(of: task.row, taskID: taskID, in: db)
        guard let same = known.first(where: { PayloadPath.of(taskID, $0.file) == path }) else { return nil }
        let select = """
            SELECT holder.row, holder.day, holder.sequence, holder.digest IS NOT NULL, recording.digest
            FROM recording JOIN archive AS holder ON holder.row = recording.archive \(KnownDamage.join)
            WHERE recording.task = ? AND recording.ordinal = ? AND damage.task IS NULL
            """
        let arguments: StatementArguments = [task.row, same.ordinal]
        guard let row = try Row.fetchOne(db.cachedStatement(sql: select), arguments: arguments) else { return nil }
        let archive: Int64 = try row[0]
        let day: ArchiveDay = try row[1]
        let name = try ArchiveName(organization: organization, day: day, stored: try row[2])
        guard altered[archive] == nil else { return nil }
        let held = try ContentDigest(stored: row[4])
        let isSealed: Bool = try row[3]
        return isReplaced || held == digest ? (name, isSealed) : nil
    }
}

extension KnownTask {
    /// Whether somebody has explained since then what is missing of it.
    fileprivate func isExplained(since time: Timestamp, in db: Database) throws -> Bool {
        let select = "SELECT EXISTS (SELECT 1 FROM explanation WHERE task = ? AND time >= ?)"
        return try Bool.fetchOne(db.cachedStatement(sql: select), arguments: [row, time.stored]) ?? false
    }
}
