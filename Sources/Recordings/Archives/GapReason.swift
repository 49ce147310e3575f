/// Why something that should exist is not held, or why a task has nothing.
package enum GapReason: String, Hashable, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// The provider has not been asked about it yet.
    case notAskedYet = "not_asked_yet"
    /// Asked for, and the provider had nothing so far; it is asked again until the horizon.
    case notYetAvailable = "not_yet_available"
    /// Asked for until the horizon, and the provider never had anything.
    case neverAvailable = "never_available"
    /// The provider never said whether a recording was requested, and never had one.
    case undetermined
    /// The provider refused the question about this task.
    case refusedByProvider = "refused_by_provider"
    /// The provider lists a recording of it without a usable way to its bytes; others of its recordings may be held.
    case unusable
    /// A recording that had been listed is listed no more; or the task is older than the provider keeps recordings.
    case purgedUpstream = "purged_upstream"
    /// What the media host gives is, again and again, no recording.
    case damagedAtProvider = "damaged_at_provider"
    /// The bytes could not be had, for any other reason.
    case downloadFailed = "download_failed"
    /// Was held, and its bytes are known to be changed or gone; a repair has not fetched it again yet.
    case damaged
    /// Was held, its bytes are damaged or gone, and the provider has it no more.
    case lost
    /// The provider says that none was requested: no gap, but why a task has nothing.
    case captureNotRequested = "capture_not_requested"

    /// Whether the provider may still have it: it is pending, and not missing.
    package var isPending: Bool { self == .notAskedYet || self == .notYetAvailable }
}
