import CGlibc
import Files
import Glibc

/// Appends to one file in large aligned blocks that go past the page cache where the file system takes that
/// (`O_DIRECT`), and otherwise through it with early write-back. Which of the two it is makes no difference to the bytes.
///
/// Direct writes are whole blocks only. ``flush()`` therefore writes the unfinished last block padded with zeros, and the
/// same block again once more bytes have come: between flushes the file may be up to a block longer than ``position``.
final class AlignedFileWriter {
    /// What direct writes are a multiple of: the largest logical block of today's disks.
    static let blockSize = 4096
    private static let bufferSize = 1 << 20

    /// To be flushed and looked at by others; only this one writes.
    let file: SharedFile
    private let buffer: UnsafeMutableRawBufferPointer
    /// Where the buffer's first byte belongs in the file: a multiple of the block size.
    private var bufferOffset: Int64
    private var filled: Int
    /// How many of the buffered bytes are in the file already.
    private var written: Int
    private(set) var isDirect: Bool

    /// Opens `path` to go on at `position`; what the file has beyond it is cut off.
    /// - Parameter creating: makes a new file, which must not exist.
    init(path: String, position: Int64, creating: Bool) throws(ArchiveError) {
        let file = try OpenFile(path, O_RDWR | (creating ? O_CREAT | O_EXCL : 0))
        let size = try file.size()
        guard size >= position else {
            throw .damaged("\(path) has \(size) bytes, fewer than the \(position) that are known", path: path)
        }
        if size > position { try file.truncate(to: position) }
        let bufferOffset = position / Int64(Self.blockSize) * Int64(Self.blockSize)
        let tail = try FileSystem.bytes(of: file, in: bufferOffset..<position)
        isDirect = fcntl(file.descriptor, F_SETFL, callark_open_direct) == 0
        self.file = SharedFile(file)
        self.bufferOffset = bufferOffset
        buffer = .allocate(byteCount: Self.bufferSize, alignment: Self.blockSize)
        buffer.copyBytes(from: tail)
        filled = tail.count
        written = tail.count
    }

    deinit { buffer.deallocate() }

    /// Where the next byte goes, from the file's beginning.
    var position: Int64 { bufferOffset + Int64(filled) }

    var path: String { file.file.path }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if filled == buffer.count { try drain() }
        }
    }

    /// Everything so far, durable, and the file exactly as long as ``position`` says. More may be appended.
    func settle() throws(ArchiveError) {
        try flush()
        try file.file.truncate(to: position)
        try file.file.synchronizeWithAttributes()
    }

    /// Hands everything that was appended to the disk.
    func flush() throws(ArchiveError) {
        guard written < filled else { return }
        try write(upTo: filled)
        let whole = filled / Self.blockSize * Self.blockSize
        guard whole > 0 else { return }
        let tail = filled - whole
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[whole..<filled]))
        bufferOffset += Int64(whole)
        filled = tail
        written = tail
    }

    private func drain() throws(ArchiveError) {
        try write(upTo: filled)
        bufferOffset += Int64(filled)
        filled = 0
        written = 0
    }

    private func write(upTo end: Int) throws(ArchiveError) {
        if isDirect {
            do throws(ArchiveError) {
                return try writeDirect(upTo: end)
            } catch  where error.errno == EINVAL {
                // The file system took the flag and not the write: larger blocks, or a layer that cannot.
                try writeThroughPageCache()
            }
        }
        let first = bufferOffset + Int64(written)
        try file.file.write(UnsafeRawBufferPointer(rebasing: buffer[written..<end]), at: first)
        file.file.startWriteBack(offset: first, count: Int64(end - written))
        written = end
    }

    private func writeDirect(upTo end: Int) throws(ArchiveError) {
        let first = written / Self.blockSize * Self.blockSize
        let padded = (end + Self.blockSize - 1) / Self.blockSize * Self.blockSize
        UnsafeMutableRawBufferPointer(rebasing: buffer[end..<padded]).initializeMemory(as: UInt8.self, repeating: 0)
        try file.file.write(UnsafeRawBufferPointer(rebasing: buffer[first..<padded]), at: bufferOffset + Int64(first))
        written = end
    }

    /// What the file system that takes the flag and not the write needs; also what tests use to see both ways.
    func writeThroughPageCache() throws(ArchiveError) {
        _ = try interruptible("change the flags of", path) { fcntl(file.file.descriptor, F_SETFL, 0) }
        isDirect = false
    }
}
