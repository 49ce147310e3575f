import Synchronization

/// Whether the disk and the manifest are known to agree about the spool. While a process holds the root's lock, no one
/// else changes either. So it recovers once, and again only after work that was interrupted.
final class SpoolAgreement: Sendable {
    private let isKnown = Mutex(false)

    /// Whether nothing needs to be recovered. The answer is in doubt from now on, until ``settle()``.
    func claim() -> Bool {
        isKnown.withLock { isKnown in
            defer { isKnown = false }
            return isKnown
        }
    }

    /// To be called when the work that followed ``claim()`` has finished.
    func settle() {
        isKnown.withLock { $0 = true }
    }
}
