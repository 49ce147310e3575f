import Recordings

/// A recording that the evidence log has in an archive.
package struct LoggedRecording: Hashable, Sendable {
    package var taskID: TaskID
    /// Its path in the bag of the archive.
    package var path: String
    package var digest: ContentDigest
    /// Whether the log also has a recording that replaces it, perhaps with other bytes.
    package var isReplaced = false

    package init(taskID: TaskID, path: String, digest: ContentDigest) {
        self.taskID = taskID
        self.path = path
        self.digest = digest
    }
}

/// What the manifest has of the recordings of an archive that is gone.
package struct LossAccount: Hashable, Sendable {
    /// Those that are held nowhere else, and that nobody has explained since.
    package var lost: [LoggedRecording] = []
    /// Whether all others are in sealed archives, or explained.
    package var isSealed = true
    /// The last sealed archive that holds one of them.
    package var successor: ArchiveName?

    package init() {}
}
