import GRDB
import Recordings

extension Manifest {
    /// Which days of `organization` are closed, and which can be closed as far as it is listed.
    /// - Parameter altered: archives whose files are missing or altered: their days are not closed.
    package func closingOutlook(
        _ organization: OrganizationName,
        altered: AlteredArchives = AlteredArchives()
    ) async throws -> ClosingOutlook {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            var outlook = ClosingOutlook()
            let span = "SELECT listed_from, listed_through FROM organization WHERE row = ?"
            if let found = try Row.fetchOne(db, sql: span, arguments: [row]), let from: Timestamp = try found[0],
                let through: Timestamp = try found[1]
            {
                guard from <= through else {
                    throw ManifestError.unreadable(
                        "listed_through",
                        through.stored.databaseValue,
                        in: "organization \(row)"
                    )
                }
                let span = from..<through
                outlook.listed = span
                outlook.listedTime.add(span)
            }
            outlook.damaged = try KnownDamage.days(organization: row, altered, in: db)
            for span in try ListedSpan.all(of: row, in: db).spans { outlook.listedTime.add(span) }
            let days = "SELECT day, is_current FROM day_close WHERE organization = ? ORDER BY day"
            for found in try Row.fetchAll(db, sql: days, arguments: [row]) {
                let day: ArchiveDay = try found[0]
                outlook.firstNoted = outlook.firstNoted ?? day
                let isCurrent: Bool = try found[1]
                let isClosed = isCurrent && !outlook.damaged.contains(day)
                if isClosed { outlook.closed.insert(day) } else { outlook.reopened.insert(day) }
            }
            let alone = "SELECT day FROM listed_day WHERE organization = ?"
            outlook.listedAlone = Set(try Row.fetchAll(db, sql: alone, arguments: [row]).map { try $0[0] })
            let doubts = "SELECT day FROM listing_doubt WHERE organization = ?"
            outlook.doubted = Set(try Row.fetchAll(db, sql: doubts, arguments: [row]).map { try $0[0] })
            return outlook
        }
    }

    /// The record with which the day can be closed. It counts as archived what is stored, so the caller has to archive
    /// that.
    /// - Returns: `nil` if something expected of the day is neither held nor explained, or may still appear; also if
    ///   the present record counts more than is known now.
    package func draftDayClose(
        _ organization: OrganizationName,
        day: ArchiveDay,
        at standpoint: Standpoint
    ) async throws -> DayCloseDraft? {
        try await read { db in
            let found = try OrganizationRow.known(organization, in: db)
            let scope = DayTallyScope(day, organization: found.row)
            // If one gap is not explained, there is no record.
            let tally = try DayTally(organization, found.row, scope, at: standpoint, keeping: .explained, in: db)
            let figures = tally.days.first ?? DayReconciliation(organization: organization, day: day)
            let isUnderWay = try tally.underWay > 0 || Self.hasCallsUnderWay(scope, at: standpoint, in: db)
            guard figures.summary.recordings.pending == 0, figures.summary.recordings.unexplained == 0,
                figures.summary.tasks.unresolved == 0, !isUnderWay, !figures.isDamaged
            else { return nil }
            let suspects = try SuspectRow.all(where: scope.condition, scope.arguments, in: db).map(\.suspect)
            let record = DayClose(found, figures, tally.gaps, suspects)
            let noted = try DayCloseRow.find(day, organization: found, in: db)
            // If less is known than a record has counted, something was lost: the day must not be closed.
            if let noted, !figures.matches(noted.record) { return nil }
            let mark = try Int64.fetchOne(db, sql: "SELECT coalesce(max(row), 0) FROM event") ?? 0
            return DayCloseDraft(
                record: record,
                hasChanged: !(noted?.record.isEquivalent(as: record) ?? false),
                mark: ClosingMark(event: mark)
            )
        }
    }

    /// Closes the day without another archive, because its record is still true, or because nothing happened on the
    /// day. The change is durable. If an operator has explained a gap or withdrawn an explanation since the draft, the
    /// record is not current, and the day is checked again.
    package func noteClosed(_ draft: DayCloseDraft, now: Timestamp) async throws {
        try await write(.machine) { [self] db in
            let (record, mark) = (draft.record, draft.mark)
            guard !draft.hasChanged else {
                let act = try record.note(sequence: nil, decidedAt: mark, now: now, in: db)
                return try self.record([act])
            }
            let row = try OrganizationRow.row(of: record.organization, in: db)
            let day: StatementArguments = [row, record.day.stored]
            let select = "SELECT is_reopened, sequence FROM day_close WHERE organization = ? AND day = ?"
            let noted = try Row.fetchOne(db, sql: select, arguments: day)
            try db.execute(
                sql: "UPDATE day_close SET is_current = ?, is_reopened = 0 WHERE organization = ? AND day = ?",
                arguments: [try mark.isCurrent(row, in: db)] + day
            )
            // The last event about the day says that it is open again.
            guard let noted, try noted[0] else { return }
            try self.record([try record.logClosing(sequence: try noted[1], now: now, in: db)])
        }
    }

    /// The account of a day at `standpoint`: what its record says if it is closed, and otherwise what is counted now.
    package func account(
        _ organization: OrganizationName,
        day: ArchiveDay,
        at standpoint: Standpoint
    ) async throws -> DayAccount {
        try await read { db in
            let found = try OrganizationRow.known(organization, in: db)
            if let noted = try DayCloseRow.find(day, organization: found, in: db), noted.isCurrent,
                try !KnownDamage.days(organization: found.row, standpoint.altered, in: db).contains(day),
                try VaultRule.archives(organization: found.row, in: db)[day] == nil
            {
                return DayAccount(closed: noted.record)
            }
            let scope = DayTallyScope(day, organization: found.row)
            let tally = try DayTally(organization, found.row, scope, at: standpoint, keeping: .all, in: db)
            return DayAccount(
                figures: tally.days.first ?? DayReconciliation(organization: organization, day: day),
                gaps: tally.gaps
            )
        }
    }

    /// How many tasks of each of these days were listed. Days about which nothing is known are left out. Only the tasks
    /// of days that are not closed are counted; the others have a record.
    package func taskCounts(
        _ organization: OrganizationName,
        days: ClosedRange<ArchiveDay>
    ) async throws -> [ArchiveDay: Int] {
        try await read { db in
            let found = try OrganizationRow.known(organization, in: db)
            let closed = try DayCloseRow.all(
                where: "organization = ? AND day BETWEEN ? AND ? AND is_current",
                [found.row, days.lowerBound.stored, days.upperBound.stored],
                organization: found,
                in: db
            )
            var counts = Dictionary(uniqueKeysWithValues: closed.map { ($0.record.day, $0.record.tasks.listed) })
            let select = "SELECT count(*) FROM task WHERE \(TaskRange.condition) AND day = :day AND listed"
            for day in days.lowerBound.through(days.upperBound) where counts[day] == nil {
                let arguments = TaskRange.arguments(organization: found.row, day: day)
                let count = try Int.fetchOne(db.cachedStatement(sql: select), arguments: arguments) ?? 0
                if count > 0 { counts[day] = count }
            }
            return counts
        }
    }

    /// How many recordings of tasks created in `times` are known, but neither held nor given up, and the first of their
    /// days.
    package func pendingRecordings(
        _ organization: OrganizationName,
        created times: Range<Timestamp>
    ) async throws -> (count: Int, firstDay: ArchiveDay?) {
        try await read { db in
            let select = """
                SELECT count(*), min(task.day) FROM recording INDEXED BY recording_wanted
                CROSS JOIN task ON task.row = recording.task
                WHERE archive IS NULL AND failure IS NULL AND task.organization = ? AND created_time >= ?
                    AND created_time < ?
                """
            let row = try OrganizationRow.row(of: organization, in: db)
            let arguments: StatementArguments = [row, times.lowerBound.stored, times.upperBound.stored]
            guard let found = try Row.fetchOne(db, sql: select, arguments: arguments) else { return (0, nil) }
            return (try found[0], try found[1])
        }
    }

    /// The records of an organization's days, oldest first.
    package func dayCloses(
        _ organization: OrganizationName,
        days: ClosedRange<ArchiveDay>
    ) async throws -> [DayCloseRow] {
        try await read { db in
            let found = try OrganizationRow.known(organization, in: db)
            let condition = "organization = ? AND day BETWEEN ? AND ? ORDER BY day"
            return try DayCloseRow.all(
                where: condition,
                [found.row, days.lowerBound.stored, days.upperBound.stored],
                organization: found,
                in: db
            )
        }
    }

    /// Adopts the record of a day from one of its archives, with the explanations in it. Call it after all archives are
    /// adopted, and only for the record in the latest archive of each day. The next pass checks whether the record is
    /// still true.
    ///
    /// With a recorder, the closing is recorded too: the archive is newer than this manifest, so what recorded its closing
    /// may have been lost with the newer manifest, or never written because of a crash. If it cannot be recorded now, it
    /// is when the day is closed again.
    package func restoreDayClose(_ record: DayClose, from archive: ArchiveName, now: Timestamp) async throws {
        let hasRecorder = recorder != nil
        try await write { db in
            let organization = try OrganizationRow.registered(record.organization, id: record.organizationID, in: db)
            try record.restore(organization, sequence: archive.sequence, now: now, in: db)
            if hasRecorder { try record.setReopened(true, in: db) }
        }
        guard hasRecorder else { return }
        try await write(.machine) { [self] db in
            let act = try record.logClosing(sequence: archive.sequence, now: now, in: db)
            try record.setReopened(false, in: db)
            try self.record([act])
        }
    }

    /// Has the next closing of the record's day recorded, although the record is not new: the evidence log does not say that
    /// the day is closed with it. For `rebuild`.
    package func demandClosing(of record: DayClose) async throws {
        try await write { db in try record.setReopened(true, in: db) }
    }

    /// Records again that these days are closed, as far as they are: the evidence log has lost it, or says something else.
    /// The change is durable.
    package func recordClosed(_ organization: OrganizationName, days: [ArchiveDay], now: Timestamp) async throws {
        try await write(.machine) { [self] db in
            let found = try OrganizationRow.known(organization, in: db)
            var acts: [RecordedAct] = []
            for day in days {
                let noted = try DayCloseRow.find(day, organization: found, in: db)
                guard let noted, noted.isCurrent else { continue }
                acts.append(try noted.record.logClosing(sequence: noted.archive?.sequence, now: now, in: db))
            }
            try record(acts)
        }
    }

    /// Whether a call of the day is still in progress. A call that should have ended long ago does not count.
    private static func hasCallsUnderWay(
        _ scope: DayTallyScope,
        at standpoint: Standpoint,
        in db: Database
    ) throws -> Bool {
        let terminal = TaskStatus.terminal.map { "'\($0)'" }.joined(separator: ", ")
        let select = """
            SELECT EXISTS (SELECT 1 FROM task WHERE \(scope.condition) AND listed AND created_time > :lost
                AND status NOT IN (SELECT row FROM word WHERE text IN (\(terminal))))
            """
        let lost: StatementArguments = ["lost": (standpoint.now - AskSchedule.longestCall).stored]
        return try Bool.fetchOne(db, sql: select, arguments: scope.arguments + lost) ?? false
    }
}

extension OrganizationRow {
    static func known(_ name: OrganizationName, in db: Database) throws -> OrganizationRow {
        let select = "SELECT row, name, id FROM organization WHERE row = ?"
        let row = try row(of: name, in: db)
        guard let found = try Row.fetchOne(db, sql: select, arguments: [row]) else {
            throw ManifestError(.unknown, "the manifest knows no organization \(name)")
        }
        return try OrganizationRow(found)
    }
}

extension DayClose {
    init(
        _ organization: OrganizationRow,
        _ figures: DayReconciliation,
        _ gaps: [Gap],
        _ suspects: [Suspect]
    ) {
        let summary = figures.summary
        let archived = summary.recordings.archived + summary.recordings.stored
        self.init(
            organization: organization.name,
            organizationID: organization.id,
            day: figures.day,
            tasks: Tasks(
                listed: summary.tasks.listed,
                captureRequested: summary.tasks.captureRequested,
                notRequested: summary.tasks.notRequested,
                undetermined: summary.tasks.undetermined
            ),
            recordings: Recordings(
                expected: archived + gaps.count,
                archived: archived,
                explained: gaps.count,
                suspect: suspects.count
            ),
            audioMilliseconds: figures.audioMilliseconds,
            bytes: figures.bytes,
            gaps: gaps,
            suspects: suspects
        )
    }

    /// Records that the day is closed, and logs an event.
    /// - Returns: what is to be recorded.
    func note(
        sequence: Int?,
        decidedAt mark: ClosingMark?,
        now: Timestamp,
        in db: Database
    ) throws -> RecordedAct {
        let row = try OrganizationRow.row(of: organization, in: db)
        try put(row, sequence: sequence, isCurrent: try mark?.isCurrent(row, in: db) ?? false, in: db)
        return try logClosing(sequence: sequence, now: now, in: db)
    }

    fileprivate func logClosing(sequence: Int?, now: Timestamp, in db: Database) throws -> RecordedAct {
        let detail = [
            "archived": String(recordings.archived), "day": day.description, "explained": String(recordings.explained),
            "tasks": String(tasks.listed),
        ].adding(
            "archive",
            try sequence.map { try ArchiveName(organization: organization, day: day, stored: $0).description }
        )
        let event = Event(time: now, kind: .dayClosed, organization: organization, detail: detail)
        try event.insert(in: db)
        return RecordedAct(event: event, record: self)
    }

    /// - Parameter isReopened: whether nothing says yet, or any more, that the day is closed.
    fileprivate func setReopened(_ isReopened: Bool, in db: Database) throws {
        let row = try OrganizationRow.row(of: organization, in: db)
        let update = "UPDATE day_close SET is_reopened = ? WHERE organization = ? AND day = ?"
        try db.execute(sql: update, arguments: [isReopened, row, day.stored])
    }

    func put(_ organization: Int64, sequence: Int?, isCurrent: Bool, in db: Database) throws {
        let insert = """
            INSERT OR REPLACE INTO day_close (organization, day, sequence, record, is_current) VALUES (?, ?, ?, ?, ?)
            """
        let text = String(decoding: try json.dropLast(), as: UTF8.self)
        try db.execute(sql: insert, arguments: [organization, day.stored, sequence, text, isCurrent])
    }

    func restore(
        _ organization: OrganizationRow,
        sequence: Int,
        now: Timestamp,
        in db: Database
    ) throws {
        try put(organization.row, sequence: sequence, isCurrent: false, in: db)
        for suspect in suspects { try suspect.restore(organization.row, in: db) }
        for (taskID, gaps) in Dictionary(grouping: gaps, by: \.taskID).sorted(by: { $0.key < $1.key }) {
            guard let task = try KnownTask.find(taskID, organization: organization.row, in: db) else { continue }
            guard let explanation = try gaps.restoreExplanation(of: task.row, sequence: sequence, now: now, in: db)
            else { continue }
            let known = "SELECT EXISTS (SELECT 1 FROM event WHERE kind = ? AND task = ? AND time = ?)"
            let said: StatementArguments = [
                Event.Kind.gapExplained.stored, taskID.description, explanation.time.stored,
            ]
            // The evidence log may already have said it.
            if try Bool.fetchOne(db, sql: known, arguments: said) == true { continue }
            let event = Event(
                time: explanation.time,
                kind: .gapExplained,
                organization: organization.name,
                task: taskID,
                detail: [
                    "note": explanation.note, "reason": explanation.reason.rawValue,
                    "restored_from": try ArchiveName(organization: organization.name, day: day, stored: sequence)
                        .description,
                ],
                by: explanation.actor
            )
            try event.insert(in: db)
        }
    }
}
