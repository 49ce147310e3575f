import Glibc
import Synchronization

/// The wish of a pass that one of low precedence steps aside. It ends when it is withdrawn, and with the process.
package final class PassClaim: Sendable {
    private let root: ArchiveRoot
    /// Of the open file that has the lock; `nil` while the wish is not known to others.
    private let descriptor = Mutex<Int32?>(nil)

    package init(_ root: ArchiveRoot) {
        self.root = root
    }

    deinit { withdraw() }

    /// Makes the wish known, unless it is, or somebody is just looking whether there is one: then it has to be made again.
    package func make() throws(ArchiveError) {
        try descriptor.withLock { (known) throws(ArchiveError) in
            guard known == nil else { return }
            let path = root.claimPath
            let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
            guard opened >= 0 else { throw .system("open", path) }
            if flock(opened, LOCK_SH | LOCK_NB) == 0 {
                known = opened
            } else {
                _ = close(opened)
            }
        }
    }

    /// The wish is no more.
    package func withdraw() {
        descriptor.withLock { known in
            guard let opened = known else { return }
            _ = flock(opened, LOCK_UN)
            _ = close(opened)
            known = nil
        }
    }

    /// Whether there is such a wish now.
    package static func isMade(_ root: ArchiveRoot) -> Bool {
        guard let file = try? OpenFile(root.claimPath, O_RDWR) else { return false }
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
        _ = flock(file.descriptor, LOCK_UN)
        return false
    }
}
