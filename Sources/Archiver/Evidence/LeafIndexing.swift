import Evidence
import Manifest
import Recordings

/// Records in the manifest where an evidence log has the entries of recordings. It reads the log a part at a time.
struct LeafIndexing: Sendable {
    let folder: LogFolder
    let organization: OrganizationName

    /// How many entries are read before the manifest gets what was found: some megabytes.
    private static let partSize: Int64 = 16_384

    /// Records in the manifest where the entries of its recordings are. The last entry of a recording counts.
    func note(in manifest: Manifest, _ logs: EvidenceLogs) async throws {
        for epoch in folder.epochs.reversed() {
            var next = Int64(0)
            while true {
                let begin = next
                let part = try await logs.run { [isNewest = epoch == folder] _ throws(EvidenceError) in
                    try Self.part(of: epoch, isNewest: isNewest, from: begin)
                }
                try await manifest.noteLeaves(part.leaves, of: organization)
                guard let end = part.next else { break }
                next = end
            }
        }
    }

    /// - Returns: the entries of recordings among the next ones, and where those after them begin; `nil` at the end.
    private static func part(
        of epoch: LogFolder,
        isNewest: Bool,
        from begin: Int64
    ) throws(EvidenceError) -> (leaves: [RecordingLeaf], next: Int64?) {
        do throws(EvidenceError) {
            let reader = try LogReader(epoch)
            let entries = try reader.entries(from: begin, count: partSize)
            if !entries.isEmpty { return (leaves(entries, from: begin), begin + Int64(entries.count)) }
            // What an earlier epoch had accepted and not published is in the epoch after it.
            return (isNewest ? leaves(try reader.acceptedEntries(), from: reader.position.size) : [], nil)
        } catch {
            // A damaged earlier epoch has no proofs to give. That of the newest one was found before this.
            guard error.code == .damaged else { throw error }
            return ([], nil)
        }
    }

    private static func leaves(_ entries: [[UInt8]], from begin: Int64) -> [RecordingLeaf] {
        entries.enumerated().compactMap { place, bytes in
            guard let stored = StoredEntry(bytes), let task = StoredEntry.taskID(in: bytes).flatMap({ TaskID($0) })
            else { return nil }
            return RecordingLeaf(taskID: task, path: stored.path, leaf: begin + Int64(place))
        }
    }
}
