import Recordings

/// How long ago an organization's archives were read.
package struct ReadingStatus: Hashable, Sendable {
    package var archives = 0
    /// How many of them were never read.
    package var neverRead = 0
    /// When the archive with the oldest reading was read; `nil` if none was.
    package var oldest: Timestamp?
    /// How many had faults when they were last read.
    package var faulty = 0

    package init() {}

    /// The time since which every byte has been read; `nil` if some never were, or there are none.
    package var allReadSince: Timestamp? { neverRead == 0 ? oldest : nil }
}
