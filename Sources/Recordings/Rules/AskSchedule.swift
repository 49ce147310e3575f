/// When a task's captures are asked for, and when asking ends (wxcc-api 6.4, 14). A pure value.
///
/// The provider does not say when a recording becomes available, so an empty answer is not final. It is followed by
/// another question, at growing intervals, until the horizon. An answer with recordings is confirmed once, because
/// another segment may still come.
package struct AskSchedule: Hashable, Sendable {
    /// How long after its creation a task is asked about while nothing is found.
    package var horizon: Duration

    package init(horizon: Duration = .hours(7 * 24)) {
        self.horizon = horizon
    }

    /// After this time a call that still seems to run is asked about anyway: the provider has lost its end.
    package static let longestCall: Duration = .hours(24)
    /// Two equal answers this far apart settle a task.
    package static let settlingTime: Duration = .hours(1)

    private static let waits: [Duration] = [
        .minutes(5), .minutes(15), .minutes(30), .hours(1), .hours(2), .hours(6), .hours(12),
    ]

    /// A task is not given up after fewer answers, even if the horizon passed before it was first asked about: one
    /// empty answer is never final.
    package static let fewestAsks = 2

    /// A failed recording that an operator has explained is retried after as long as it has kept failing since the
    /// explanation, within these bounds: that is, at growing intervals.
    private static let shortestRest = Duration.hours(1)
    private static let longestRest = Duration.hours(24)

    /// When an explained recording is retried.
    /// - Parameters:
    ///   - failed: when it last failed.
    ///   - explained: when it was explained.
    ///   - created: when its task was created.
    /// - Returns: `nil` if the horizon passes before that: then it is retried only on request.
    package func nextTry(failed: Timestamp, explained: Timestamp, created: Timestamp) -> Timestamp? {
        let next = failed + min(max(failed - explained, Self.shortestRest), Self.longestRest)
        return next < created + horizon ? next : nil
    }

    /// When a task is first asked about: as soon as it is over. This is in the past for a task that was over before it
    /// was listed, so that the longest overdue come first.
    package static func firstAsk(created: Timestamp, lastUpdated: Timestamp?, isTerminal: Bool) -> Timestamp {
        isTerminal ? max(created, lastUpdated ?? created) : created + longestCall
    }

    /// What to do after an answer.
    /// - Parameters:
    ///   - history: all answers about this task, including the present one.
    ///   - isHeld: whether recordings of the task are known from any answer.
    ///   - hasUnusable: whether the answer listed something whose bytes are not available. That counts as an empty
    ///     answer: the next one may have it.
    package func decision(
        after history: AskHistory,
        isHeld: Bool,
        hasUnusable: Bool = false,
        created: Timestamp,
        isTerminal: Bool,
        now: Timestamp
    ) -> AskDecision {
        let isPastHorizon = now >= created + horizon
        let wait = Self.waits.dropFirst(max(0, history.asks - 1)).first ?? .hours(24)
        guard history.found > 0, !hasUnusable else {
            guard isPastHorizon else { return .askAgain(at: now + wait) }
            if isHeld, !hasUnusable { return .settled }
            return history.asks < Self.fewestAsks ? .askAgain(at: now + wait) : .exhausted
        }
        let confirmation = history.unchangedSince + Self.settlingTime
        if isPastHorizon || (isTerminal && now >= confirmation) { return .settled }
        return .askAgain(at: isTerminal ? confirmation : max(confirmation, now + wait))
    }
}

/// The decision of ``AskSchedule`` after an answer.
package enum AskDecision: Hashable, Sendable {
    case askAgain(at: Timestamp)
    /// Everything has been found.
    case settled
    /// The horizon has passed, and nothing was found, or not all of what was listed is available.
    case exhausted
}
