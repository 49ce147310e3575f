import GRDB
import Recordings

extension Manifest {
    /// Takes over one sealed archive: its tasks, and its recordings as archived. For `rebuild`, and where the manifest is
    /// older than the archives.
    ///
    /// For `rebuild`, archives are taken over in the order of their names, into a manifest that ``create(path:)`` made:
    /// what a later archive says of a task overrides an earlier one. Of what is not in archives (attempts that led
    /// nowhere, refusals, passes, events) a rebuilt manifest knows nothing; the next pass asks again about tasks without
    /// recordings, and about those that the horizon has not passed.
    ///
    /// Of a recording that another archive has, the copy counts that says that it replaces the other, else the one that
    /// is known already; the other is kept in mind as a copy that does not count (``displacedCopies(_:)``). A take-over
    /// that a crash cut off is done again from its beginning, with the same result.
    /// - Parameters:
    ///   - recordings: in the order of the archive.
    ///   - schedule: for a rebuild: tells which tasks may still bring something; `nil` where the manifest knows its tasks.
    /// - Returns: the recordings of which another archive's copy counts.
    /// - Throws: `conflict` where the archive was taken over before, or lists another number of recordings than it holds;
    ///   what the sequences throw.
    package func restore(
        _ archive: ArchiveRow,
        organizationID: OrganizationID,
        tasks: some AsyncSequence<TaskEntry, any Error>,
        recordings: some AsyncSequence<RecordingEntry, any Error>,
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
        // Only where an older manifest has the archive as open is there anything that it may not hold any more.
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
            guard schedule == nil else { return }
            let detail = ["archive": archive.name.description, "recordings": String(archive.recordings)]
            let organization = archive.name.organization
            try Event(time: now, kind: .archiveAdopted, organization: organization, detail: detail).insert(in: db)
        }
        return duplicates
    }

    /// Takes over what is whole in one open archive of the spool: its recordings are stored. Durable.
    ///
    /// For `rebuild`, after the sealed archives, so that their tasks are known; and for what an older manifest, or one
    /// whose process died, had not heard of.
    /// - Parameters:
    ///   - extent: how far the archive's files are vouched for.
    ///   - recordings: those that the manifest may not know; where it knows no such archive, all, and at least one.
    ///   - schedule: as for ``restore(_:organizationID:tasks:recordings:schedule:now:)``.
    /// - Returns: how many recordings became stored by it.
    /// - Throws: `conflict` if the archive is sealed, open in another spool, or another of its day is open in this one.
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
