import Files
import Glibc
import Recordings

/// Keeps what is intact of an open archive after a disk lost writes, or without a manifest.
///
/// Members are found by their names in the tar, wherever they are, and compared with the journal's checksums. This can
/// therefore be repeated after a crash in the middle of it, whether either file is old or new.
struct ArchiveSalvage {
    var root: ArchiveRoot
    var name: ArchiveName
    var known: ArchiveExtent?

    /// Holds the entries of one archive in memory, which is acceptable because this is rare and limited to one day.
    func run() throws(ArchiveError) -> RecoveryOutcome {
        let (entries, isJournalWhole) = try readJournal()
        let found = try findWhole(entries)
        // The tar may have recordings for which the journal has no intact line any more. They are received again. But
        // the provider may no longer have them, so the old file is kept under another name. If a process ended before
        // it had written a recording's line, the manifest does not know the recording either; with a manifest, that
        // alone is no reason to keep the file.
        let isMissingSome = found.hasForeignMembers || found.whole.count < entries.count
        let isKeptAside = !isJournalWhole || (known == nil && isMissingSome)
        if isKeptAside, try FileSystem.status(of: root.damagedPath(name)) == nil {
            try FileSystem.addName(root.damagedPath(name), to: root.openArchivePath(name))
        }
        let kept = found.isPrefix && !isKeptAside ? try cut(after: found.whole) : try remake(found.whole)
        let names = Set(kept.entries.map(\.payloadPath))
        let lost = entries.filter { !names.contains($0.payloadPath) }.map(\.key)
        return .behind(kept.extent, whole: kept.entries, lost: lost)
    }

    /// The journal's entries, including those that the manifest does not know; damaged lines are left out.
    func journal() throws(ArchiveError) -> [RecordingEntry] {
        try readJournal().entries
    }

    /// - Returns: the entries, and whether the journal is intact. With a manifest it must have everything that the
    ///   manifest knows, and every line up to there must be intact. Without one, every line that another one follows
    ///   must be.
    private func readJournal() throws(ArchiveError) -> (entries: [RecordingEntry], isWhole: Bool) {
        let path = root.journalPath(name)
        guard let size = try FileSystem.size(of: path) else { return ([], known?.journalBytes ?? 0 == 0) }
        let lines = LineReader(try SequentialReader(path))
        var entries: [RecordingEntry] = []
        var isWhole = size >= known?.journalBytes ?? 0
        var seen = RecordingsSeen()
        while let line = try lines.nextOfText() {
            if let entry = try? RecordingEntry(jsonLine: line.bytes), entry.isWhole(line.bytes),
                entry.organization == name.organization, entry.day == name.day, seen.insert(entry)
            {
                entries.append(entry)
            } else if line.offset < known?.journalBytes ?? size, lines.source.position < size || known != nil {
                // A killed process leaves half a line at the very end.
                isWhole = false
            }
        }
        return (entries, isWhole && (lines.source.position == size || known != nil))
    }

    /// The contents of a tar.
    private struct Finding {
        /// The entries whose bytes were found, in the tar's order and with their offsets in it.
        var whole: [RecordingEntry] = []
        /// Whether the tar begins with exactly these.
        var isPrefix = true
        /// Whether the payload has other members that are as long as their headers say.
        var hasForeignMembers = false
    }

    private func findWhole(_ entries: [RecordingEntry]) throws(ArchiveError) -> Finding {
        var wanted = Dictionary(entries.map { ("\(name)/\($0.payloadPath)", $0) }) { first, _ in first }
        let source = try SequentialReader(root.openArchivePath(name), options: .fromDisk)
        var tar = TarReader(source, folder: name.description)
        var finding = Finding()
        var end: Int64 = 0
        var firstDamage = Int64.max
        while let item = try tar.next() {
            // A last member that ends too early can be cut off. Any other damage means that the tar is written again.
            if case .damage(let damage) = item, damage.kind != .truncated {
                firstDamage = min(firstDamage, damage.offset)
            }
            guard case .member(let member) = item, !member.isFolder else { continue }
            guard var entry = wanted[member.path], entry.stored.byteCount == member.byteCount,
                try tar.digestOfContent() == entry.stored.digest
            else {
                let isPayload = member.path.hasPrefix("\(name)/\(BagLayout.payload)")
                finding.hasForeignMembers = finding.hasForeignMembers || (isPayload && member.end <= source.end)
                continue
            }
            wanted[member.path] = nil
            entry.offset = member.offset
            finding.whole.append(entry)
            finding.isPrefix = finding.isPrefix && member.headerOffset == end && member.isPlain
            end = member.end
        }
        finding.isPrefix = finding.isPrefix && firstDamage >= end
        return finding
    }

    private func cut(
        after whole: [RecordingEntry]
    ) throws(ArchiveError) -> (entries: [RecordingEntry], extent: ArchiveExtent) {
        let end = whole.last.map { TarMember.padded($0.offset + $0.stored.byteCount) } ?? 0
        let tar = try OpenFile(root.openArchivePath(name), O_RDWR)
        // Part of the last member's padding may be missing: growing a file adds zeros, and padding is zeros.
        try tar.truncate(to: end)
        try tar.synchronizeWithAttributes()
        var lines: [UInt8] = []
        for entry in whole { lines += entry.jsonLine + [UInt8(ascii: "\n")] }
        try FileReplacement.durable(root.journalPath(name)).write(lines)
        return (whole, ArchiveExtent(tarBytes: end, journalBytes: Int64(lines.count)))
    }

    /// Copies what is intact into a new tar. The tar goes into place first: if a crash keeps the journal from
    /// following, every member can still be found by its name.
    private func remake(
        _ whole: [RecordingEntry]
    ) throws(ArchiveError) -> (entries: [RecordingEntry], extent: ArchiveExtent) {
        let tarPath = root.scratchPath(name, .remadeArchive)
        let journalPath = root.scratchPath(name, .remadeJournal)
        let archive = try OpenArchiveFile(name, tarPath: tarPath, journalPath: journalPath, extent: nil)
        var entries: [RecordingEntry] = []
        for entry in whole {
            let content = ReceivedContent(
                byteCount: entry.stored.byteCount,
                digest: entry.stored.digest,
                storage: .range(path: root.openArchivePath(name), offset: entry.offset)
            )
            entries.append(try archive.append(PendingMember(entry: entry, content: content)).entry)
        }
        let extent = try archive.synchronize()
        try archive.settle()
        try FileSystem.replace(root.openArchivePath(name), with: tarPath)
        try FileSystem.synchronizeFolder(root.spoolPath)
        try FileSystem.replace(root.journalPath(name), with: journalPath)
        try FileSystem.synchronizeFolder(root.spoolPath)
        return (entries, extent)
    }
}
