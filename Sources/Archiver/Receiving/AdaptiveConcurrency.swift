import Recordings

/// How many downloads from one host may run at once: as many as configured while all is well, fewer while the host
/// fails or slows down, and more again as it recovers. A pure value without a clock; callers pass times.
///
/// Trouble halves the limit, and slow answers take a quarter off it. Each does so at most once per round, because
/// downloads that began before the limit was lowered say nothing about the new one. As many good downloads as the limit
/// allows at once raise it by one (additive increase, multiplicative decrease, as in TCP: RFC 5681).
struct AdaptiveConcurrency: Sendable, Equatable {
    /// The outcome of one download, as far as it says something about the host.
    enum Outcome: Sendable, Equatable {
        /// The bytes came. The time is that from the request to the first of them, which does not depend on the
        /// recording's size.
        case good(timeToFirstByte: Duration)
        /// The host refused for now, failed, closed the connection or stopped sending.
        case trouble
        /// It says nothing about how busy the host is.
        case neutral
    }

    /// Why the limit changed.
    enum Change: Sendable, Equatable {
        case lowered, slowed, raised
    }

    /// The highest limit that is ever allowed.
    let ceiling: Int
    /// The present limit: from 1 to ``ceiling``.
    private(set) var limit: Int
    /// The lowest that ``limit`` has been.
    private(set) var lowest: Int
    /// How often the limit was lowered. A download belongs to the round in which it began.
    private(set) var round = 0
    /// Good downloads since the limit last changed.
    private var credit = 0
    private var times = AnswerTimes()

    init(ceiling: Int) {
        self.ceiling = max(1, ceiling)
        limit = self.ceiling
        lowest = self.ceiling
    }

    /// Records how a download went.
    /// - Parameter begun: the round in which it began.
    mutating func note(_ outcome: Outcome, begunIn begun: Int) -> Change? {
        guard begun == round else { return nil }
        switch outcome {
        case .neutral: return nil
        case .trouble: return lower(to: limit / 2) ? .lowered : nil
        case .good(let time):
            if times.add(time, limit: limit) { return lower(to: limit - max(1, limit / 4)) ? .slowed : nil }
            return raise() ? .raised : nil
        }
    }

    private mutating func lower(to target: Int) -> Bool {
        round += 1
        credit = 0
        times.forgetSamples()
        let before = limit
        limit = max(1, target)
        lowest = min(lowest, limit)
        return limit < before
    }

    private mutating func raise() -> Bool {
        guard limit < ceiling else { return false }
        credit += 1
        guard credit >= limit else { return false }
        credit = 0
        limit += 1
        return true
    }
}

/// How long a host usually takes to begin an answer, compared with now.
private struct AnswerTimes: Sendable, Equatable {
    private var usual: Duration?
    private var sum = Duration.zero
    private var count = 0

    /// Allowed in addition to twice the usual time, because differences this small are the network's own noise.
    private static let noise = Duration.milliseconds(250)
    private static let fewestSamples = 4

    /// - Returns: whether the latest answers are slow: more than twice as late as usual, plus the noise.
    mutating func add(_ time: Duration, limit: Int) -> Bool {
        sum += time
        count += 1
        guard count >= max(limit, Self.fewestSamples) else { return false }
        let mean = sum / count
        forgetSamples()
        guard let usual else {
            usual = mean
            return false
        }
        // Falls at once and rises slowly, so that a host that stays slow eventually counts as usual.
        self.usual = min(mean, usual + (mean - usual) / 16)
        return mean > usual * 2 + Self.noise
    }

    mutating func forgetSamples() {
        sum = .zero
        count = 0
    }
}
