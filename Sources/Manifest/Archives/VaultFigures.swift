import Recordings

/// How far the vault is with the sealed archives.
package struct VaultFigures: Hashable, Sendable {
    /// Some archives together.
    package struct Sum: Hashable, Sendable {
        package var archives = 0
        package var recordings = 0
        package var bytes: Int64 = 0

        package init() {}
    }

    /// Those that have to be in the vault and are not, and do not count as archived.
    package var waiting = Sum()
    /// Those that count as archived, and that were to be put there nevertheless.
    package var offered = Sum()
    /// Those that the vault has.
    package var confirmed = Sum()
    /// The part of `confirmed` that is not on the disk any more.
    package var evicted = Sum()
    /// Those that were sealed without a vault, and that nobody has asked to put there.
    package var diskOnly = Sum()
    /// Since when the oldest of `waiting` has waited; `nil` if none does, or if that is not known.
    package var waitingSince: Timestamp?
    /// Why the last put of one that waits failed, and when.
    package var failure: String?
    package var failedTime: Timestamp?

    package init() {}
}
