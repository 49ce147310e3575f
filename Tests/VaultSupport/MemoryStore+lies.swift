import Foundation
import ObjectStore

extension MemoryStore {
    /// What it does wrong.
    package enum Lie: String, CaseIterable, Hashable, Sendable {
        /// Takes a lock and drops it, as OpenStack Swift does.
        case dropsLocks
        /// Says that a version is locked, and deletes it all the same, as rclone does.
        case deletesLocked
        /// Lets anyone shorten a lock, as moto does.
        case shortensLocks
        /// Lets anyone who asks for it bypass governance mode.
        case bypassesGovernance
        /// Lets nobody delete a version, whether it is locked or not, as a policy does.
        case refusesDeletes
        /// Refuses to delete a locked version, and deletes it.
        case refusesAndDeletes
        /// Locks and tags nothing that was sent in parts, as Ceph does.
        case dropsLocksOfParts
        /// Knows no tags.
        case knowsNoTags
        /// Keeps no versions.
        case keepsNoVersions
        /// Takes bytes that are not those of their checksum.
        case takesWrongChecksums
        /// Says the checksum that it was given, whatever it has.
        case echoesChecksums
        /// Keeps no checksums.
        case keepsNoChecksums
        /// Puts a second version where none may be replaced, as Ceph does in buckets with versions.
        case ignoresConditions
        /// Flips a bit of every archive.
        case flipsBits
    }

    /// Where a call fails.
    package enum Failing: Hashable, Sendable {
        /// The store never sees it.
        case before
        /// The store does it, and its answer is lost.
        case after
    }

    /// A version of an object, or a delete marker.
    package struct Version: Sendable {
        package var id: String
        package var bytes: [UInt8]
        package var isDeleteMarker = false
        package var metadata: [String: String] = [:]
        package var tags: [String: String] = [:]
        package var retention: ObjectRetention?
        package var isHeld = false
        package var modified: Date
        package var checksum: String?
        package var isInParts = false
    }
}
