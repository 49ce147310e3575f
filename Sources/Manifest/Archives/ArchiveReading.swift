import Recordings

/// When a sealed archive was last read from end to end.
package struct ArchiveReading: Hashable, Sendable {
    package var archive: ArchiveRow
    /// `nil` where it was never read since it is in this manifest.
    package var time: Timestamp?
    /// How many faults it had then.
    package var faults: Int
}
