import Recordings

/// A kind of work that the schedule does.
package enum ScheduleJob: String, Sendable, Hashable, CaseIterable, Codable {
    /// A pass that looks for new calls.
    case poll
    /// The daily job: a pass, the anchors, a share of verification.
    case daily
    /// Renewing tokens, and giving checkpoints to the anchors.
    case upkeep
    /// The verification of the daily job.
    case verification

    /// The last run of a job.
    package struct Record: Sendable, Hashable {
        package var began: Timestamp
        /// When it ended; `nil` while it runs, and if the service ended before it.
        package var ended: Timestamp?
        /// Whether it did all that it had to.
        package var isDone: Bool
        /// When a run was last done.
        package var lastDone: Timestamp?
    }
}
