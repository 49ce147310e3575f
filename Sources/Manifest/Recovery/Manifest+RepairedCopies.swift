import GRDB
import Recordings

extension Manifest {
    /// Records that the recordings of `group` were copied out of a sealed archive that is damaged itself. Their bytes
    /// are durable at these offsets in the open archives of their days, and `extents` says how much of those archives
    /// counts. From now on these copies count, and those in the damaged archive do not. The change is durable, and all
    /// or nothing.
    ///
    /// What is known about a suspect recording is kept, because its bytes are the same. A repeated call changes
    /// nothing.
    /// - Throws: what ``noteStored(_:extents:now:)`` throws.
    package func noteCopied(
        _ group: [StoredRecording],
        from damaged: ArchiveName,
        extents: [ArchiveName: ArchiveExtentRow],
        now: Timestamp
    ) async throws {
        try await write(.machine) { [spool] db in
            var suspects: [SuspectState] = []
            for stored in group where try stored.isHeld(in: damaged, in: db) {
                if let suspect = try SuspectState(of: stored.row, in: db) { suspects.append(suspect) }
                try Displacement.displace(stored.row, .damaged, now: now, in: db)
            }
            try Self.store(group, extents: extents, spool: spool, now: now, in: db)
            for suspect in suspects { try suspect.restore(in: db) }
        }
    }
}

extension StoredRecording {
    fileprivate func isHeld(in archive: ArchiveName, in db: Database) throws -> Bool {
        let select = """
            SELECT EXISTS (SELECT 1 FROM recording JOIN archive ON archive.row = recording.archive
                JOIN organization ON organization.row = archive.organization
                WHERE task = ? AND ordinal = ? AND name = ? AND archive.day = ? AND sequence = ?)
            """
        let arguments: StatementArguments = [
            row.task, row.ordinal, archive.organization.description, archive.day.stored, archive.sequence,
        ]
        return try Bool.fetchOne(db.cachedStatement(sql: select), arguments: arguments) ?? false
    }
}

/// What is known about a suspect recording besides its suspicion, while it moves from one archive to another.
private struct SuspectState {
    private static let columns =
        "looks, last_look_time, next_look_time, entity_tag, note, author, author_uid, acknowledged_time"

    private var recording: RecordingRowID
    private var values: [DatabaseValue]

    /// - Returns: `nil` if the recording is not suspect.
    init?(of recording: RecordingRowID, in db: Database) throws {
        let select = "SELECT \(Self.columns) FROM suspect WHERE task = ? AND ordinal = ?"
        let arguments: StatementArguments = [recording.task, recording.ordinal]
        guard let row = try Row.fetchOne(db.cachedStatement(sql: select), arguments: arguments) else { return nil }
        self.recording = recording
        values = try (0..<8).map { try row[$0] }
    }

    func restore(in db: Database) throws {
        let update = "UPDATE suspect SET (\(Self.columns)) = (?, ?, ?, ?, ?, ?, ?, ?) WHERE task = ? AND ordinal = ?"
        let arguments = StatementArguments(values) + [recording.task, recording.ordinal]
        try db.cachedStatement(sql: update).execute(arguments: arguments)
    }
}
