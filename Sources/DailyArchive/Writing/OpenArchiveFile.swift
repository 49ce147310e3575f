import Files
import Glibc
import Recordings

/// A daily archive that grows: its tar without an end, and its journal, the lines of its `metadata/recordings.jsonl`.
final class OpenArchiveFile {
    private let name: ArchiveName
    private let tar: AlignedFileWriter
    private let appender: TarAppender
    private let journal: SharedFile
    /// To where the flushes go that were handed out.
    private var end: ArchiveExtent
    private var pendingLines: [UInt8] = []

    /// Opens the archive to go on at `extent`, what lies beyond being cut off, or, without one, makes it.
    convenience init(_ name: ArchiveName, in root: ArchiveRoot, extent: ArchiveExtent?) throws(ArchiveError) {
        try self.init(name, tarPath: root.openArchivePath(name), journalPath: root.journalPath(name), extent: extent)
    }

    init(_ name: ArchiveName, tarPath: String, journalPath: String, extent: ArchiveExtent?) throws(ArchiveError) {
        let creating = extent == nil
        let position = extent ?? .empty
        let journal = try OpenFile(journalPath, O_WRONLY | (creating ? O_CREAT | O_EXCL : 0))
        // It is shorter while a flush is under way whose lines are still to come.
        if try journal.size() > position.journalBytes { try journal.truncate(to: position.journalBytes) }
        do throws(ArchiveError) {
            tar = try AlignedFileWriter(path: tarPath, position: position.tarBytes, creating: creating)
            appender = try TarAppender(writingTo: tar)
        } catch {
            if creating { try? FileSystem.remove(journalPath) }
            throw error
        }
        self.name = name
        self.journal = SharedFile(journal)
        end = position
        if creating { try FileSystem.synchronizeFolder(FileSystem.folder(of: tarPath)) }
    }

    /// Appends a recording. It is durable once what ``flush()`` returns is finished.
    /// - Returns: its entry with its offset.
    func append(_ member: PendingMember) throws(ArchiveError) -> RecordingEntry {
        var entry = member.entry
        precondition(
            entry.stored == member.content.identity,
            "an entry must describe the bytes it comes with"
        )
        entry.offset = try appender.begin(header(for: entry))
        try member.content.forEachPiece { bytes throws(ArchiveError) in try appender.write(bytes) }
        try appender.endMember()
        pendingLines.append(contentsOf: entry.jsonLine)
        pendingLines.append(UInt8(ascii: "\n"))
        return entry
    }

    /// Hands everything that was appended since the last flush to the disk.
    /// - Returns: what is left to do until it is durable, which may be done while more is appended.
    func flush() throws(ArchiveError) -> OpenArchiveFlush {
        try tar.flush()
        let linesOffset = end.journalBytes
        end.tarBytes = tar.position
        end.journalBytes += Int64(pendingLines.count)
        // The flush keeps the lines: with their capacity kept, as much would be taken anew at every flush.
        defer { pendingLines = [] }
        return OpenArchiveFlush(
            tar: tar.file,
            journal: journal,
            lines: pendingLines,
            linesOffset: linesOffset,
            end: end
        )
    }

    /// Makes everything that was appended durable.
    func synchronize() throws(ArchiveError) -> ArchiveExtent {
        let flush = try flush()
        try flush.finish()
        return flush.end
    }

    /// Leaves the file exactly as long as what was made durable.
    func settle() throws(ArchiveError) {
        try tar.settle()
    }

    private func header(for entry: RecordingEntry) -> TarMemberHeader {
        TarMemberHeader(
            path: "\(name)/\(entry.payloadPath)",
            byteCount: entry.stored.byteCount,
            secondsSince1970: BagLayout.secondsSince1970(of: entry)
        )
    }
}

/// What makes the recordings of a group durable in their archive. Each flush of an archive is finished before the next.
struct OpenArchiveFlush: Sendable {
    fileprivate let tar: SharedFile
    fileprivate let journal: SharedFile
    fileprivate var lines: [UInt8]
    fileprivate let linesOffset: Int64
    /// Where the archive ends with the group.
    fileprivate(set) var end: ArchiveExtent

    /// Where it begins, with nothing in it.
    var before: OpenArchiveFlush {
        OpenArchiveFlush(tar: tar, journal: journal, lines: [], linesOffset: linesOffset, end: end)
    }

    /// Takes the next one of the archive in, which it is in the place of.
    mutating func add(_ next: OpenArchiveFlush) {
        lines += next.lines
        end = next.end
    }

    /// Waits for the disk. The journal comes second: it names nothing whose bytes could still be lost.
    func finish() throws(ArchiveError) {
        try tar.file.synchronize()
        try journal.file.write(lines, at: linesOffset)
        try journal.file.synchronize()
    }
}
