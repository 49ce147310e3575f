import Files

extension LogFolder {
    /// Calls `body` while no process writes to the log. Those that want to, wait.
    package func withoutWriters<Result>(_ body: () throws -> Result) throws -> Result {
        let lock = try LogFiles.lock(lockPath)
        defer { lock.release() }
        return try body()
    }
}
