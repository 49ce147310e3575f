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
///
/// While the disk and the manifest make one group durable, the next is appended: the disk is never without work.
struct Storing: Sendable {
    let context: PassContext

    /// Stores until the queue is finished and empty.
    /// - Throws: `ArchiveError` or `ManifestError` where a group could not be made durable; the recordings of that
    ///   group, and of one that was appended after it, stay pending, and what had been stored before stays stored.
    func run(_ queue: StoreQueue<AcceptedRecording>) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { underWay in
                while let group = await queue.takeAll() {
                    async let appending = append(group)
                    // One at a time, for the manifest must learn of groups in their order; and the one before is stored
                    // also where this one cannot be appended.
                    try await underWay.next()
                    let appended = try await appending
                    underWay.addTask { try await store(group, appended) }
                }
                try await underWay.waitForAll()
            }
        } catch {
            await queue.abandon()
            throw error
        }
    }

    private func append(_ group: [AcceptedRecording]) async throws -> AppendedGroup {
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
        return try await append(members)
    }

    private func store(_ group: [AcceptedRecording], _ appended: AppendedGroup) async throws {
        let stored = try await context.writer.synchronize(appended)
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
    private func append(_ members: [(ArchiveName, PendingMember)]) async throws(ArchiveError) -> AppendedGroup {
        do throws(ArchiveError) {
            return try await context.writer.begin(members)
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
