/// Why something that should exist is not held, or why a task has nothing. ``GapRule`` decides which reason a task without
/// recordings has, and says who decides about known recordings.
package enum GapReason: String, Hashable, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// The provider has not been asked about it yet.
    case notAskedYet = "not_asked_yet"
    /// The provider was asked and had nothing so far; it is asked again until the horizon.
    case notYetAvailable = "not_yet_available"
    /// The provider was asked until the horizon, and never had anything.
    case neverAvailable = "never_available"
    /// The provider never said whether a recording was requested, and never had one.
    case undetermined
    /// The provider refused the question about this task.
    case refusedByProvider = "refused_by_provider"
    /// The provider lists a recording of it without a usable address; other recordings of the task may be held.
    case unusable
    /// A recording that was listed before no longer is; or the task is older than the provider's retention period.
    case purgedUpstream = "purged_upstream"
    /// The media host repeatedly sends something that is not a recording.
    case damagedAtProvider = "damaged_at_provider"
    /// The download failed, for any other reason.
    case downloadFailed = "download_failed"
    /// Was held, and its bytes are known to be changed or gone; a repair has not fetched it again yet.
    case damaged
    /// Was held, its bytes are damaged or gone, and the provider no longer has it.
    case lost
    /// The provider says that none was requested: not a gap, but the reason why a task has nothing.
    case captureNotRequested = "capture_not_requested"

    /// Whether the provider may still have it: it is pending, and not missing.
    package var isPending: Bool { self == .notAskedYet || self == .notYetAvailable }
}
