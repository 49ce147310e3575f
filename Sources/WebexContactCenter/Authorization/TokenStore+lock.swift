import Files
import Recordings

extension TokenStore {
    /// A refresh is bounded by its request's deadline, so that nobody who is alive holds the lock for longer.
    static let longestLock = Duration.seconds(120)
    private static let pause = Duration.milliseconds(50)

    /// Waits for the right to be the one that refreshes the tokens of this store, among all processes of this machine: a
    /// provider that rotates refresh tokens takes each of them once. The lock lies beside the file.
    /// - Throws: `tokenStore` where it cannot be had; `cancelled`.
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

    /// - Returns: `nil` where somebody else has it.
    private func tryLock() throws(ProviderError) -> FileLock? {
        try makeFolder()
        do throws(ArchiveError) {
            return try FileLock.taken(.exclusive, at: "\(path).lock", mode: 0o600)
        } catch {
            throw failure("cannot be locked", error)
        }
    }
}
