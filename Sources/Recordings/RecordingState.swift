/// How far a recording has come. It goes one way, from `pending` to `archived`; `failed` is a pause on it.
package enum RecordingState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Known, not yet received.
    case pending
    /// Received, checked, and durable in the spool: in an open daily archive.
    case stored
    /// In a sealed daily archive.
    case archived
    /// Given up for now, with a reason. The next pass tries again.
    case failed
}

/// Why a task that should have a recording has none.
package enum GapReason: String, Hashable, Sendable, Codable, CaseIterable {
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
}
