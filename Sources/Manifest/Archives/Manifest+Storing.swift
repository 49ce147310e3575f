import GRDB
import Recordings

extension Manifest {
    /// Records that the recordings of `group` are `stored`: their bytes are durable at these offsets in the open
    /// archives of their days, and `extents` says how much of those archives counts. The change is durable, and all or
    /// nothing.
    ///
    /// A repeated call changes nothing.
    /// - Throws: `conflict` if a recording is already held elsewhere, or if its day's archive is not in `extents` or
    ///   not open; `unknown` if a row is not known.
    package func noteStored(
        _ group: [StoredRecording],
        extents: [ArchiveName: ArchiveExtentRow],
        now: Timestamp
    ) async throws {
        try await write(.machine) { [spool] db in
            try Self.store(group, extents: extents, spool: spool, now: now, in: db)
        }
    }

    /// Does the work of ``noteStored(_:extents:now:)``, within one transaction.
    static func store(
        _ group: [StoredRecording],
        extents: [ArchiveName: ArchiveExtentRow],
        spool: CanonicalUUID,
        now: Timestamp,
        in db: Database
    ) throws {
        var archives: [ArchiveOwner: OpenArchiveRecord] = [:]
        for (name, extent) in extents {
            var archive = try OpenArchiveRecord.find(name, spool: spool, in: db)
            archive.extent = extent
            archives[ArchiveOwner(organization: name.organization, day: name.day)] = archive
        }
        let rows = KnownRows()
        let withGap = try OpenGap.tasks(among: group.map(\.row.task), in: db)
        for var stored in group {
            stored.row = try stored.rowOfVersion(now: now, in: db, rows)
            let owner = ArchiveOwner(organization: stored.entry.organization, day: stored.entry.day)
            guard let archive = archives[owner] else {
                throw ManifestError(.conflict, "no open archive was given for \(owner.organization) \(owner.day)")
            }
            guard try stored.enter(archive, now: now, in: db, rows) else { continue }
            archives[owner]?.recordings += 1
            guard withGap.contains(stored.row.task) else { continue }
            try OpenGap.closeIfFilled(by: stored.entry, stored.row.task, now: now, in: db)
        }
        for archive in archives.values { try archive.save(in: db) }
    }

    /// Records that a recording is given up for now, with a reason.
    /// - Parameter schedule: decides when it is tried again if an operator has explained it.
    package func noteFailed(
        _ failure: RecordingFailure,
        schedule: AskSchedule = AskSchedule(),
        now: Timestamp
    ) async throws {
        try await write { db in try failure.apply(schedule: schedule, now: now, in: db) }
    }
}
