/// When a task's captures are asked for, and when asking ends (wxcc-api 6.4, 14). Pure.
///
/// Nothing says when a recording becomes available, and an empty answer is not the last word. So an empty answer is
/// followed by another question after a growing while, until the horizon; an answer with recordings is confirmed once,
/// since a further segment may still come.
package struct AskSchedule: Hashable, Sendable {
    /// How long after a task's creation it is asked about while nothing is found.
    package var horizon: Duration

    package init(horizon: Duration = .hours(7 * 24)) {
        self.horizon = horizon
    }

    /// After this time a call that still seems to run is asked about anyway: the provider lost its end.
    package static let longestCall: Duration = .hours(24)
    /// Two equal answers settle a task where they are this far apart.
    package static let settlingTime: Duration = .hours(1)

    private static let waits: [Duration] = [
        .minutes(5), .minutes(15), .minutes(30), .hours(1), .hours(2), .hours(6), .hours(12),
    ]

    /// No task is given up for fewer answers, not even where the horizon passed before it was first asked about: one empty
    /// answer is never the last word.
    package static let fewestAsks = 2

    /// A recording that failed and that an operator has explained is tried again after as long as it has gone on failing
    /// since it was explained: at growing intervals, of these bounds.
    private static let shortestRest = Duration.hours(1)
    private static let longestRest = Duration.hours(24)

    /// When a recording that an operator has explained is tried again.
    /// - Parameters:
    ///   - failed: when it failed last.
    ///   - explained: when it was explained.
    ///   - created: when its task was.
    /// - Returns: `nil` where the horizon passes before: then it is tried when somebody asks for it, and not before.
    package func nextTry(failed: Timestamp, explained: Timestamp, created: Timestamp) -> Timestamp? {
        let next = failed + min(max(failed - explained, Self.shortestRest), Self.longestRest)
        return next < created + horizon ? next : nil
    }

    /// When a task is asked about for the first time: as soon as it is over. In the past for a task that was over
    /// before it was listed, so that the longest overdue come first.
    package static func firstAsk(created: Timestamp, lastUpdated: Timestamp?, isTerminal: Bool) -> Timestamp {
        isTerminal ? max(created, lastUpdated ?? created) : created + longestCall
    }

    /// What to do after an answer.
    /// - Parameters:
    ///   - history: all answers to this task, the one just had included.
    ///   - isHeld: whether recordings of the task are known from any answer.
    ///   - hasUnusable: whether the answer listed something whose bytes cannot be had. That is as good as an empty
    ///     answer: the next one may have what it takes.
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

/// What ``AskSchedule`` decides after an answer.
package enum AskDecision: Hashable, Sendable {
    case askAgain(at: Timestamp)
    /// Everything has been found.
    case settled
    /// The horizon has passed and nothing was found, or not all of what was listed could be had.
    case exhausted
}
