import Evidence
import Files
import Manifest
import Recordings

/// Everything that an evidence log says about the recordings of some archives, in all of its epochs.
struct LoggedContents: Sendable {
    /// By archive, then by path.
    private var recordings: [String: [String: LoggedRecording]] = [:]
    /// When damage to each of them was noted last, since it was sealed. That a newer epoch adopts an archive as it is makes
    /// nothing of it whole.
    private var damaged: [String: Timestamp] = [:]

    /// The recordings of an archive, by path, without those that left it while it was in the spool.
    func recordings(of name: ArchiveName) -> [LoggedRecording] {
        (recordings[name.description] ?? [:]).values.sorted { $0.path < $1.path }
    }

    /// When damage to the archive was noted last; `nil` if there is none.
    func damagedTime(of name: ArchiveName) -> Timestamp? { damaged[name.description] }

    /// Reads a log from end to end.
    /// - Throws: `missing`; `damaged` if the newest epoch is not sound. What an earlier epoch has lost may be why a newer
    ///   one exists.
    static func read(
        _ names: Set<ArchiveName>,
        of organization: OrganizationName,
        in root: ArchiveRoot
    ) async throws(EvidenceError) -> LoggedContents {
        let folder = LogFolder(organization, in: root.logsPath)
        let texts = Set(names.map(\.description))
        return try await BlockingWork.run { _ throws(EvidenceError) in
            var all = LoggedContents()
            for epoch in folder.epochs.reversed() {
                do throws(EvidenceError) {
                    all = try all.adding(epoch, isNewest: epoch == folder, texts)
                } catch {
                    guard error.code == .damaged, epoch != folder else { throw error }
                }
            }
            return all
        }
    }

    private func adding(
        _ epoch: LogFolder,
        isNewest: Bool,
        _ names: Set<String>
    ) throws(EvidenceError) -> LoggedContents {
        var all = self
        for _ in 0..<LogLedger.maxReadings {
            all = self
            let reader = try LogReader(epoch)
            func take(_ index: Int64, _ bytes: [UInt8]) throws(EvidenceError) { all.take(bytes, names) }
            // What an earlier epoch had accepted and not published is in the epoch after it.
            if isNewest { try reader.forEachProvenEntry(take) } else { try reader.forEachSignedEntry(take) }
            // A writer that published in the meantime has begun a new tail: entries of the old one may have been missed.
            if try LogReader(epoch).checkpoint == reader.checkpoint { break }
        }
        return all
    }

    private mutating func take(_ bytes: [UInt8], _ names: Set<String>) {
        if let stored = StoredEntry(bytes) {
            guard names.contains(stored.archive), let digest = ContentDigest(hexadecimal: stored.sha256) else { return }
            // An ID with characters that JSON escapes takes a reading of the whole entry.
            let text = StoredEntry.taskID(in: bytes) ?? (try? LogEntry(bytes))?.text(.taskID)
            guard let task = text.flatMap({ TaskID($0) }) else { return }
            var recording = LoggedRecording(taskID: task, path: stored.path, digest: digest)
            // A newer epoch logs again what is in the archive, and not what has replaced it.
            if let known = recordings[stored.archive]?[stored.path], known.digest == digest {
                recording.isReplaced = known.isReplaced
            }
            recordings[stored.archive, default: [:]][stored.path] = recording
            return
        }
        guard let entry = try? LogEntry(bytes), let name = entry.text(.archive), names.contains(name) else { return }
        switch entry.type {
        case .archiveSealed: damaged[name] = nil
        case .damageFound, .recordingReplaced:
            let path = entry.text(.path)
            if entry.text(.detail) == LoggedArchive.leftSpool {
                if let path { recordings[name]?[path] = nil }
            } else if entry.type == .damageFound {
                damaged[name] = entry.time
            } else if let path {
                recordings[name]?[path]?.isReplaced = true
            }
        default: break
        }
    }
}
