import DailyArchive
import Manifest
import Recordings

/// A recording that arrived and was accepted, on its way into its day's archive.
struct AcceptedRecording: Sendable {
    var row: RecordingRowID
    var member: PendingMember
}

/// The fourth step of a pass: appends what was accepted to the open archives of its days, a group at a time, and tells
/// the manifest once the bytes are durable. That transaction is the moment at which a recording is `stored`.
struct Storing: Sendable {
    let context: PassContext

    /// Stores until the queue is finished and empty.
    /// - Throws: `ArchiveError` or `ManifestError` where a group could not be made durable; the recordings of that
    ///   group stay pending, and what had been stored before stays stored.
    func run(_ queue: StoreQueue<AcceptedRecording>) async throws {
        do {
            while let group = await queue.takeAll() {
                try await store(group)
            }
        } catch {
            await queue.abandon()
            throw error
        }
    }

    private func store(_ group: [AcceptedRecording]) async throws {
        // A group is mostly of one day.
        var names: [OrganizationName: [ArchiveDay: ArchiveName]] = [:]
        var members: [(ArchiveName, PendingMember)] = []
        for accepted in group {
            let (organization, day) = (accepted.member.entry.organization, accepted.member.entry.day)
            let known = names[organization]?[day]
            let name = if let known { known } else { try await context.openArchive(for: organization, day: day) }
            names[organization, default: [:]][day] = name
            members.append((name, accepted.member))
        }
        let stored = try await append(members)
        try await context.manifest.noteStored(
            zip(group, stored.entries).map { StoredRecording(row: $0.row, entry: $1) },
            extents: stored.extents.mapValues(ArchiveExtentRow.init),
            now: context.now()
        )
        for accepted in group {
            try accepted.member.content.discardPart()
            context.underWay.release(accepted.row)
        }
        stored.entries.forEach { context.observer(.stored($0)) }
    }

    /// A part file that is no longer what was received is taken away, so that the next pass receives it anew.
    private func append(_ members: [(ArchiveName, PendingMember)]) async throws(ArchiveError) -> StoredGroup {
        do throws(ArchiveError) {
            return try await context.writer.append(members)
        } catch {
            for (_, member) in members where error.code == .damaged && member.content.partPath == error.path {
                try member.content.discardPart()
            }
            throw error
        }
    }
}

extension ArchiveExtentRow {
    init(_ extent: ArchiveExtent) {
        self.init(tarBytes: extent.tarBytes, journalBytes: extent.journalBytes)
    }
}

extension ArchiveExtent {
    init(_ row: ArchiveExtentRow) {
        self.init(tarBytes: row.tarBytes, journalBytes: row.journalBytes)
    }
}
