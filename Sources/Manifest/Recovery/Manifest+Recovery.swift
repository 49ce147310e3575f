import GRDB
import Recordings

extension Manifest {
    /// Records the recovery of an open archive after a crash: its file in the spool had fewer intact bytes than the
    /// manifest knew, and was made again from what is intact. Those of `whole` are where their entries say, including
    /// those that the manifest did not know. All others of the archive are wanted at once. The change is durable.
    ///
    /// Nothing is given up: what is lost here is fetched again, and the log of events says what it was.
    /// - Parameters:
    ///   - extent: how much of the archive's files counts from now on.
    ///   - whole: what the archive still holds; empty if the archive is gone.
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
            // Copies that do not count are either among what is intact, and recorded again, or gone.
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
