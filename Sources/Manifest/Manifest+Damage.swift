import GRDB
import Recordings

/// A recording in an archive that was found damaged.
package struct DamagedRecording: Hashable, Sendable {
    package var archive: ArchiveName
    package var taskID: TaskID
    /// Where its first byte stands, or should, in the archive.
    package var offset: Int64
    /// What is wrong with its bytes, in a few words.
    package var reason: String

    package init(
        archive: ArchiveName,
        taskID: TaskID,
        offset: Int64,
        reason: String = "its bytes were found damaged"
    ) {
        self.archive = archive
        self.taskID = taskID
        self.offset = offset
        self.reason = reason
    }
}

extension Manifest {
    /// These recordings' bytes are not in their archives any more: each is pending again, wanted at once, and the log
    /// says what it was. Nothing of the archives is changed, and what is known of each copy is kept. Durable.
    ///
    /// Saying the same twice is no error; what the manifest does not have there is left out.
    package func noteDamaged(_ damaged: [DamagedRecording], now: Timestamp) async throws {
        try await write(.machine) { db in
            for recording in damaged { try recording.note(now: now, in: db) }
        }
    }

    /// Copies of recordings that do not count, in the order of their archives.
    package func displacedCopies(_ filter: DisplacementFilter = DisplacementFilter()) async throws -> [DisplacedCopy] {
        try await read { db in try Displacement.copies(filter, in: db) }
    }

    /// This copy is whole, and counts from now on. Durable.
    /// - Throws: `conflict` where another copy counts.
    package func noteReinstated(_ copy: DisplacedCopy, now: Timestamp) async throws {
        try await write(.machine) { db in
            let archive = "SELECT row FROM archive WHERE organization = ? AND day = ? AND sequence = ?"
            let organization = try OrganizationRow.row(of: copy.archive.organization, in: db)
            let arguments: StatementArguments = [organization, copy.archive.day.stored, copy.archive.sequence]
            let held = "SELECT archive FROM recording WHERE task = ? AND ordinal = ?"
            guard let row = try Int64.fetchOne(db, sql: archive, arguments: arguments),
                let recording = try Row.fetchOne(db, sql: held, arguments: [copy.row.task, copy.row.ordinal]),
                try recording.isNull(0)
            else { throw ManifestError(.conflict, "\(copy.file) of task \(copy.key.taskID) is held elsewhere") }
            try Displacement.reinstate(copy, archive: row, in: db)
            try copy.event(.recordingReinstated, now: now).insert(in: db)
            try OpenGap.closeIfFilled(copy.row.task, copy.key.taskID, copy.archive.organization, now: now, in: db)
        }
    }

    /// Leaves out a sealed archive whose taking in did not come to an end: nothing of it is held by the manifest.
    package func noteNotTakenIn(_ name: ArchiveName, now: Timestamp) async throws {
        try await write { db in
            let select = """
                SELECT archive.row FROM archive JOIN organization ON organization.row = archive.organization
                WHERE name = ? AND day = ? AND sequence = ? AND taking_in = 1
                """
            let arguments: StatementArguments = [name.organization.description, name.day.stored, name.sequence]
            guard let row = try Int64.fetchOne(db, sql: select, arguments: arguments) else { return }
            for held in try HeldRecording.all(of: row, in: name, in: db) { try held.lose(name, now: now, in: db) }
            try db.execute(sql: "DELETE FROM displacement WHERE archive = ?", arguments: [row])
            try db.execute(sql: "DELETE FROM archive WHERE row = ?", arguments: [row])
        }
    }
}

extension DamagedRecording {
    /// Keeps that it is damaged where it is held.
    /// - Returns: whether the manifest knows this copy; one that does not count has been spoken of already.
    func noteKnown(in archive: Int64, now: Timestamp, in db: Database) throws -> Bool {
        let insert = """
            INSERT OR REPLACE INTO damage (task, ordinal, archive, found_time, reason)
            SELECT recording.task, ordinal, recording.archive, ?, ? FROM recording JOIN task ON task.row = recording.task
            WHERE task.id = ? AND recording.archive = ? AND offset = ?
            """
        try db.cachedStatement(sql: insert)
            .execute(arguments: [now.stored, reason, try taskID.known(in: db), archive, offset])
        if db.changesCount > 0 { return true }
        let select = """
            SELECT EXISTS (SELECT 1 FROM displacement JOIN task ON task.row = displacement.task
                WHERE displacement.archive = ? AND task.id = ? AND offset = ?)
            """
        let statement = try db.cachedStatement(sql: select)
        return try Bool.fetchOne(statement, arguments: [archive, try taskID.known(in: db), offset]) ?? false
    }

    fileprivate func note(now: Timestamp, in db: Database) throws {
        let select = """
            SELECT recording.task, ordinal, recording.id, recording.digest FROM recording
            JOIN task ON task.row = recording.task JOIN organization ON organization.row = task.organization
            JOIN archive ON archive.row = recording.archive
            WHERE task.id = ? AND organization.name = ? AND archive.day = ? AND archive.sequence = ? AND offset = ?
                AND archive.digest IS NOT NULL
            """
        let arguments: StatementArguments = [
            try taskID.known(in: db), archive.organization.description, archive.day.stored, archive.sequence, offset,
        ]
        // In an archive that was tampered with, two recordings of a task may claim one place: none of them is taken for whole.
        for row in try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments) {
            try Displacement.displace(RecordingRowID(task: row[0], ordinal: row[1]), .damaged, now: now, in: db)
            let event = Event(
                time: now,
                kind: .damageFound,
                organization: archive.organization,
                task: taskID,
                detail: [
                    "archive": archive.description, "offset": String(offset),
                    "recording_id": try RecordingID(stored: row[2]).description,
                    "sha256": try ContentDigest(stored: row[3]).description,
                ]
            )
            try event.insert(in: db)
        }
    }
}

extension DisplacedCopy {
    fileprivate func event(_ kind: Event.Kind, now: Timestamp) -> Event {
        Event(
            time: now,
            kind: kind,
            organization: archive.organization,
            task: key.taskID,
            file: file,
            detail: [
                "archive": archive.description, "offset": String(offset),
                "recording_id": key.recordingID.description, "sha256": digest.description,
            ]
        )
    }
}
