import Glibc
import Recordings
import Synchronization

/// The right to be the one that refreshes the tokens of a store, among all processes of this machine: a provider that
/// rotates refresh tokens accepts each of them once. It is a kernel lock (flock(2)), so it ends with its process.
final class TokenLock: Sendable {
    /// The open file; `nil` once it was released.
    private let file: Mutex<Int32?>

    fileprivate init(file: Int32) {
        self.file = Mutex(file)
    }

    deinit {
        release()
    }

    /// Releases the lock; doing so again changes nothing.
    func release() {
        let open = file.withLock { file in
            defer { file = nil }
            return file
        }
        guard let open else { return }
        // Explicitly: a child that is between fork(2) and exec(2) has a copy of the descriptor.
        flock(open, LOCK_UN)
        close(open)
    }
}

extension TokenStore {
    /// The request's deadline limits a refresh, so no living process holds the lock for longer.
    static let longestLock = Duration.seconds(120)
    private static let pause = Duration.milliseconds(50)

    /// Waits for the lock, which is next to the file.
    /// - Throws: `tokenStore` if it is not available; `cancelled`.
    func lock(_ stopwatch: Stopwatch) async throws(ProviderError) -> TokenLock {
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

    /// - Returns: `nil` if someone else has it.
    private func tryLock() throws(ProviderError) -> TokenLock? {
        try makeFolder()
        let file = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot be locked") }
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let reason = errno
            close(file)
            if reason == EWOULDBLOCK { return nil }
            throw failure("cannot be locked", reason)
        }
        return TokenLock(file: file)
    }
}
