/// How a pass ended.
package enum PassOutcome: String, Hashable, Sendable, CaseIterable {
    /// Everything expected in its window is archived, stored until its day is over, or explained.
    case complete
    /// Some of it is not.
    case incomplete
    /// It could not go on: the provider, the disk, the authorisation.
    case failed
    /// It was told to stop, and did so cleanly.
    case interrupted
    /// Its process died.
    case abandoned
}
