import Glibc
import Synchronization

/// The request of a pass that one of low precedence steps aside. It ends when it is withdrawn, and with the process.
package final class StepAsideRequest: Sendable {
    private let root: ArchiveRoot
    /// Shared with all who make the request; `nil` while this one is not made.
    private let lock = Mutex<FileLock?>(nil)

    package init(_ root: ArchiveRoot) {
        self.root = root
    }

    /// Makes the request, unless it is already made. Does nothing if another process is checking for requests right
    /// now, so call it repeatedly.
    package func make() throws(ArchiveError) {
        try lock.withLock { (known) throws(ArchiveError) in
            if known == nil { known = try FileLock.taken(.shared, at: root.stepAsidePath) }
        }
    }

    /// Ends the request.
    package func withdraw() { lock.withLock { $0 = nil } }

    /// Whether any pass makes this request now.
    package static func isMade(_ root: ArchiveRoot) -> Bool {
        do throws(ArchiveError) {
            return try FileLock.taken(.exclusive, of: OpenFile(root.stepAsidePath, O_RDWR)) == nil
        } catch {
            return false
        }
    }
}
