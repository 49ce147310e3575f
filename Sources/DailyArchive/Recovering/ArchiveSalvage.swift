import Files
import Glibc
import Recordings

/// Keeps what is whole of an open archive whose files do not hold what they should: after a disk lost writes, or without
/// a manifest.
///
/// Members are found by their names in the tar and held against the journal's checksums, wherever they stand, so that
/// this can be repeated after a crash in the middle of it, with either file old or new.
struct ArchiveSalvage {
    var root: ArchiveRoot
    var name: ArchiveName
    var known: ArchiveExtent?

    /// Holds the entries of one archive in memory: this is rare, and bounded by a day.
    func run() throws(ArchiveError) -> RecoveryOutcome {
        let (entries, isJournalWhole) = try readJournal()
        let found = try findWhole(entries)
        // Recordings may be in the tar that the journal can no longer vouch for. They are received again, but as the
        // provider may not have them any more, nothing of them is thrown away here. What a process had no time to vouch
        // for, the manifest has never heard of either: with it, that is left out.
        let isMissingSome = found.hasStrangers || found.whole.count < entries.count
        let isKeptAside = !isJournalWhole || (known == nil && isMissingSome)
        if isKeptAside, try FileSystem.status(of: root.damagedPath(name)) == nil {
            try FileSystem.addName(root.damagedPath(name), to: root.openArchivePath(name))
        }
        let kept = found.isPrefix && !isKeptAside ? try cut(after: found.whole) : try remake(found.whole)
        let names = Set(kept.entries.map(\.payloadPath))
        let lost = entries.filter { !names.contains($0.payloadPath) }.map(\.key)
        return .behind(kept.extent, whole: kept.entries, lost: lost)
    }

    /// The journal's entries, also those that the manifest has not heard of; lines that are not whole are left out.
    func journal() throws(ArchiveError) -> [RecordingEntry] {
        try readJournal().entries
    }

    /// - Returns: besides, whether the journal has all that the manifest knows, and only whole lines as far as that, or
    ///   as far as anything follows.
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
                // Half a line at the very end is what a killed process leaves.
                isWhole = false
            }
        }
        return (entries, isWhole && (lines.source.position == size || known != nil))
    }

    /// What a tar was found to have.
    private struct Finding {
        /// The entries whose bytes are there, in the tar's order and with the offsets there.
        var whole: [RecordingEntry] = []
        /// Whether they are all that the tar begins with.
        var isPrefix = true
        /// Whether there are other members, as long as their headers say.
        var hasStrangers = false
    }

    private func findWhole(_ entries: [RecordingEntry]) throws(ArchiveError) -> Finding {
        var wanted = Dictionary(entries.map { ("\(name)/\($0.payloadPath)", $0) }) { first, _ in first }
        let source = try SequentialReader(root.openArchivePath(name), options: .fromDisk)
        var tar = TarReader(source, folder: name.description)
        var finding = Finding()
        var end: Int64 = 0
        var firstDamage = Int64.max
        while let item = try tar.next() {
            // What is missing at the end of the last member is made good by cutting; all else has to be written anew.
            if case .damage(let damage) = item, damage.kind != .truncated {
                firstDamage = min(firstDamage, damage.offset)
            }
            guard case .member(let member) = item, !member.isFolder else { continue }
            guard var entry = wanted[member.path], entry.stored.byteCount == member.byteCount,
                try tar.digestOfContent() == entry.stored.digest
            else {
                let isPayload = member.path.hasPrefix("\(name)/\(BagLayout.payload)")
                finding.hasStrangers = finding.hasStrangers || (isPayload && member.end <= source.end)
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
        // The last member's padding may be what is missing: growing a file fills it with zeros, which padding is.
        try tar.truncate(to: end)
        try tar.synchronizeWithAttributes()
        var lines: [UInt8] = []
        for entry in whole { lines += entry.jsonLine + [UInt8(ascii: "\n")] }
        try FileReplacement.durable(root.journalPath(name)).write(lines)
        return (whole, ArchiveExtent(tarBytes: end, journalBytes: Int64(lines.count)))
    }

    /// Copies what is whole into a new tar. The tar goes into place first: a crash before the journal follows leaves
    /// every member findable by its name.
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
            entries.append(try archive.append(PendingMember(entry: entry, content: content)))
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
