import Files
import Glibc

extension LogFolder {
    /// Calls `body` while no process writes to the log. Those that want to, wait.
    package func withoutWriters<Result>(_ body: () throws -> Result) throws -> Result {
        let lock = try locked()
        defer { lock?.release() }
        return try body()
    }

    /// The log's lock. On a file system that is mounted read-only, the lock file is used as it is, because a writer may have the same
    /// file system mounted for writing; `nil` if there is none there.
    private func locked() throws(EvidenceError) -> FileLock? {
        do throws(EvidenceError) {
            return try LogFiles.lock(lockPath)
        } catch {
            guard error.code == .readOnly else { throw error }
            return try LogFiles.translated { () throws(ArchiveError) -> FileLock? in
                guard try FileSystem.status(of: lockPath) != nil else { return nil }
                return try FileLock.awaited(.shared, of: OpenFile(lockPath, O_RDONLY))
            }
        }
    }
}
