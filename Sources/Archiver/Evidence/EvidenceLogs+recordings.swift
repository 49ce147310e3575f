import DailyArchive
import Evidence
import Recordings

extension EvidenceLogs {
    /// Notes that recordings are stored: their bytes are durable, and the manifest does not say so yet.
    func noteStored(_ entries: [(archive: ArchiveName, entry: RecordingEntry)]) throws(EvidenceError) {
        var acts: [LogEntry] = []
        for (archive, entry) in entries {
            acts.append(stored(entry, entry.record, in: archive))
            if let replaced = entry.replaces { acts.append(replacement(of: entry, in: replaced)) }
        }
        try append(acts)
    }

    /// The same, of recordings of which the log may have an entry: what a crash left without a word in the manifest.
    /// - Returns: how many were not in the log.
    @discardableResult
    func noteFound(_ entries: [RecordingEntry], in archive: ArchiveName) throws(EvidenceError) -> Int {
        guard !entries.isEmpty else { return 0 }
        let logged = try LoggedArchive.find(archive, in: log(of: archive.organization))
        let fresh = entries.filter { logged.recordings[$0.payloadPath] != $0.stored.digest }
        try noteStored(fresh.map { (archive, $0) })
        return fresh.count
    }

    /// Makes the log say of an archive in the spool what is in it.
    /// - Parameters:
    ///   - entries: all that is in it; empty if it was removed.
    ///   - type: what became of recordings that are in it no more.
    func agree(
        _ archive: ArchiveName,
        with entries: [RecordingEntry],
        lost type: LogEntryType
    ) throws(EvidenceError) {
        let logged = try LoggedArchive.find(archive, in: log(of: archive.organization)).recordings
        let present = Dictionary(entries.map { ($0.payloadPath, $0.stored.digest) }) { $1 }
        let gone = logged.filter { present[$0.key] != $0.value }.sorted { $0.key < $1.key }
        let left = gone.map { path, digest in
            LogEntry(
                type,
                time: now(),
                actor: actor,
                organization: archive.organization,
                [
                    .archive: .text(archive.description), .path: .text(path), .sha256: .digest(digest),
                    .detail: .text(LoggedArchive.leftSpool),
                ]
            )
        }
        var acts = left
        for entry in entries where logged[entry.payloadPath] != entry.stored.digest {
            acts.append(stored(entry, entry.record, in: archive))
        }
        try append(acts)
    }

    /// The entry of a recording.
    /// - Parameter record: of its line of metadata.
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

    /// The entry of a copy in another archive that was found damaged, and that this recording makes up for.
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

    /// Notes what is about to be put in place as a sealed archive.
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

    /// Notes that the legacy sessions of a day are attached, unless the log has said so of the same file. To be called once
    /// they are in place: after a crash in between, the next run says it.
    func noteLegacy(
        _ file: String,
        _ digest: ContentDigest,
        _ count: Int,
        _ organization: OrganizationName,
        _ day: ArchiveDay
    ) throws(EvidenceError) {
        var known: ContentDigest?
        try log(of: organization).search { bytes throws(EvidenceError) in
            guard let entry = try? LogEntry(bytes) else { return true }
            if entry.type == .legacyAttached, entry.text(.file) == file { known = entry.digest(.sha256) }
            return known == nil && entry.time >= LoggedArchive.beginning(of: day)
        }
        guard known != digest else { return }
        try append([
            LogEntry(
                .legacyAttached,
                time: now(),
                actor: actor,
                organization: organization,
                [
                    .file: .text(file), .sha256: .digest(digest), .day: .text(day.description),
                    .count: .number(Int64(count)),
                ]
            )
        ])
    }
}
