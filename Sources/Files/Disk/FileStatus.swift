import CGlibc  // its headers are where the compiler finds struct stat
import Glibc

/// What the file system says about a file.
package struct FileStatus: Hashable, Sendable {
    package var byteCount: Int64
    /// The permission bits.
    package var mode: mode_t
    /// The user ID of the account that it belongs to.
    package var owner: uid_t
    package var isFolder: Bool
    /// Whether it is a regular file: not a folder, device, pipe or symbolic link.
    package var isRegular: Bool
    package var modifiedSecondsSince1970: Int64
    private var modifiedNanoseconds: Int
    private var device: UInt64
    private var inode: UInt64

    init(_ status: stat) {
        byteCount = Int64(status.st_size)
        mode = status.st_mode & 0o7777
        owner = status.st_uid
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
        modifiedSecondsSince1970 = Int64(status.st_mtim.tv_sec)
        modifiedNanoseconds = status.st_mtim.tv_nsec
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Whether two names belong to the same file.
    package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}
