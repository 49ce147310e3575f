import GRDB
import Recordings

extension Manifest {
    /// These recordings' bytes are not in their archives any more: each is pending again, wanted at once, and the log
    /// says what it was. Nothing of the archives is changed, and what is known of each copy is kept. Durable.
    ///
    /// If an open archive has a copy of one that did not count, that copy counts from now on.
    ///
    /// Saying the same twice is no error; what the manifest does not have there is left out.
    /// - Returns: the copies that count now.
    @discardableResult
    package func noteDamaged(_ damaged: [DamagedRecording], now: Timestamp) async throws -> [DisplacedCopy] {
        try await write(.machine) { db in try damaged.flatMap { try $0.note(now: now, in: db) } }
    }

    /// Copies of recordings that do not count, in the order of their archives.
    package func displacedCopies(_ filter: DisplacementFilter = DisplacementFilter()) async throws -> [DisplacedCopy] {
        try await read { db in try Displacement.copies(filter, in: db) }
    }

    /// This copy is whole, and counts from now on. Durable. Saying the same twice is no error.
    /// - Throws: `conflict` where another copy counts.
    package func noteReinstated(_ copy: DisplacedCopy, now: Timestamp) async throws {
        try await write(.machine) { db in try Displacement.reinstate(copy, now: now, in: db) }
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
            let held = try HeldRecording.all(of: row, in: name, in: db)
            for recording in held { try recording.lose(name, now: now, in: db) }
            try Displacement.forgetAll(of: row, in: db)
            for recording in held {
                try Displacement.countOpenCopy(of: recording.row, organization: name.organization, now: now, in: db)
            }
            try db.execute(sql: "DELETE FROM archive WHERE row = ?", arguments: [row])
        }
    }
}

extension DisplacedCopy {
    func event(_ kind: Event.Kind, now: Timestamp) -> Event {
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
