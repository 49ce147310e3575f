import Recordings

/// How long ago an organization's archives were read.
package struct ReadingStatus: Hashable, Sendable {
    package var archives = 0
    /// How many of them were never read.
    package var neverRead = 0
    /// When the one was read whose reading is longest ago, of those that were read.
    package var oldest: Timestamp?
    /// How many had faults when they were read last.
    package var faulty = 0

    package init() {}

    /// Since when every byte has been read; `nil` where some never were, or there are none.
    package var allReadSince: Timestamp? { neverRead == 0 ? oldest : nil }
}
