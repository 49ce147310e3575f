import Recordings

/// The outcome of trying whether the vault's lock is real.
package struct VaultLockCheck: Hashable, Sendable {
    package var time: Timestamp
    /// What was tried.
    package var lock: VaultLock
    /// What the store did that a lock has to refuse, a sentence each; empty if the lock is real.
    package var breaches: [String]
    /// Why what the store refused does not show a lock; `nil` if it does.
    package var doubt: String?
    /// Whether the store refused bytes that do not match their checksum, so that `read_back: checksum` may rely on it.
    package var refusesWrongChecksums: Bool

    package init(
        time: Timestamp,
        lock: VaultLock,
        breaches: [String],
        doubt: String? = nil,
        refusesWrongChecksums: Bool
    ) {
        self.time = time
        self.lock = lock
        self.breaches = breaches
        self.doubt = doubt
        self.refusesWrongChecksums = refusesWrongChecksums
    }

    /// Whether this lock, or one that allows less, was tried and held.
    package func proves(_ lock: VaultLock) -> Bool {
        guard breaches.isEmpty, doubt == nil else { return false }
        return switch lock {
        case .none: true
        case .governance: self.lock != .none
        case .compliance: self.lock == .compliance
        }
    }
}
