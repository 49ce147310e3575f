import Recordings

/// What one organization's tasks of a day, or those of them in a window, come to at a moment.
package struct DayReconciliation: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var summary = PassSummary()
    /// How long the audio is that is held.
    package var audioMilliseconds: Int64 = 0
    /// How many bytes are held.
    package var bytes: Int64 = 0
    /// Whether the day is closed: a record of it stands, nothing that it counts has changed since, and nothing of it is
    /// damaged.
    package var isClosed = false
    /// Whether something of the whole day that was archived is damaged, and neither repaired nor explained.
    package var isDamaged = false

    package init(organization: OrganizationName, day: ArchiveDay) {
        self.organization = organization
        self.day = day
    }
}

extension DayReconciliation {
    /// Whether as much is known of the day as that record of it counts.
    package func matches(_ record: DayClose) -> Bool {
        record.isMatched(listedTasks: summary.tasks.listed, knownRecordings: summary.recordings.known)
    }
}
