import CGlibc
import Glibc

/// An open file descriptor that closes itself. Every call blocks: never use one on the cooperative pool.
struct OpenFile: ~Copyable, Sendable {
    let descriptor: Int32
    let path: String

    /// Opens `path` with `flags` of open(2); `mode` is that of a new file.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(ArchiveError) {
        let verb = flags & O_CREAT != 0 ? "create" : "open"
        descriptor = try interruptible(verb, path) { open(path, flags | O_CLOEXEC, mode) }
        self.path = path
    }

    deinit { Glibc.close(descriptor) }

    /// Fills `buffer` from `offset` on.
    /// - Returns: how many bytes there were: fewer than asked for only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArchiveError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = try interruptible("read", path) {
                pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ArchiveError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            done += try interruptible("write", path, neededBytes: Int64(rest.count)) {
                pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            }
        }
    }

    /// Writes all of `text` at `offset`.
    func write(_ text: [UInt8], at offset: Int64) throws(ArchiveError) {
        try text.withRawBytes { bytes throws(ArchiveError) in try write(bytes, at: offset) }
    }

    func status() throws(ArchiveError) -> FileStatus {
        var status = stat()
        _ = try interruptible("look at", path) { fstat(descriptor, &status) }
        return FileStatus(status)
    }

    func size() throws(ArchiveError) -> Int64 { try status().byteCount }

    func truncate(to size: Int64) throws(ArchiveError) {
        _ = try interruptible("truncate", path) { ftruncate(descriptor, off_t(size)) }
    }

    /// Makes the bytes, and what is needed to find them, durable.
    func synchronize() throws(ArchiveError) {
        _ = try interruptible("flush", path) { fdatasync(descriptor) }
    }

    /// Makes the bytes and everything about the file, its mode included, durable.
    func synchronizeWithAttributes() throws(ArchiveError) {
        _ = try interruptible("flush", path) { fsync(descriptor) }
    }

    func setMode(_ mode: mode_t) throws(ArchiveError) {
        _ = try interruptible("change the mode of", path) { fchmod(descriptor, mode) }
    }

    /// Tells the kernel how the range will be used; it may ignore it. `count` 0 means to the end.
    func advise(_ advice: Int32, offset: Int64 = 0, count: Int64 = 0) {
        _ = posix_fadvise(descriptor, off_t(offset), off_t(count), advice)
    }

    /// Starts writing the range back without waiting for it, so that the flush at the end finds little left to do.
    func startWriteBack(offset: Int64, count: Int64) {
        _ = sync_file_range(descriptor, offset, count, callark_sync_file_range_write)
    }
}

/// An open file that several use, and that is closed when the last of them lets go of it.
final class SharedFile: Sendable {
    let file: OpenFile

    init(_ file: consuming OpenFile) {
        self.file = file
    }
}

/// Repeats `call` while a signal interrupts it.
/// - Parameter neededBytes: how many bytes it writes, if it does.
/// - Throws: the system's error where it returns a negative number.
func interruptible<Number: SignedInteger>(
    _ verb: String,
    _ path: String,
    neededBytes: Int64? = nil,
    _ call: () -> Number
) throws(ArchiveError) -> Number {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw .system(verb, path, neededBytes: neededBytes) }
    }
}

extension [UInt8] {
    /// `withUnsafeBytes` that keeps the error's type.
    func withRawBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        try withUnsafeBufferPointer { buffer throws(ArchiveError) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
