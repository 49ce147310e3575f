import Recordings

/// From where the manifest is judged: what is a gap, what is late and what is complete depends on the time. Gaps are
/// derived from this and never stored, so that they cannot be out of date.
package struct Standpoint: Hashable, Sendable {
    package var now: Timestamp
    /// The day under way in the archive's time zone. What is stored for an earlier day should be archived.
    package var today: ArchiveDay
    /// How long after its creation a task's recording may still come (`captures.horizon_days`).
    package var horizon: Duration
    /// How long after a task's creation the provider keeps its recordings (`captures.provider_retention_days`).
    package var retention: Duration
    /// The sealed archives whose files do not exist at this moment as they were sealed: what they hold is damaged.
    package var altered: AlteredArchives

    package init(
        now: Timestamp,
        today: ArchiveDay,
        horizon: Duration,
        retention: Duration = Standpoint.usualRetention,
        altered: AlteredArchives = AlteredArchives()
    ) {
        self.now = now
        self.today = today
        self.horizon = horizon
        self.retention = retention
        self.altered = altered
    }

    /// Three years: what the provider keeps recordings for unless a tenant has agreed otherwise.
    package static let usualRetention: Duration = .hours(1095 * 24)

    /// How a task stands of which no recording is known, or fewer than the provider lists.
    /// - Parameters:
    ///   - asks: how many times its captures were asked for.
    ///   - refusal: why the provider refused the last question, where it did.
    ///   - hasUnusable: whether `refusal` is about recordings that the provider lists and that cannot be had.
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
        // Until it was asked about often enough it is asked about again: the passing of time alone proves nothing.
        let isFinal = now >= created + horizon && asks >= AskSchedule.fewestAsks
        guard captureRequest == .requested else { return isFinal ? .gap(.undetermined) : .undetermined }
        guard isFinal else { return .gap(asks == 0 ? .notAskedYet : .notYetAvailable) }
        return .gap(now >= created + retention ? .purgedUpstream : .neverAvailable)
    }
}

/// How a task stands of which no recording is known, or fewer than the provider lists.
package enum TaskStanding: Hashable, Sendable {
    /// The provider says that none was requested.
    case notRequested
    /// The contact is not over.
    case inProgress
    /// The provider has not said whether one was requested, and may still say it.
    case undetermined
    case gap(GapReason)
}
