import Glibc
import Synchronization

/// The wish of a pass that one of low precedence steps aside. It ends when it is withdrawn, and with the process.
package final class PassClaim: Sendable {
    private let root: ArchiveRoot
    /// Shared with all who wish it; `nil` while the wish is not known to others.
    private let lock = Mutex<FileLock?>(nil)

    package init(_ root: ArchiveRoot) {
        self.root = root
    }

    /// Makes the wish known, unless it is, or somebody is just looking whether there is one: then it has to be made again.
    package func make() throws(ArchiveError) {
        try lock.withLock { (known) throws(ArchiveError) in
            if known == nil { known = try FileLock.taken(.shared, at: root.claimPath) }
        }
    }

    /// The wish is no more.
    package func withdraw() { lock.withLock { $0 = nil } }

    /// Whether there is such a wish now.
    package static func isMade(_ root: ArchiveRoot) -> Bool {
        do throws(ArchiveError) {
            return try FileLock.taken(.exclusive, of: OpenFile(root.claimPath, O_RDWR)) == nil
        } catch {
            return false
        }
    }
}
