import Files
import Recordings

/// What an open archive's files have beyond the extent that the manifest knows: recordings that were appended by a
/// process that ended before it could note them, or that are newer than a restored manifest.
struct ArchiveTail {
    /// Intact recordings, one after the other. For each, its line in the journal, its header and its checksum agree.
    var adopted: [RecordingEntry] = []
    /// How far the files reach with these.
    var extent: ArchiveExtent
    /// Whether an intact recording may follow damage. Cutting the files there would lose it.
    var mayHaveMore = false

    /// Reads what is beyond `known` from the disk. The caller has made the files durable.
    init(_ root: ArchiveRoot, _ name: ArchiveName, beyond known: ArchiveExtent) throws(ArchiveError) {
        extent = known
        let journalPath = root.journalPath(name)
        let journalSize = try FileSystem.size(of: journalPath) ?? 0
        guard journalSize > known.journalBytes else { return }
        let tarPath = root.openArchivePath(name)
        // A recording occurs once in an archive. A repeated one is refused, whoever wrote its line.
        var seen = try Self.recordings(in: journalPath, upTo: known.journalBytes)
        let lines = LineReader(try SequentialReader(journalPath, range: known.journalBytes..<journalSize))
        while let line = try lines.nextOfText() {
            // A complete line ends with a line break; without one, the last line is half a line.
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

    /// The recordings that a journal's first bytes name.
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
