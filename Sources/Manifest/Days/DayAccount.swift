import Recordings

/// The counts of a day, and what it lacks.
package struct DayAccount: Hashable, Sendable {
    package var figures: DayReconciliation
    /// In the order in which their tasks were created.
    package var gaps: [Gap]

    package init(figures: DayReconciliation, gaps: [Gap] = []) {
        self.figures = figures
        self.gaps = gaps
    }

    /// The account in the record of a closed day.
    init(closed record: DayClose) {
        figures = DayReconciliation(organization: record.organization, day: record.day)
        gaps = record.gaps
        figures.isClosed = true
        figures.audioMilliseconds = record.audioMilliseconds
        figures.bytes = record.bytes
        figures.summary.tasks.listed = record.tasks.listed
        figures.summary.tasks.captureRequested = record.tasks.captureRequested
        figures.summary.tasks.notRequested = record.tasks.notRequested
        figures.summary.tasks.undetermined = record.tasks.undetermined
        let failed = gaps.filter { $0.recording != nil }.count
        let lost = gaps.filter { $0.recording != nil && $0.wasHeld }.count
        figures.summary.recordings.known = record.recordings.archived + failed
        figures.summary.recordings.archived = record.recordings.archived
        figures.summary.recordings.failed = failed - lost
        figures.summary.recordings.damaged = lost
        figures.summary.recordings.gaps = gaps.count - failed
        figures.summary.recordings.explained = record.recordings.explained
        figures.summary.recordings.suspect = record.recordings.suspect
        figures.summary.recordings.acknowledged = record.suspects.count { $0.acknowledgement != nil }
        for gap in gaps { figures.summary.recordings.reasons[gap.reason, default: 0] += 1 }
    }
}
