import GRDB
import Recordings

extension Manifest {
    /// After a crash, the spool's copy of an open archive was found to hold less than the manifest vouched for, and was
    /// made again from what is whole. Those of `whole` are where it says, also those that the manifest had not heard of;
    /// all others of the archive are pending again, wanted at once. Durable.
    ///
    /// Nothing is given up by this: what is lost here is still at the provider, and the event log says what it was.
    /// - Parameters:
    ///   - extent: how far the archive's files are vouched for from now on.
    ///   - whole: what the archive still holds; empty where it is gone.
    /// - Returns: the recordings that were lost.
    /// - Throws: `unknown`; `conflict` if the archive is sealed, or open in another spool.
    package func noteRecovered(
        _ name: ArchiveName,
        extent: ArchiveExtentRow,
        whole: [RecordingEntry],
        now: Timestamp
    ) async throws -> [RecordingKey] {
        try await write(.machine) { [spool] db in
            var archive = try OpenArchiveRecord.find(name, spool: spool, in: db)
            let adoption = try Adoption(
                name,
                organizationID: try OrganizationRow.required(name.organization, in: db).id,
                isSealed: false,
                spool: spool,
                schedule: nil,
                now: now,
                in: db
            )
            // Copies that do not count are found again among what is whole, or are gone.
            try Displacement.forgetAll(of: archive.row, in: db)
            let remaining = Dictionary(whole.map { ($0.key, $0.stored.digest) }) { _, last in last }
            var lost: [RecordingKey] = []
            for held in try HeldRecording.all(of: archive.row, in: name, in: db)
            where remaining[held.key] != held.digest {
                try held.lose(name, now: now, in: db)
                lost.append(held.key)
            }
            for entry in whole { _ = try adoption.take(entry, in: db) }
            try KnownDamage.forget(of: archive.row, in: db)
            archive.extent = extent
            archive.recordings = try adoption.count(in: db)
            try archive.save(in: db)
            let detail = [
                "archive": name.description, "tar_bytes": String(extent.tarBytes), "lost": String(lost.count),
            ]
            let event = Event(time: now, kind: .archiveRecovered, organization: name.organization, detail: detail)
            try event.insert(in: db)
            return lost
        }
    }
}
