import DailyArchive
import Evidence
import Files
import Manifest
import Recordings
import WebexContactCenter

/// A received and accepted recording, on its way into its day's archive.
struct AcceptedRecording: Sendable {
    var row: RecordingRowID
    var member: PendingMember
}

/// The fourth step of a pass: appends accepted recordings to the open archives of their days, a group at a time. Once
/// the bytes are durable, it records them in the evidence log and then in the manifest. That transaction makes a
/// recording `stored`.
///
/// Appending does not wait for flushes. Whatever is appended during one flush becomes durable with the next.
struct Storing: Sendable {
    let context: PassContext

    /// A group that is in its archives, but may not be durable yet.
    private struct Appended: Sendable {
        var recordings: [AcceptedRecording]
        /// The archive of each recording.
        var archives: [ArchiveName]
        var group: AppendedGroup
    }

    /// The time between the starts of two groups. So many small recordings arrive one by one that handing over each
    /// would take longer than appending it.
    private static let appendInterval = Duration.milliseconds(5)
    /// The time between the starts of two flushes. A flush keeps a disk from writing, for some tens of milliseconds on
    /// a virtual one; recordings that wait longer for it only cost more downloads after a crash.
    private static let flushInterval = Duration.milliseconds(250)
    /// Recordings that may wait for a flush, a few KB of metadata each. If there are more, the flush comes sooner, and
    /// a slow flush holds appending back.
    private static let appendedLimit = 512

    /// Stores until the queue is finished and empty.
    /// - Throws: `ArchiveError` or `ManifestError` if a group could not be made durable. The recordings of that group
    ///   and of later ones stay pending; recordings stored before stay stored.
    func run(_ queue: GroupQueue<AcceptedRecording>) async throws {
        let appended = GroupQueue<Appended>(capacity: Self.appendedLimit, stopwatch: context.stopwatch) {
            $0.recordings.count
        }
        try await withThrowingTaskGroup(of: Void.self) { steps in
            steps.addTask {
                do {
                    var next = Duration.zero
                    while let group = await queue.takeAll(notBefore: next) {
                        next = context.stopwatch.elapsed() + Self.appendInterval
                        await appended.put(try await append(group))
                    }
                } catch {
                    // What was appended before is sound, and is still stored.
                    await appended.finish()
                    await queue.abandon()
                    throw error
                }
                await appended.finish()
            }
            steps.addTask {
                do {
                    var next = Duration.zero
                    while let groups = await appended.takeAll(notBefore: next) {
                        next = context.stopwatch.elapsed() + Self.flushInterval
                        try await store(groups)
                    }
                } catch {
                    await appended.abandon()
                    await queue.abandon()
                    throw error
                }
            }
            try await steps.waitForAll()
        }
    }

    private func append(_ group: [AcceptedRecording]) async throws -> Appended {
        // Most groups are of one day.
        var names: [OrganizationName: [ArchiveDay: ArchiveName]] = [:]
        var members: [(ArchiveName, PendingMember)] = []
        for accepted in group {
            let (organization, day) = (accepted.member.entry.organization, accepted.member.entry.day)
            let known = names[organization]?[day]
            let name = if let known { known } else { try await context.openArchive(for: organization, day: day) }
            names[organization, default: [:]][day] = name
            members.append((name, accepted.member))
        }
        return Appended(recordings: group, archives: members.map(\.0), group: try await append(members))
    }

    private func store(_ groups: [Appended]) async throws {
        let recordings = groups.flatMap(\.recordings)
        let stored = try await context.writer.synchronize(groups.map(\.group))
        // A crash from here on may leave bytes that the log knows and the manifest does not: recovery finds them.
        let archives = groups.flatMap(\.archives)
        let leaves = try await context.evidence.run { logs throws(EvidenceError) in
            try logs.noteStored(stored, in: archives)
        }
        try await context.manifest.noteStored(
            recordings.indices.map {
                StoredRecording(row: recordings[$0].row, entry: stored.entries[$0], leaf: leaves[$0])
            },
            extents: stored.extents.mapValues(ArchiveExtentRow.init),
            now: context.now()
        )
        for accepted in recordings {
            try accepted.member.content.discardPart()
            context.underWay.release(accepted.row)
        }
        stored.entries.forEach { context.observer(.stored($0)) }
        try await context.evidence.publish(ifDue: true)
    }

    /// A part file that is no longer what was received is removed, so that the next pass fetches it again.
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
