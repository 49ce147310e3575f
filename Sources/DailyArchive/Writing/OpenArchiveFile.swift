import Files
import Glibc
import Recordings

/// A daily archive that grows: its tar without an end, and its journal with the lines of its
/// `metadata/recordings.jsonl`.
final class OpenArchiveFile {
    private let name: ArchiveName
    private let tar: AlignedFileWriter
    private let writer: TarWriter
    private let journal: SharedFile
    /// The archive's extent after the flushes that were returned so far.
    private var end: ArchiveExtent
    private var pendingLines: [UInt8] = []

    /// Opens the archive to continue at `extent`, and cuts off what is beyond it; without an extent, creates it.
    convenience init(_ name: ArchiveName, in root: ArchiveRoot, extent: ArchiveExtent?) throws(ArchiveError) {
        try self.init(name, tarPath: root.openArchivePath(name), journalPath: root.journalPath(name), extent: extent)
    }

    init(_ name: ArchiveName, tarPath: String, journalPath: String, extent: ArchiveExtent?) throws(ArchiveError) {
        let creating = extent == nil
        let position = extent ?? .empty
        let journal = try OpenFile(journalPath, O_WRONLY | (creating ? O_CREAT | O_EXCL : 0))
        // The journal may be shorter, if a flush is in progress that has not written its lines yet.
        if try journal.size() > position.journalBytes { try journal.truncate(to: position.journalBytes) }
        do throws(ArchiveError) {
            tar = try AlignedFileWriter(path: tarPath, position: position.tarBytes, creating: creating)
            writer = try TarWriter(writingTo: tar)
        } catch {
            if creating { try? FileSystem.remove(journalPath) }
            throw error
        }
        self.name = name
        self.journal = SharedFile(journal)
        end = position
        if creating { try FileSystem.synchronizeFolder(FileSystem.folder(of: tarPath)) }
    }

    /// Appends a recording. It is durable once the flush that ``flush()`` returns has finished.
    /// - Returns: its entry with its offset, and what the evidence log says about it.
    @discardableResult
    func append(_ member: PendingMember) throws(ArchiveError) -> (entry: RecordingEntry, record: ContentDigest) {
        var entry = member.entry
        precondition(
            entry.stored == member.content.identity,
            "an entry must describe the bytes it comes with"
        )
        entry.offset = try writer.begin(header(for: entry))
        try member.content.forEachPiece { bytes throws(ArchiveError) in try writer.write(bytes) }
        try writer.endMember()
        let (line, record) = entry.written
        pendingLines.append(contentsOf: line)
        pendingLines.append(UInt8(ascii: "\n"))
        return (entry, record)
    }

    /// Writes everything that was appended since the last flush to the tar.
    /// - Returns: what remains to be done to make it durable, which may be done while more is appended.
    func flush() throws(ArchiveError) -> OpenArchiveFlush {
        try tar.flush()
        let linesOffset = end.journalBytes
        end.tarBytes = tar.position
        end.journalBytes += Int64(pendingLines.count)
        // The flush keeps this array. Keeping its capacity here would allocate as much again for every flush.
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

    /// Makes the tar durable and exactly as long as what was appended.
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

/// The work that makes the recordings of a group durable in their archive. Each flush of an archive must finish before
/// the next one.
struct OpenArchiveFlush: Sendable {
    fileprivate let tar: SharedFile
    fileprivate let journal: SharedFile
    fileprivate var lines: [UInt8]
    fileprivate let linesOffset: Int64
    /// The archive's extent with the group.
    fileprivate(set) var end: ArchiveExtent

    /// An empty flush that begins where this one does, to which this one and later ones can be added.
    var before: OpenArchiveFlush {
        OpenArchiveFlush(tar: tar, journal: journal, lines: [], linesOffset: linesOffset, end: end)
    }

    /// Adds the archive's next flush to this one, which then does the work of both.
    mutating func add(_ next: OpenArchiveFlush) {
        lines += next.lines
        end = next.end
    }

    /// Waits for the disk. The journal is written second, so that it names no recording whose bytes could still be
    /// lost.
    func finish() throws(ArchiveError) {
        try tar.file.synchronize()
        try journal.file.write(lines, at: linesOffset)
        try journal.file.synchronize()
    }
}
