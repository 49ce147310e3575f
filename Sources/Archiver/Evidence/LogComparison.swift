import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// Compares one archive, as it is on the disk or as the manifest knows it, with the entries of its recordings, if its
/// checksum is not the one that it was sealed with.
struct LogComparison: Sendable {
    let root: ArchiveRoot
    let name: ArchiveName
    /// The index of the entry that says how the archive was sealed or adopted.
    let entry: Int64
    let sealed: LoggedArchive.Sealing

    /// The greatest number of faults that are named one by one.
    private static let named = 100

    private struct Leaf: Sendable {
        var index: Int64
        var sha256: String
        var record: String
    }

    /// Everything that contradicts the log; the archive as a whole comes first.
    /// - Parameter digest: the present checksum of the archive.
    func faults(_ digest: ContentDigest) async throws -> [ArchiveFault] {
        var faults = [
            fault(
                "\(name) has SHA-256 \(digest), and the evidence log says in entry \(entry) that it was sealed with "
                    + "\(sealed.digest): it was changed, and its checksums with it; restore the archive as it was sealed"
            )
        ]
        var leaves = try await leaves()
        let isKnown = !leaves.isEmpty
        do {
            for try await line in try await ArchiveMetadata.open(name, in: root.archives).records where isKnown {
                let recording = line.entry
                let what = "\(recording.file) of task \(recording.key.taskID)"
                guard let leaf = leaves.removeValue(forKey: recording.payloadPath) else {
                    faults.append(fault("\(what) is in it, and the evidence log does not know it", recording))
                    continue
                }
                if leaf.sha256 != recording.stored.digest.description {
                    let text = "\(what) is not the recording that entry \(leaf.index) of the evidence log says"
                    faults.append(fault(text, recording))
                } else if leaf.record != line.record.description {
                    let text = "the metadata of \(what) is not what entry \(leaf.index) of the evidence log says"
                    faults.append(fault(text, recording))
                }
            }
            for (path, leaf) in leaves.sorted(by: { $0.key < $1.key }) {
                faults.append(
                    fault("\(path) is not in it, and entry \(leaf.index) of the evidence log says that it is")
                )
            }
        } catch let error as ArchiveError where error.code != .cancelled {
            // Single recordings cannot be compared; the fault of the archive as a whole is reported anyway.
        }
        return Array(faults.prefix(Self.named))
    }

    private func fault(_ message: String, _ entry: RecordingEntry? = nil) -> ArchiveFault {
        ArchiveFault(
            kind: .evidence,
            archive: name.description,
            taskID: entry?.key.taskID,
            member: entry?.payloadPath,
            offset: entry?.offset,
            message: message
        )
    }

    /// The entries of the archive's recordings, by path.
    private func leaves() async throws(ArchiveError) -> [String: Leaf] {
        let folder = LogFolder(name.organization, in: root.logsPath)
        let name = name.description
        return try await BlockingWork.run { _ throws(ArchiveError) in
            var leaves: [String: Leaf] = [:]
            for epoch in folder.epochs.reversed() {
                func take(_ index: Int64, _ bytes: [UInt8]) {
                    guard let stored = StoredEntry(bytes) else {
                        if let entry = try? LogEntry(bytes), entry.text(.detail) == LoggedArchive.leftSpool,
                            entry.text(.archive) == name, let path = entry.text(.path)
                        {
                            leaves[path] = nil
                        }
                        return
                    }
                    guard stored.archive == name else { return }
                    leaves[stored.path] = Leaf(index: index, sha256: stored.sha256, record: stored.record)
                }
                guard let reader = try? LogReader(epoch) else { continue }
                // What an earlier epoch had accepted and not published is in the epoch after it.
                if epoch == folder {
                    try? reader.forEachProvenEntry { index, bytes throws(EvidenceError) in take(index, bytes) }
                } else {
                    try? reader.forEachSignedEntry { index, bytes throws(EvidenceError) in take(index, bytes) }
                }
            }
            return leaves
        }
    }
}
