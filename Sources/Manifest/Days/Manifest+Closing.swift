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
            let scope = ReckoningScope(day, organization: found.row)
            // If one gap is not explained, there is no record.
            let reckoning = try Reckoning(organization, found.row, scope, at: standpoint, keeping: .explained, in: db)
            let figures = reckoning.days.first ?? DayReconciliation(organization: organization, day: day)
            let isUnderWay = try reckoning.underWay > 0 || Self.hasCallsUnderWay(scope, at: standpoint, in: db)
            guard figures.summary.recordings.pending == 0, figures.summary.recordings.unexplained == 0,
                figures.summary.tasks.unresolved == 0, !isUnderWay, !figures.isDamaged
            else { return nil }
            let suspects = try SuspectRow.all(where: scope.condition, scope.arguments, in: db).map(\.suspect)
            let record = DayClose(found, figures, reckoning.gaps, suspects)
            let noted = try DayCloseRow.find(day, organization: found, in: db)
            // What a record has counted, and is not known any more, is lost: the day must not be closed over it.
            if let noted, !figures.matches(noted.record) { return nil }
            let mark = try Int64.fetchOne(db, sql: "SELECT coalesce(max(row), 0) FROM event") ?? 0
            return DayCloseDraft(
                record: record,
                isNews: !(noted?.record.saysTheSame(as: record) ?? false),
                mark: ClosingMark(event: mark)
            )
        }
    }

    /// Closes the day without another archive, because its record is still true, or because nothing happened on the
    /// day. The change is durable. If an operator has explained a gap or withdrawn an explanation since the draft, the
    /// record is not current, and the day is checked again.
    package func noteClosed(_ draft: DayCloseDraft, now: Timestamp) async throws {
        try await write(.machine) { db in
            guard !draft.isNews else {
                return try draft.record.note(sequence: nil, decidedAt: draft.mark, now: now, in: db)
            }
            let row = try OrganizationRow.row(of: draft.record.organization, in: db)
            try db.execute(
                sql: "UPDATE day_close SET is_current = ? WHERE organization = ? AND day = ?",
                arguments: [try draft.mark.isCurrent(row, in: db), row, draft.record.day.stored]
            )
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
                try !KnownDamage.days(organization: found.row, standpoint.altered, in: db).contains(day)
            {
                return DayAccount(closed: noted.record)
            }
            let scope = ReckoningScope(day, organization: found.row)
            let reckoning = try Reckoning(organization, found.row, scope, at: standpoint, keeping: .all, in: db)
            return DayAccount(
                figures: reckoning.days.first ?? DayReconciliation(organization: organization, day: day),
                gaps: reckoning.gaps
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

    /// Adopts the record of a day from one of its archives, with the explanations in it, for `rebuild`. Call it after
    /// all archives and the spool are adopted, and only for the record in the latest archive of each day. The next pass
    /// checks whether the record is still true.
    package func restoreDayClose(_ record: DayClose, from archive: ArchiveName, now: Timestamp) async throws {
        try await write { db in
            let organization = try OrganizationRow.registered(record.organization, id: record.organizationID, in: db)
            try record.restore(organization, sequence: archive.sequence, now: now, in: db)
        }
    }

    /// Whether a call of the day is still in progress. A call that should have ended long ago does not count.
    private static func hasCallsUnderWay(
        _ scope: ReckoningScope,
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

    /// Notes that the day is closed, and logs an event.
    func note(sequence: Int?, decidedAt mark: ClosingMark?, now: Timestamp, in db: Database) throws {
        let row = try OrganizationRow.row(of: organization, in: db)
        try put(row, sequence: sequence, isCurrent: try mark?.isCurrent(row, in: db) ?? false, in: db)
        let detail = [
            "archived": String(recordings.archived), "day": day.description, "explained": String(recordings.explained),
            "tasks": String(tasks.listed),
        ].adding(
            "archive",
            try sequence.map { try ArchiveName(organization: organization, day: day, stored: $0).description }
        )
        try Event(time: now, kind: .dayClosed, organization: organization, detail: detail).insert(in: db)
    }

    private func put(_ organization: Int64, sequence: Int?, isCurrent: Bool, in db: Database) throws {
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
            let failed = try gaps.compactMap { try $0.restoreFailed(task.row, sequence, now: now, in: db) }
            guard let explanation = gaps.compactMap(\.explanation).first else { continue }
            let unusable = gaps.first { $0.reason == .unusable }?.detail
            try StoredExplanation.save(explanation, of: task.row, unusable: unusable, failed: failed, in: db)
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

extension Gap {
    /// Makes a recording known that could not be fetched, unless it is held now.
    /// - Parameter sequence: that of the archive that has the record.
    /// - Returns: its ordinal; `nil` if the gap is not about one recording, or the recording is held.
    func restoreFailed(
        _ task: Int64,
        _ sequence: Int,
        now: Timestamp,
        in db: Database
    ) throws -> Int64? {
        guard let key = recording else { return nil }
        let known = try KnownRecording.all(of: task, taskID: taskID, in: db)
        if let same = known.first(where: { $0.key == key }) {
            guard same.wantedTime == nil else { return same.ordinal }
            let row = RecordingRowID(task: task, ordinal: same.ordinal)
            return try displaceDamaged(row, before: sequence, now: now, in: db) ? same.ordinal : nil
        }
        let insert = """
            INSERT INTO recording (task, ordinal, id, kind, is_segment, call_type, start_time, provider_name, file,
                attempts, wanted_time, failure, failure_code)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let (_, distinguisher) = FileName.unused(for: key, among: known.map(\.file))
        let arguments: StatementArguments = [
            task, known.count, key.recordingID.stored, key.kind.stored, key.isSegment,
            try Words.row(of: key.callType, in: db), key.startTime?.verbatim,
            try Words.nameValue(of: key.providerFileName, in: db), distinguisher, evidence.attempts ?? 0, now.stored,
            detail ?? reason.rawValue, reason.stored,
        ]
        try db.cachedStatement(sql: insert).execute(arguments: arguments)
        if wasHeld {
            let damage = """
                INSERT INTO damage (task, ordinal, archive, found_time, reason)
                VALUES (?, ?, NULL, ?, 'the record of its day says so')
                """
            try db.cachedStatement(sql: damage).execute(arguments: [task, known.count, now.stored])
        }
        return Int64(known.count)
    }

    /// Makes a copy in an archive not count, if a later record of the day has the recording as missing. It was found
    /// damaged in that archive and nothing replaced it, which the archive's own metadata does not know.
    /// - Returns: whether the recording is missing; `false` if another copy counts.
    private func displaceDamaged(
        _ row: RecordingRowID,
        before sequence: Int,
        now: Timestamp,
        in db: Database
    ) throws -> Bool {
        let select = """
            SELECT archive.sequence FROM recording JOIN archive ON archive.row = recording.archive
            WHERE task = ? AND ordinal = ? AND archive.digest IS NOT NULL
            """
        let holder = try Int.fetchOne(db, sql: select, arguments: [row.task, row.ordinal])
        guard let holder, holder < sequence else { return false }
        try Displacement.displace(row, .damaged, now: now, in: db)
        if try Displacement.countOpenCopy(of: row, organization: organization, now: now, in: db) != nil { return false }
        let update = "UPDATE recording SET failure = ?, failure_code = ? WHERE task = ? AND ordinal = ?"
        try db.cachedStatement(sql: update)
            .execute(arguments: [detail ?? self.reason.rawValue, self.reason.stored, row.task, row.ordinal])
        return true
    }
}
