import Glibc

/// An open file that closes itself. Every call blocks: never use one on the cooperative pool.
struct LogFile: ~Copyable, Sendable {
    let descriptor: Int32
    let path: String

    /// Opens `path` with `flags` of open(2); `mode` is that of a new file.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(EvidenceError) {
        let verb = flags & O_CREAT != 0 ? "create" : "open"
        descriptor = try repeating(verb, path) { open(path, flags | O_CLOEXEC, mode) }
        self.path = path
    }

    deinit { Glibc.close(descriptor) }

    /// Which file it is, and how long.
    func status() throws(EvidenceError) -> (id: FileID, byteCount: Int64) {
        var status = stat()
        _ = try repeating("look at", path) { fstat(descriptor, &status) }
        return (FileID(status), Int64(status.st_size))
    }

    /// The bytes from `offset` to the end, or as many as `count` says.
    func bytes(from offset: Int64, count: Int) throws(EvidenceError) -> [UInt8] {
        guard count > 0 else { return [] }
        var failure: EvidenceError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            do throws(EvidenceError) {
                while done < count {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: raw[done..<count])
                    let more = try repeating("read", path) {
                        pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
                    }
                    if more == 0 { return }
                    done += more
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: [UInt8], at offset: Int64) throws(EvidenceError) {
        var done = 0
        while done < bytes.count {
            done += try repeating("write", path) {
                bytes.withUnsafeBytes { raw in
                    let rest = UnsafeRawBufferPointer(rebasing: raw[done...])
                    return pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
                }
            }
        }
    }

    func truncate(to size: Int64) throws(EvidenceError) {
        _ = try repeating("truncate", path) { ftruncate(descriptor, off_t(size)) }
    }

    /// Makes the bytes, and what is needed to find them, durable.
    func flush() throws(EvidenceError) { _ = try repeating("flush", path) { fdatasync(descriptor) } }

    /// Makes the bytes and everything about the file, its mode included, durable.
    func flushWithAttributes() throws(EvidenceError) { _ = try repeating("flush", path) { fsync(descriptor) } }
}

/// Which file it is, whatever its name.
struct FileID: Hashable, Sendable {
    private var device: UInt64
    private var number: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}

/// Repeats `call` while a signal interrupts it.
/// - Throws: the system's error if it returns a negative number.
func repeating<Number: SignedInteger>(
    _ verb: String,
    _ path: String,
    _ call: () -> Number
) throws(EvidenceError) -> Number {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw .system(verb, path) }
    }
}
