import GRDB
import Recordings

extension Manifest {
    /// Records that the bytes of these recordings are not intact in their sealed archives. Each recording is wanted at
    /// once, and the log of events says what it was. The archives are not touched, and what is known about each copy is
    /// kept. The change is durable.
    ///
    /// If an open archive has another copy of such a recording, that copy counts from now on.
    ///
    /// A repeated call changes nothing. Recordings that the manifest does not have there are ignored.
    /// - Returns: the copies that count now.
    @discardableResult
    package func noteDamaged(_ damaged: [DamagedRecording], now: Timestamp) async throws -> [DisplacedCopy] {
        try await write(.machine) { db in try damaged.flatMap { try $0.note(now: now, in: db) } }
    }

    /// Copies of recordings that do not count, in the order of their archives.
    package func displacedCopies(_ filter: DisplacementFilter = DisplacementFilter()) async throws -> [DisplacedCopy] {
        try await read { db in try Displacement.copies(filter, in: db) }
    }

    /// Records that this copy is intact, and counts from now on. The change is durable, and a repeated call changes
    /// nothing.
    /// - Throws: `conflict` if another copy counts; `unknown` if the manifest does not know this one.
    package func noteReinstated(_ copy: DisplacedCopy, now: Timestamp) async throws {
        try await write(.machine) { db in try Displacement.reinstate(copy, now: now, in: db) }
    }

    /// Undoes the adoption of a sealed archive that was not completed: the manifest holds nothing of the archive
    /// afterwards.
    package func undoAdoption(_ name: ArchiveName, now: Timestamp) async throws {
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
