import Files
import Glibc
import Recordings

/// Makes the files of one open archive agree with what the manifest knows, whatever a crash has left of them.
struct ArchiveRecovery {
    var root: ArchiveRoot
    var name: ArchiveName
    /// `nil` if the manifest does not know the archive, or if there is no manifest.
    var known: ArchiveExtent?
    var rereading: Bool

    func run() throws(ArchiveError) -> RecoveryOutcome {
        try Self.removeScratch(root, name)
        if let sealed = try recoverSealed() { return sealed }
        let tarPath = root.openArchivePath(name)
        guard let status = try FileSystem.status(of: tarPath) else { return try recoverMissing() }
        // A crash between making it read-only and moving it leaves it read-only.
        if status.mode & 0o200 == 0 { try FileSystem.setMode(of: tarPath, 0o640) }
        if let known, !rereading, let excess = try excess(beyond: known, tarSize: status.byteCount) {
            if excess == 0 {
                try cut(to: known)
                return .equal
            }
            // Recordings must be on the disk before they are reported as stored.
            try synchronize()
            let tail = try ArchiveTail(root, name, beyond: known)
            if !tail.mayHaveMore {
                try cut(to: tail.extent)
                let kept = tail.extent.tarBytes - known.tarBytes + tail.extent.journalBytes - known.journalBytes
                return .ahead(tail.extent, adopted: tail.adopted, cutBack: excess - kept)
            }
        }
        return try ArchiveSalvage(root: root, name: name, known: known).run()
    }

    static func removeScratch(_ root: ArchiveRoot, _ name: ArchiveName) throws(ArchiveError) {
        for purpose in ArchiveRoot.Scratch.allCases { try FileSystem.remove(root.scratchPath(name, purpose)) }
        try FileSystem.remove(FileReplacement.draftPath(of: root.journalPath(name)))
    }

    /// The archive in its final place, if sealing got that far.
    private func recoverSealed() throws(ArchiveError) -> RecoveryOutcome? {
        guard try root.archives.settle(root.openArchivePath(name), as: name) else { return nil }
        let archive = try SealedArchive(name, at: root.archivePath(name))
        try FileSystem.remove(root.journalPath(name))
        return .sealed(archive)
    }

    private func recoverMissing() throws(ArchiveError) -> RecoveryOutcome {
        let journal = root.journalPath(name)
        guard let known, known != .empty else {
            try FileSystem.remove(journal)
            return .absent
        }
        let lost = try ArchiveSalvage(root: root, name: name, known: known).journal().map(\.key)
        // The manifest still counts this archive as open, so its files must exist for the next recordings.
        try cut(to: .empty)
        try FileSystem.synchronizeFolder(FileSystem.folder(of: journal))
        return .behind(.empty, whole: [], lost: lost)
    }

    /// How many bytes the files have beyond `known`. `nil` if they do not reach it, or if their last entry there is not
    /// the right one.
    private func excess(beyond known: ArchiveExtent, tarSize: Int64) throws(ArchiveError) -> Int64? {
        let journalSize = try FileSystem.size(of: root.journalPath(name)) ?? 0
        guard tarSize >= known.tarBytes, journalSize >= known.journalBytes, try hasSoundEnd(known) else { return nil }
        let journalExcess = journalSize - known.journalBytes
        let tarExcess = tarSize - known.tarBytes
        // The writer pads its last block on the disk. Such padding alone is not a recording.
        return journalExcess == 0 && tarExcess < AlignedFileWriter.blockSize ? 0 : tarExcess + journalExcess
    }

    /// Whether the journal's last line describes the tar's last member.
    private func hasSoundEnd(_ known: ArchiveExtent) throws(ArchiveError) -> Bool {
        guard known.journalBytes > 0 else { return known.tarBytes == 0 }
        let file = try OpenFile(root.journalPath(name), O_RDONLY)
        let start = max(0, known.journalBytes - 1 << 20)
        var tail = try FileSystem.bytes(of: file, in: start..<known.journalBytes)
        guard tail.popLast() == UInt8(ascii: "\n") else { return false }
        let line = tail.lastIndex(of: UInt8(ascii: "\n")).map { Array(tail[($0 + 1)...]) } ?? tail
        guard let entry = try? RecordingEntry(jsonLine: line) else { return false }
        return TarMember.padded(entry.offset + entry.stored.byteCount) == known.tarBytes
    }

    private func synchronize() throws(ArchiveError) {
        for path in [root.openArchivePath(name), root.journalPath(name)] {
            if try FileSystem.status(of: path) == nil { continue }
            try OpenFile(path, O_RDWR).synchronizeWithAttributes()
        }
    }

    private func cut(to extent: ArchiveExtent) throws(ArchiveError) {
        for (path, size) in [
            (root.openArchivePath(name), extent.tarBytes), (root.journalPath(name), extent.journalBytes),
        ] {
            let file = try OpenFile(path, O_RDWR | O_CREAT)
            if try file.size() != size { try file.truncate(to: size) }
            try file.synchronizeWithAttributes()
        }
    }
}
