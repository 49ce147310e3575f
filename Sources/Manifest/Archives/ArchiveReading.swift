import Recordings

/// When a sealed archive was last read from end to end.
package struct ArchiveReading: Hashable, Sendable {
    package var archive: ArchiveRow
    /// `nil` if it has not been read since it was added to this manifest.
    package var time: Timestamp?
    /// How many faults it had then.
    package var faults: Int
}
