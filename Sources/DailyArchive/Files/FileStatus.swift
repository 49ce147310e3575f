import CGlibc  // its headers are where the compiler finds struct stat
import Glibc

/// What the file system says of a file.
struct FileStatus: Hashable, Sendable {
    var byteCount: Int64
    /// The permission bits.
    var mode: mode_t
    var isFolder: Bool
    var modifiedSecondsSince1970: Int64
    private var device: UInt64
    private var inode: UInt64

    init(_ status: stat) {
        byteCount = Int64(status.st_size)
        mode = status.st_mode & 0o7777
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        modifiedSecondsSince1970 = Int64(status.st_mtim.tv_sec)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Whether two names stand for one and the same file.
    func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}
