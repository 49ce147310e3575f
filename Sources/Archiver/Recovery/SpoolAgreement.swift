import Synchronization

/// Whether the disk and the manifest are known to say the same of the spool. As long as a process holds the root's lock
/// nobody else changes either: so it recovers once, and again only after work that broke off.
final class SpoolAgreement: Sendable {
    private let isKnown = Mutex(false)

    /// Whether nothing needs to be recovered. From now on that is in doubt, until ``settle()``.
    func claim() -> Bool {
        isKnown.withLock { isKnown in
            defer { isKnown = false }
            return isKnown
        }
    }

    /// The work that followed ``claim()`` went through to its end.
    func settle() {
        isKnown.withLock { $0 = true }
    }
}
