import DailyArchive
import Evidence
import Manifest
import Recordings

extension EvidenceLogs {
    /// Logs that recordings are stored, when their bytes are durable and before the manifest says so.
    /// - Parameters:
    ///   - group: the recordings.
    ///   - archives: the archive of each.
    /// - Returns: the number of each one's entry.
    @discardableResult
    func noteStored(_ group: StoredGroup, in archives: [ArchiveName]) throws(EvidenceError) -> [Int64] {
        var acts: [LogEntry] = []
        var places: [Int] = []
        for (position, archive) in archives.enumerated() {
            let entry = group.entries[position]
            places.append(acts.count)
            acts.append(stored(entry, group.records[position], in: archive))
            if let replaced = entry.replaces { acts.append(replacement(of: entry, in: replaced)) }
        }
        let leaves = try append(acts)
        return places.map { leaves[$0] }
    }

    /// The same for recordings that the log may already have: those that a crash left without a row in the manifest.
    /// - Returns: how many were not in the log, and where it has all of them now.
    func noteFound(
        _ entries: [RecordingEntry],
        in archive: ArchiveName
    ) throws(EvidenceError) -> (fresh: Int, leaves: [RecordingLeaf]) {
        guard !entries.isEmpty else { return (0, []) }
        let logged = try LoggedArchive.find(archive, in: log(of: archive.organization))
        let fresh = entries.filter { !logged.has($0) }
        let group = StoredGroup(entries: fresh, records: fresh.map(\.record), extents: [:])
        let leaves = try noteStored(group, in: fresh.map { _ in archive })
        return (fresh.count, logged.leaves(of: entries) + zip(fresh, leaves).map { RecordingLeaf($0, $1) })
    }

    /// Makes the log agree with the content of an archive in the spool.
    /// - Parameters:
    ///   - entries: everything in the archive; empty if it was removed.
    ///   - type: what happened to logged recordings that are no longer in it.
    /// - Returns: where the log has what is in the archive.
    @discardableResult
    func agree(
        _ archive: ArchiveName,
        with entries: [RecordingEntry],
        lost type: LogEntryType
    ) throws(EvidenceError) -> [RecordingLeaf] {
        let logged = try LoggedArchive.find(archive, in: log(of: archive.organization))
        let present = Dictionary(entries.map { ($0.payloadPath, $0.stored.digest) }) { $1 }
        let gone = logged.recordings.filter { present[$0.key] != $0.value.digest }.sorted { $0.key < $1.key }
        let left = gone.map { path, recording in
            LogEntry(
                type,
                time: now(),
                actor: actor,
                organization: archive.organization,
                [
                    .archive: .text(archive.description), .path: .text(path), .sha256: .digest(recording.digest),
                    .detail: .text(LoggedArchive.leftSpool),
                ]
            )
        }
        let fresh = entries.filter { !logged.has($0) }
        let leaves = try append(left + fresh.map { stored($0, $0.record, in: archive) })
        return logged.leaves(of: entries) + zip(fresh, leaves.dropFirst(left.count)).map { RecordingLeaf($0, $1) }
    }

    /// The entry of a recording.
    /// - Parameter record: the digest of its line of metadata.
    func stored(_ entry: RecordingEntry, _ record: ContentDigest, in archive: ArchiveName) -> LogEntry {
        LogEntry(
            .recordingStored,
            time: now(),
            actor: actor,
            organization: archive.organization,
            [
                .taskID: .text(entry.key.taskID.description), .path: .text(entry.payloadPath),
                .archive: .text(archive.description), .bytes: .number(entry.stored.byteCount),
                .sha256: .digest(entry.stored.digest), .record: .digest(record),
            ]
        )
    }

    /// The entry of a damaged copy in another archive that this recording replaces.
    private func replacement(of entry: RecordingEntry, in damaged: ArchiveName) -> LogEntry {
        LogEntry(
            .recordingReplaced,
            time: now(),
            actor: actor,
            organization: damaged.organization,
            [
                .archive: .text(damaged.description), .path: .text(entry.payloadPath),
                .taskID: .text(entry.key.taskID.description), .sha256: .digest(entry.stored.digest),
                .detail: .text("repaired"),
            ]
        )
    }

    /// Logs the archive that is about to be put in place as sealed.
    func noteSealed(_ archive: SealedArchive) throws(EvidenceError) {
        try append([
            LogEntry(
                .archiveSealed,
                time: now(),
                actor: actor,
                organization: archive.name.organization,
                [
                    .archive: .text(archive.name.description), .bytes: .number(archive.byteCount),
                    .sha256: .digest(archive.digest), .recordings: .number(Int64(archive.recordingCount)),
                    .tags: .digest(archive.tagDigest),
                ]
            )
        ])
    }

    /// Logs these files of legacy sessions of a day, except those that the log already has. Call this once they are in
    /// place; after a crash in between, the next run logs them.
    func noteLegacy(
        _ files: [LegacySessionFile.Summary],
        of organization: OrganizationName,
        _ day: ArchiveDay
    ) throws(EvidenceError) {
        // The newest entry of each file.
        var known: [String: ContentDigest] = [:]
        try log(of: organization).search { _, bytes throws(EvidenceError) in
            guard let entry = try? LogEntry(bytes) else { return true }
            if entry.type == .legacyAttached, let file = entry.text(.file), let digest = entry.digest(.sha256) {
                known[file] = known[file] ?? digest
            }
            return entry.time >= LoggedArchive.beginning(of: day)
                && !files.allSatisfy { known[$0.file.fileName] != nil }
        }
        let news = files.filter { known[$0.file.fileName] != $0.digest }
        guard !news.isEmpty else { return }
        try append(
            news.map { file in
                LogEntry(
                    .legacyAttached,
                    time: now(),
                    actor: actor,
                    organization: organization,
                    [
                        .file: .text(file.file.fileName), .sha256: .digest(file.digest),
                        .day: .text(day.description), .count: .number(Int64(file.sessionCount)),
                    ]
                )
            }
        )
    }
}
