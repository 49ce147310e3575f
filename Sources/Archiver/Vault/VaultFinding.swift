import Files
import Recordings

/// What a pass did with the vault for one organization.
package struct VaultFinding: Sendable {
    /// What the vault has now, in the order in which it was confirmed.
    package var placed: [ArchiveName] = []
    package var placedBytes: Int64 = 0
    /// What was removed from the disk, because the vault has it.
    package var evicted: [ArchiveName] = []
    /// The copies that had no lock, and have one now.
    package var locked: [ArchiveName] = []
    /// Why something could not be put there; `nil` if nothing failed. It never keeps the pass from archiving.
    package var failure: (any Error)?
    /// Whether something failed that keeps every other archive from being put, too.
    package private(set) var isBlocked = false

    package init() {}

    /// Why nothing more is asked of the vault.
    var end: VaultError? { (failure as? VaultError).flatMap { $0.endsAsking ? $0 : nil } }

    /// Keeps the first failure.
    mutating func fail(_ error: any Error) {
        failure = failure ?? error
        if (error as? VaultError)?.isOfVault == true { isBlocked = true }
    }

    /// The same, for a failure after which nothing can be put.
    mutating func block(_ error: any Error) {
        fail(error)
        isBlocked = true
    }
}

extension VaultError {
    /// Whether every other put would fail for the same reason.
    var isOfVault: Bool {
        switch code {
        case .unreachable, .full, .refused, .lock, .unusable, .notWriter, .cancelled: true
        // Perhaps the line is bad for one archive's bytes only.
        case .disturbed, .damaged, .missing, .local: false
        }
    }

    /// Whether the vault would answer any other question like this one too. A store that does not answer is waited for each
    /// time, so a pass asks it once.
    var endsAsking: Bool {
        switch code {
        case .unreachable, .refused, .lock, .unusable, .cancelled: true
        // A store without room still gives what it has, and so does one that another root writes to.
        case .full, .notWriter, .disturbed, .damaged, .missing, .local: false
        }
    }
}
