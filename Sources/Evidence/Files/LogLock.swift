import Glibc

/// The right to write to a log. It ends with the value, and with the process however that ends, because the kernel holds it
/// (flock(2)) and not the file's existence.
struct LogLock: ~Copyable {
    private let file: LogFile

    /// Waits for the lock on the file at `path`, which is made if it is missing.
    /// - Throws: `missing` if its folder is missing.
    init(_ path: String) throws(EvidenceError) {
        while true {
            let file = try LogFile(path, O_RDWR | O_CREAT)
            _ = try repeating("lock", path) { flock(file.descriptor, LOCK_EX) }
            // The log may have been moved aside while this waited: then the lock is that of the old one.
            if try LogFiles.status(of: path)?.id == file.status().id {
                self.file = file
                return
            }
        }
    }

    /// Given back at once, and not only when the last copy of the descriptor is closed: a child that is between fork(2)
    /// and exec(2) has one.
    deinit { _ = flock(file.descriptor, LOCK_UN) }
}
