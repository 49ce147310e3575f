import Files
import Recordings

extension TokenStore {
    /// Longer than any living process holds the lock, because a refresh is limited by its request's deadline.
    static let longestLock = Duration.seconds(120)
    private static let pause = Duration.milliseconds(50)

    /// Waits for the exclusive right, among all processes of this machine, to refresh the tokens of this store: a
    /// provider that rotates refresh tokens accepts each of them once. The lock file is next to the token file.
    /// - Throws: `tokenStore` if the lock is not available; `cancelled`.
    func lock(_ stopwatch: Stopwatch) async throws(ProviderError) -> FileLock {
        let began = stopwatch.elapsed()
        while true {
            if let lock = try tryLock() { return lock }
            guard stopwatch.elapsed() - began < Self.longestLock else {
                throw ProviderError(
                    .tokenStore,
                    "another process has kept \(path).lock locked for \(Int(Self.longestLock.seconds)) s",
                    advice: "see which one it is with `fuser \(path).lock`, and end it"
                )
            }
            try await stopwatch.sleep(for: Self.pause)
        }
    }

    /// - Returns: `nil` if another holder has it.
    private func tryLock() throws(ProviderError) -> FileLock? {
        try makeFolder()
        do throws(ArchiveError) {
            return try FileLock.taken(.exclusive, at: "\(path).lock", mode: 0o600)
        } catch {
            throw failure("cannot be locked", error)
        }
    }
}
