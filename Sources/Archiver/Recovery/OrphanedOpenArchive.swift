import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// An open archive in the spool that the manifest does not know, and its intact recordings.
struct OrphanedOpenArchive: Sendable {
    var name: ArchiveName
    var extent: ArchiveExtent
    var whole: [RecordingEntry]

    /// How many recordings are appended to another archive at a time.
    private static let groupSize = 256

    /// Stores its intact recordings that are held nowhere else: in this archive, or in the one that is already open for
    /// its day. If everything in it is held elsewhere, it is removed. Repeating this after a crash changes nothing.
    /// - Returns: how many recordings became stored.
    func adopt(
        with adopter: ArchiveAdopter,
        writer: ArchiveWriter,
        logs: EvidenceLogs,
        now: Timestamp
    ) async throws -> Int {
        var fresh: [RecordingEntry] = []
        for entry in whole where try await !isHeld(entry, adopter) { fresh.append(entry) }
        guard !fresh.isEmpty else {
            try await discard(writer, logs)
            return 0
        }
        let open = try await adopter.manifest.openArchives().first {
            $0.name.organization == name.organization && $0.name.day == name.day && $0.name != name
        }
        if let open {
            try await move(fresh, to: open.name, adopter, writer, logs, now: now)
            try await discard(writer, logs)
        } else {
            let leaves = try await logs.run { [self] logs throws(EvidenceError) in
                try logs.agree(name, with: whole, lost: .damageFound)
            }
            try await adopter.manifest.noteAdopted(
                name,
                extent: ArchiveExtentRow(extent),
                recordings: whole,
                schedule: adopter.schedule,
                now: now
            )
            try await adopter.manifest.noteLeaves(leaves, of: name.organization)
            _ = try await adopter.chooseCopies(in: name, now: now)
        }
        return fresh.count
    }

    /// The log is written before the files are deleted: after a crash in between, the next recovery finds the files
    /// again.
    private func discard(_ writer: ArchiveWriter, _ logs: EvidenceLogs) async throws {
        _ = try await logs.run { [name] logs throws(EvidenceError) in
            try logs.agree(name, with: [], lost: .recordingReplaced)
        }
        try await writer.discard(name)
    }

    /// Whether the manifest has this recording with these bytes, and they are where it says.
    private func isHeld(_ entry: RecordingEntry, _ adopter: ArchiveAdopter) async throws -> Bool {
        let rows = try await adopter.manifest.recordings(of: entry.key.taskID, organization: name.organization)
        guard let held = rows.first(where: { $0.key == entry.key })?.held, held.digest == entry.stored.digest,
            held.archive != name
        else { return false }
        return try await adopter.isWhole(held.archive, held.offset, held.byteCount, held.digest)
    }

    private func move(
        _ entries: [RecordingEntry],
        to open: ArchiveName,
        _ adopter: ArchiveAdopter,
        _ writer: ArchiveWriter,
        _ logs: EvidenceLogs,
        now: Timestamp
    ) async throws {
        let path = adopter.root.openArchivePath(name)
        for begin in stride(from: 0, to: entries.count, by: Self.groupSize) {
            let group = entries[begin..<min(begin + Self.groupSize, entries.count)].map { entry in
                (open, PendingMember(entry: entry, content: ReceivedContent(of: entry, in: path)))
            }
            let stored = try await writer.append(group)
            guard let extent = stored.extents[open] else { continue }
            let leaves = try await logs.run { logs throws(EvidenceError) in
                try logs.noteStored(stored, in: stored.entries.map { _ in open })
            }
            try await adopter.manifest.noteAdopted(
                open,
                extent: ArchiveExtentRow(extent),
                recordings: stored.entries,
                schedule: adopter.schedule,
                now: now
            )
            let noted = zip(stored.entries, leaves).map { RecordingLeaf($0, $1) }
            try await adopter.manifest.noteLeaves(noted, of: open.organization)
        }
        _ = try await adopter.chooseCopies(in: open, now: now)
    }
}
