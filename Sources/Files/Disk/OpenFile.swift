import CGlibc
import Glibc

/// An open file descriptor that closes itself. Every call blocks, so never use it on the cooperative pool.
package struct OpenFile: ~Copyable, Sendable {
    /// The kernel's number for it, for calls that have no method here.
    package let descriptor: Int32
    package let path: String

    /// Opens `path` with `flags` of open(2); `mode` is for a new file.
    package init(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(ArchiveError) {
        let verb = flags & O_CREAT != 0 ? "create" : "open"
        descriptor = try interruptible(verb, path) { open(path, flags | O_CLOEXEC, mode) }
        self.path = path
    }

    deinit { Glibc.close(descriptor) }

    /// Fills `buffer` from `offset` on.
    /// - Returns: how many bytes there were; fewer than requested only at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArchiveError) -> Int {
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
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ArchiveError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            done += try interruptible("write", path, neededBytes: Int64(rest.count)) {
                pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            }
        }
    }

    /// Writes all of `text` at `offset`.
    package func write(_ text: [UInt8], at offset: Int64) throws(ArchiveError) {
        try text.withRawBytes { bytes throws(ArchiveError) in try write(bytes, at: offset) }
    }

    /// Writes all of `bytes` at the current position; also for files without positions, such as a pipe.
    package func stream(_ bytes: [UInt8]) throws(ArchiveError) {
        try bytes.withRawBytes { bytes throws(ArchiveError) in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                done += try interruptible("write", path, neededBytes: Int64(rest.count)) {
                    Glibc.write(descriptor, rest.baseAddress, rest.count)
                }
            }
        }
    }

    /// What the file system says about it now.
    package func status() throws(ArchiveError) -> FileStatus {
        var status = stat()
        _ = try interruptible("look at", path) { fstat(descriptor, &status) }
        return FileStatus(status)
    }

    /// The size in bytes.
    package func size() throws(ArchiveError) -> Int64 { try status().byteCount }

    /// Makes it `size` bytes long.
    package func truncate(to size: Int64) throws(ArchiveError) {
        _ = try interruptible("truncate", path) { ftruncate(descriptor, off_t(size)) }
    }

    /// Makes the bytes durable, and what is needed to find them.
    package func synchronize() throws(ArchiveError) {
        _ = try interruptible("flush", path) { fdatasync(descriptor) }
    }

    /// Makes the bytes durable, and everything about the file, its mode included.
    package func synchronizeWithAttributes() throws(ArchiveError) {
        _ = try interruptible("flush", path) { fsync(descriptor) }
    }

    /// Makes everything in the file's file system durable: for many files at once.
    package func synchronizeFileSystem() throws(ArchiveError) {
        _ = try interruptible("flush the file system of", path) { syncfs(descriptor) }
    }

    /// Sets the permission bits, whatever the umask.
    package func setMode(_ mode: mode_t) throws(ArchiveError) {
        _ = try interruptible("change the mode of", path) { fchmod(descriptor, mode) }
    }

    /// Tells the kernel how the range will be used, which it may ignore. A `count` of 0 means to the end.
    package func advise(_ advice: Int32, offset: Int64 = 0, count: Int64 = 0) {
        _ = posix_fadvise(descriptor, off_t(offset), off_t(count), advice)
    }

    /// Starts writing the range to the disk without waiting for it, so that the final flush has little left to do.
    package func startWriteBack(offset: Int64, count: Int64) {
        _ = sync_file_range(descriptor, offset, count, callark_sync_file_range_write)
    }
}
