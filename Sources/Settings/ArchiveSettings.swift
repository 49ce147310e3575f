import Foundation

/// Where recordings are kept, and which day they belong to.
package struct ArchiveSettings: Sendable, Hashable {
    /// The folder that contains the manifest, the spool and the daily archives: an absolute path.
    package var root: String
    /// The zone whose calendar decides which day a call belongs to.
    package var timeZone: TimeZone
    /// Downloads pause while the root's file system has fewer free bytes than this.
    package var minimumFreeBytes: Int64

    package init(root: String, timeZone: TimeZone, minimumFreeBytes: Int64) {
        self.root = root
        self.timeZone = timeZone
        self.minimumFreeBytes = minimumFreeBytes
    }
}
