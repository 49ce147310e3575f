import Archiver
import Files
import Manifest
import Recordings

/// `{"type":"vault", …}`: how far the vault is with an organization's archives, and what is known of its lock.
package struct VaultLine: Encodable {
    let type = "vault"
    var organization: String
    var place: String
    /// `compliance`, `governance` or `none`.
    var lock: String
    /// When it was last tried whether the lock is real; absent if nobody has.
    var lockCheckedTime: String?
    /// Whether it was shown to be real.
    var lockProven: Bool
    /// Sealed archives that have to be there and are not.
    var waiting: Sum
    /// Those that are there.
    var held: Sum
    /// The part of `held` that is not on the disk any more.
    var evicted: Sum
    /// Those that were sealed without a vault, and are on the disk only.
    var diskOnly: Sum
    /// Since when the oldest of `waiting` has waited.
    var waitingSince: String?
    /// Why the last put failed.
    var error: String?

    /// Some archives together.
    struct Sum: Encodable {
        var archives: Int
        var recordings: Int
        var bytes: Int64

        init(_ sum: VaultFigures.Sum) {
            archives = sum.archives
            recordings = sum.recordings
            bytes = sum.bytes
        }
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, place, lock, waiting, held, evicted, error
        case lockCheckedTime = "lock_checked_time"
        case lockProven = "lock_proven"
        case diskOnly = "disk_only"
        case waitingSince = "waiting_since"
    }

    /// - Parameter check: `nil` if nobody has tried the lock, or if that cannot be read.
    package init(
        _ organization: OrganizationName,
        _ figures: VaultFigures,
        in vault: any ArchiveVault,
        check: VaultLockCheck?
    ) {
        self.organization = organization.description
        place = vault.place
        lock = vault.lock.rawValue
        lockCheckedTime = check?.time.description
        lockProven = vault.lock != .none && check?.proves(vault.lock) ?? false
        waiting = Sum(figures.waiting)
        held = Sum(figures.confirmed)
        evicted = Sum(figures.evicted)
        var rest = figures.diskOnly
        rest += figures.offered
        diskOnly = Sum(rest)
        waitingSince = figures.waitingSince?.description
        error = figures.failure
    }
}
