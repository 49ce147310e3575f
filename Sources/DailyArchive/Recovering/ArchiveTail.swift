import Files
import Recordings

/// What an open archive's files have beyond the extent that the manifest knows: recordings that were appended, and whose
/// process died before it could say so, or that an older manifest has never heard of.
struct ArchiveTail {
    /// Whole recordings one after the other, each vouched for by its line in the journal, its header and its checksum.
    var adopted: [RecordingEntry] = []
    /// To where the files are made of them.
    var extent: ArchiveExtent
    /// Whether a whole recording may follow behind what is not whole: then cutting there would lose it.
    var mayHaveMore = false

    /// Reads what lies beyond `known` from the disk. The caller has made the files durable.
    init(_ root: ArchiveRoot, _ name: ArchiveName, beyond known: ArchiveExtent) throws(ArchiveError) {
        extent = known
        let journalPath = root.journalPath(name)
        let journalSize = try FileSystem.size(of: journalPath) ?? 0
        guard journalSize > known.journalBytes else { return }
        let tarPath = root.openArchivePath(name)
        // A recording comes once in an archive: one that comes again is refused, whoever wrote its line.
        var seen = try Self.recordings(in: journalPath, upTo: known.journalBytes)
        let lines = LineReader(try SequentialReader(journalPath, range: known.journalBytes..<journalSize))
        while let line = try lines.nextOfText() {
            // The last line ends with its line break, or is half a line.
            let end = lines.source.position
            guard end - line.offset > line.bytes.count, let entry = try? RecordingEntry(jsonLine: line.bytes),
                entry.isWhole(line.bytes), seen.insert(entry),
                try Self.holds(entry, tarPath, name, at: extent.tarBytes)
            else {
                if end < journalSize { mayHaveMore = try lines.nextOfText() != nil }
                return
            }
            adopted.append(entry)
            extent = ArchiveExtent(
                tarBytes: TarMember.padded(entry.offset + entry.stored.byteCount),
                journalBytes: end
            )
        }
    }

    /// What a journal names in its first bytes.
    private static func recordings(in journal: String, upTo end: Int64) throws(ArchiveError) -> RecordingsSeen {
        let lines = LineReader(try SequentialReader(journal, range: 0..<max(0, end)))
        var seen = RecordingsSeen()
        while let line = try lines.nextOfText() {
            if let entry = try? RecordingEntry(jsonLine: line.bytes) { _ = seen.insert(entry) }
        }
        return seen
    }

    /// Whether the tar has this recording as its next member: header, bytes and padding.
    private static func holds(
        _ entry: RecordingEntry,
        _ path: String,
        _ name: ArchiveName,
        at start: Int64
    ) throws(ArchiveError) -> Bool {
        let end = TarMember.padded(entry.offset + entry.stored.byteCount)
        guard entry.organization == name.organization, entry.day == name.day, start <= entry.offset,
            try FileSystem.size(of: path) ?? 0 >= end
        else { return false }
        var tar = TarReader(
            try SequentialReader(path, range: start..<end, options: .fromDisk),
            folder: name.description
        )
        guard case .member(let member) = try tar.next(), member.path == "\(name)/\(entry.payloadPath)",
            member.isPlain, !member.isFolder,
            member.headerOffset == start, member.offset == entry.offset, member.byteCount == entry.stored.byteCount,
            try tar.digestOfContent() == entry.stored.digest
        else { return false }
        if case .damage(let damage) = try tar.next(), damage.kind == .padding { return false }
        return true
    }
}
