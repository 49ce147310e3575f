import GRDB
import Recordings

extension Manifest {
    /// Adopts one sealed archive: its tasks, and its recordings as archived. For `rebuild`, and for a manifest that is
    /// older than the archives.
    ///
    /// `rebuild` adopts archives in the order of their names, into a manifest that ``create(path:spool:)`` made: what a
    /// later archive says about a task overrides an earlier one. A rebuilt manifest does not know what archives do not
    /// contain: attempts without a result, refusals, passes, events. The next pass asks again about tasks without
    /// recordings, and about those that are younger than the horizon.
    ///
    /// If another archive has the same recording, the copy counts whose entry says that it replaces the other one. If
    /// neither says so, the copy counts that is already known. The other copy is recorded as one that does not count
    /// (``displacedCopies(_:)``). If a crash interrupts an adoption, it starts again from the beginning, with the same
    /// result.
    /// - Parameters:
    ///   - recordings: in the order of the archive.
    ///   - damaged: those of them whose bytes are not intact. They do not count for a moment.
    ///   - schedule: set for a rebuild: decides which tasks may still get recordings; `nil` if the manifest knows its
    ///     tasks.
    /// - Returns: the recordings of which another archive's copy counts.
    /// - Throws: `conflict` if the archive is already adopted, or if the number of recordings that it lists is not the
    ///   number that it holds; whatever the sequences throw.
    package func restore(
        _ archive: ArchiveRow,
        organizationID: OrganizationID,
        tasks: some AsyncSequence<TaskEntry, any Error>,
        recordings: some AsyncSequence<RecordingEntry, any Error>,
        damaged: [DamagedRecording] = [],
        schedule: AskSchedule?,
        now: Timestamp
    ) async throws -> [RecordingKey] {
        let (adoption, before) = try await write { [spool] db in
            let adoption = try Adoption(
                archive.name,
                organizationID: organizationID,
                isSealed: true,
                spool: spool,
                schedule: schedule,
                now: now,
                in: db
            )
            let held = try HeldRecording.all(of: adoption.archiveRow, in: archive.name, in: db)
            return (adoption, held)
        }
        try await forEachBatch(of: tasks) { batch in
            try await self.write { db in for task in batch { try adoption.take(task, in: db) } }
        }
        // Only if an older manifest has the archive as open can there be recordings that it does not hold any more.
        var missing = Dictionary(before.map { ($0.key, $0) }) { first, _ in first }
        var duplicates: [RecordingKey] = []
        try await forEachBatch(of: recordings) { batch in
            if !missing.isEmpty { for entry in batch { missing[entry.key] = nil } }
            duplicates += try await self.write { db in
                try batch.filter { try adoption.take($0, in: db) == .duplicate }.map(\.key)
            }
        }
        let lost = Array(missing.values)
        try await write(.machine) { db in
            for held in lost { try held.lose(archive.name, now: now, in: db) }
            try adoption.finish(archive, in: db)
            for recording in damaged { _ = try recording.note(now: now, in: db) }
            guard schedule == nil else { return }
            let detail = ["archive": archive.name.description, "recordings": String(archive.recordings)]
            let organization = archive.name.organization
            try Event(time: now, kind: .archiveAdopted, organization: organization, detail: detail).insert(in: db)
        }
        return duplicates
    }

    /// Adopts what is intact in one open archive of the spool: its recordings are stored. The change is durable.
    ///
    /// For `rebuild`, after the sealed archives, so that their tasks are known. Also for recordings that a manifest
    /// does not know because it is older, or because its process died.
    /// - Parameters:
    ///   - extent: how much of the archive's files counts.
    ///   - recordings: those that the manifest may not know. If it does not know the archive, all of them, and at least
    ///     one.
    ///   - schedule: as for ``restore(_:organizationID:tasks:recordings:schedule:now:)``.
    /// - Returns: how many recordings became stored.
    /// - Throws: `conflict` if the archive is sealed, open in another spool, or another one of its day is open in this
    ///   spool.
    @discardableResult
    package func noteAdopted(
        _ name: ArchiveName,
        extent: ArchiveExtentRow,
        recordings: [RecordingEntry],
        schedule: AskSchedule?,
        now: Timestamp
    ) async throws -> Int {
        try await write(.machine) { [spool] db in
            let known = try OrganizationRow.find(name.organization, in: db)?.id
            guard let organizationID = known ?? recordings.first?.organizationID else { return 0 }
            let adoption = try Adoption(
                name,
                organizationID: organizationID,
                isSealed: false,
                spool: spool,
                schedule: schedule,
                now: now,
                in: db
            )
            let entered = try recordings.filter { try adoption.take($0, in: db) == .entered }.count
            var archive = try OpenArchiveRecord.find(name, spool: spool, in: db)
            archive.extent = extent
            archive.recordings = try adoption.count(in: db)
            try archive.save(in: db)
            guard schedule == nil else { return entered }
            let detail = [
                "adopted": String(entered), "archive": name.description, "tar_bytes": String(extent.tarBytes),
            ]
            let event = Event(time: now, kind: .archiveRecovered, organization: name.organization, detail: detail)
            try event.insert(in: db)
            return entered
        }
    }

    private func forEachBatch<Element: Sendable>(
        of elements: some AsyncSequence<Element, any Error>,
        _ body: ([Element]) async throws -> Void
    ) async throws {
        var batch: [Element] = []
        for try await element in elements {
            batch.append(element)
            guard batch.count == 1000 else { continue }
            try await body(batch)
            batch.removeAll(keepingCapacity: true)
        }
        if !batch.isEmpty { try await body(batch) }
    }
}
