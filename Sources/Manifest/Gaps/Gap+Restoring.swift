import GRDB
import Recordings

extension [Gap] {
    /// Explains what is missing of a task as these gaps say.
    /// - Parameter sequence: that of the archive that has the record. What later archives hold is not touched.
    /// - Returns: the explanation; `nil` if they have none.
    @discardableResult
    func restoreExplanation(
        of task: Int64,
        sequence: Int,
        now: Timestamp,
        in db: Database
    ) throws -> GapExplanation? {
        let failed = try compactMap { try $0.restoreFailed(task, sequence, now: now, in: db) }
        guard let explanation = compactMap(\.explanation).first else { return nil }
        let unusable = first { $0.reason == .unusable }?.detail
        try StoredExplanation.save(explanation, of: task, unusable: unusable, failed: failed, in: db)
        return explanation
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
            try StringTable.row(of: key.callType, in: db), key.startTime?.verbatim,
            try StringTable.nameValue(of: key.providerFileName, in: db), distinguisher, evidence.attempts ?? 0,
            now.stored,
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
