import Glibc

/// The size and free space of a file system.
package struct DiskSpace: Sendable, Hashable {
    /// What this process may still use.
    package var freeBytes: Int64
    package var totalBytes: Int64
    /// How many files can still be created; `nil` if the file system does not count them.
    package var freeFiles: Int64?

    package init(freeBytes: Int64, totalBytes: Int64, freeFiles: Int64? = nil) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.freeFiles = freeFiles
    }

    /// The space of the file system that `path` is on.
    package init(at path: String) throws(ArchiveError) {
        var status = statvfs()
        _ = try interruptible("look at the file system of", path) { statvfs(path, &status) }
        let block = Int64(status.f_frsize)
        freeBytes = Int64(status.f_bavail) * block
        totalBytes = Int64(status.f_blocks) * block
        freeFiles = status.f_files == 0 ? nil : Int64(status.f_favail)
    }
}
