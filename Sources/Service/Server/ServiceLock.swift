import Files
import Glibc

/// The lock that says that a service runs over a root: only one does.
package enum ServiceLock {
    private static let mostLooks = 5

    /// Takes the lock for this process.
    /// - Returns: `nil` if another process has it.
    static func taken(of root: ArchiveRoot) throws(ArchiveError) -> FileLock? {
        for look in 1...mostLooks {
            if let lock = try FileLock.taken(.exclusive, at: root.serviceLockPath) { return lock }
            // Another process may only be looking whether one runs, which takes no time.
            if look < mostLooks { usleep(2000) }
        }
        return nil
    }

    /// Whether a service runs over a root, as far as this account can see.
    package static func isHeld(over root: ArchiveRoot) -> Bool {
        do throws(ArchiveError) {
            guard try FileSystem.status(of: root.serviceLockPath) != nil else { return false }
            return try FileLock.taken(.shared, at: root.serviceLockPath) == nil
        } catch {
            return false
        }
    }
}
