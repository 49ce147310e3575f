import Recordings

/// The counts of one organization's tasks of a day, or of those of them that are in a window.
package struct DayReconciliation: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var summary = PassSummary()
    /// The duration of the audio that is held.
    package var audioMilliseconds: Int64 = 0
    /// How many bytes are held.
    package var bytes: Int64 = 0
    /// Whether the day is closed: it has a record, nothing that the record counts has changed since, nothing of the day is
    /// damaged, and nothing waits for the vault.
    package var isClosed = false
    /// Whether something of the whole day that was archived is damaged, and neither repaired nor explained.
    package var isDamaged = false

    package init(organization: OrganizationName, day: ArchiveDay) {
        self.organization = organization
        self.day = day
    }
}

extension DayReconciliation {
    /// Whether as many tasks and recordings of the day are known as `record` counts.
    package func matches(_ record: DayClose) -> Bool {
        record.isMatched(listedTasks: summary.tasks.listed, knownRecordings: summary.recordings.known)
    }
}
