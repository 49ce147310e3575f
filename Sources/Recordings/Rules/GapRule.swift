/// Decides when a task without known recordings is a gap, and for which reason (wxcc-api 6.4, 14).
///
/// A known recording that is not held is a gap at once. The code that notices the failure decides its reason:
/// ``AnswerRule`` if the provider no longer offers it, `Reception` (module Archiver) if it cannot be downloaded, and
/// the manifest's views if it was damaged or lost in an archive.
package struct GapRule: Hashable, Sendable {
    /// The present.
    package var now: Timestamp
    /// How long after its creation a task may still get recordings.
    package var horizon: Duration
    /// How long after a task's creation the provider keeps its recordings.
    package var retention: Duration

    package init(now: Timestamp, horizon: Duration, retention: Duration = GapRule.usualRetention) {
        (self.now, self.horizon, self.retention) = (now, horizon, retention)
    }

    /// Three years: how long the provider keeps recordings unless a tenant has agreed otherwise.
    package static let usualRetention: Duration = .hours(1095 * 24)

    /// The standing of a task without a known recording, or with fewer than the provider lists.
    /// - Parameters:
    ///   - asks: how many times its captures were asked for.
    ///   - refusal: why the provider refused the last question; `nil` if it did not.
    ///   - hasUnusable: whether `refusal` is about recordings that the provider lists but that are not available.
    package func standing(
        captureRequest: CaptureRequest,
        status: TaskStatus,
        created: Timestamp,
        asks: Int,
        refusal: String?,
        hasUnusable: Bool = false
    ) -> TaskStanding {
        if hasUnusable { return .gap(.unusable) }
        guard captureRequest != .notRequested else { return .notRequested }
        let isOver = status.isTerminal || now > created + AskSchedule.longestCall
        guard isOver else { return .inProgress }
        guard refusal == nil else { return .gap(.refusedByProvider) }
        // Until it has been asked about often enough, it is asked about again: the passing of time alone proves
        // nothing.
        let isFinal = now >= created + horizon && asks >= AskSchedule.fewestAsks
        guard captureRequest == .requested else { return isFinal ? .gap(.undetermined) : .undetermined }
        guard isFinal else { return .gap(asks == 0 ? .notAskedYet : .notYetAvailable) }
        return .gap(now >= created + retention ? .purgedUpstream : .neverAvailable)
    }
}

/// The standing of a task without a known recording, or with fewer than the provider lists.
package enum TaskStanding: Hashable, Sendable {
    /// The provider says that none was requested.
    case notRequested
    /// The contact is not over.
    case inProgress
    /// The provider has not said whether one was requested, and may still say it.
    case undetermined
    case gap(GapReason)
}
