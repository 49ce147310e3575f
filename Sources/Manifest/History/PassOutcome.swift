/// How a pass ended.
package enum PassOutcome: String, Hashable, Sendable, CaseIterable {
    /// Everything expected in its window is archived, stored until its day is over, or explained.
    case complete
    /// It reached its end, but something expected is none of these.
    case incomplete
    /// It could not continue, because of the provider, the disk or the authorization.
    case failed
    /// It was asked to stop, and stopped cleanly.
    case interrupted
    /// Its process died.
    case abandoned
}
