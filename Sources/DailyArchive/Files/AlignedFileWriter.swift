import CGlibc
import Files
import Glibc

/// Appends to one file in large aligned blocks. They bypass the page cache if the file system allows it (`O_DIRECT`);
/// otherwise they go through it with early write-back. The bytes are the same either way.
///
/// Direct writes are whole blocks only. ``flush()`` therefore pads the unfinished last block with zeros, and writes the
/// same block again when more bytes have arrived: between flushes the file may be up to a block longer than
/// ``position``.
final class AlignedFileWriter {
    /// Direct writes are multiples of this size: the largest logical block of today's disks.
    static let blockSize = 4096
    private static let bufferSize = 1 << 20

    /// Others may flush and inspect it; only this writer writes.
    let file: SharedFile
    private let buffer: UnsafeMutableRawBufferPointer
    /// Where the buffer's first byte belongs in the file: a multiple of the block size.
    private var bufferOffset: Int64
    private var filled: Int
    /// How many of the buffered bytes are already in the file.
    private var written: Int
    private(set) var isDirect: Bool

    /// Opens `path` to continue at `position`, and cuts off what the file has beyond it.
    /// - Parameter creating: makes a new file, which must not exist.
    /// - Throws: `.damaged` if the file is shorter than `position`.
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

    /// Where the next byte goes, counted from the file's beginning.
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

    /// Makes everything so far durable, and the file exactly as long as ``position``. More may be appended.
    func settle() throws(ArchiveError) {
        try flush()
        try file.file.truncate(to: position)
        try file.file.synchronizeWithAttributes()
    }

    /// Writes everything appended so far to the file, without making it durable.
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
                // The file system accepted the flag but refuses the write: its blocks are larger, or a layer below
                // cannot do it.
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

    /// For a file system that accepts the flag but refuses the write; tests use it to check both ways.
    func writeThroughPageCache() throws(ArchiveError) {
        _ = try interruptible("change the flags of", path) { fcntl(file.file.descriptor, F_SETFL, 0) }
        isDirect = false
    }
}
