import Recordings

/// Decides what to ask `GET tasks` next, so that no task can be missed (wxcc-api 5 and 16). A pure value.
///
/// The interface has no pages, only a lower and an upper bound on the creation time and a largest number of rows. So the
/// walk asks for a window of at most a day, goes on from the last creation time, and drops the tasks it knows from that
/// millisecond. Four things are not taken on trust:
/// - that a page shorter than asked for is the last one: a server may have a lower cap of its own. A window is done
///   when asking on from its last task brings nothing new: one more small request for each window with tasks.
/// - that `from` is inclusive: nothing says so. Until an answer shows it, windows overlap by a millisecond, and an
///   answer that lacks the task it starts from shows the contrary.
/// - that rows are in order: a full page that is not could lack older tasks, so its window is halved until it fits.
/// - that `from` is obeyed at all: a full page of nothing but other times is an error, not progress.
struct ListingWalk: Sendable {
    /// One request.
    struct Question: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        var pageSize: Int
    }

    private enum Purpose {
        /// The first question of a window.
        case opening
        /// On from the last task of the page before.
        case following
        /// On from the millisecond after it: whether a page that brought nothing new was cut short within its one.
        case stepping
    }

    private enum LowerBound { case unknown, inclusive, exclusive }

    private let start: Timestamp
    private var end: Timestamp
    private let pageSize: Int
    /// Every task created before this has been listed.
    private(set) var reached: Timestamp
    private var windowEnd: Timestamp
    private var span: Duration
    private var purpose = Purpose.opening
    private var lowerBound = LowerBound.unknown
    /// The listed tasks created at `reached`, in the millisecond before it, or later.
    private var known: [TaskID: Timestamp] = [:]
    /// The most rows that any page had: a cap of the server's own cannot be lower.
    private var largestPage = 0
    private var anomalies: [ListingAnomaly] = []

    private static let longestSpan = Duration.hours(24)
    private static let millisecond = Duration.milliseconds(1)
    /// The default page size of the interface: no honest cap is lower.
    private static let lowestCap = 100

    /// - Parameters:
    ///   - start: inclusive.
    ///   - end: exclusive; nothing is listed where it is not later than `start`.
    ///   - pageSize: the most rows to ask for, 1…1000.
    init(from start: Timestamp, to end: Timestamp, pageSize: Int = 1000) {
        self.start = start
        self.end = end
        self.pageSize = pageSize
        reached = start
        span = Self.longestSpan
        windowEnd = min(start + Self.longestSpan, end)
    }

    /// What to ask next; `nil` when all is listed.
    var question: Question? {
        guard reached < end else { return nil }
        let first = purpose == .stepping ? reached + Self.millisecond : reached
        let isExact = lowerBound == .inclusive || purpose == .following && lowerBound == .unknown
        return Question(from: isExact ? first : first - Self.millisecond, to: windowEnd, pageSize: pageSize)
    }

    /// Epoch seconds in the place of milliseconds would give an error, or worse an empty success (wxcc-api 1).
    /// - Throws: `rejected`.
    func requireMilliseconds() throws(ProviderError) {
        guard !Timestamp.plausibleMilliseconds.contains(start.millisecondsSince1970) else { return }
        throw ProviderError(
            .rejected,
            "\(start.millisecondsSince1970) is no start of a listing in epoch milliseconds",
            advice: "give a time after 2001, in milliseconds"
        )
    }

    /// Takes an answer in.
    /// - Returns: `nil` where the same time has to be asked for in another way first.
    /// - Throws: `malformed` where the answer disregards the question.
    mutating func take(_ answer: TaskListAnswer, to question: Question) throws(ProviderError) -> TaskPage? {
        anomalies += answer.anomalies.filter { !anomalies.contains($0) }
        let tasks = try tasksInside(question, of: answer)
        let hadExactBound = question.from == reached
        guard learnLowerBound(from: tasks, asked: question) else { return nil }
        let isFull = answer.rowCount >= (answer.isAscending ? pageSize : min(pageSize, Self.lowestCap))
        if isFull, !answer.isAscending, shrinkWindow() {
            report(.unordered, "a full page of tasks from \(question.from) was not in order of creation")
            return nil
        }
        let new = tasks.filter { known[$0.id] == nil && $0.createdTime >= start && $0.createdTime < end }
        for task in tasks { known[task.id] = task.createdTime }
        let last = tasks.last?.createdTime ?? reached
        let isCut = isFull && last <= reached
        if isCut, !hadExactBound, lowerBound == .inclusive { return new.isEmpty ? nil : page(new) }
        advance(to: last, isFull: isFull, broughtNew: !new.isEmpty, rowCount: answer.rowCount)
        return page(new)
    }

    /// Leaves what is created at `latest` or later to another listing.
    /// - Returns: whether that changes what to ask.
    @discardableResult
    mutating func end(noLaterThan latest: Timestamp?) -> Bool {
        guard let latest, latest < end else { return false }
        if end - latest > Self.longestSpan {
            report(
                .clocksApart,
                "the provider's clock is more than a day behind this machine's: nothing after \(latest) was listed"
            )
        }
        end = max(latest, start)
        windowEnd = min(windowEnd, end)
        return true
    }

    /// A page without tasks for what is still to be told at the end.
    mutating func lastWord() -> TaskPage? {
        anomalies.isEmpty ? nil : page([])
    }

    /// Halves the window: the answer was too large (413), or the question too wide (422).
    /// - Throws: `error` where the window is down to one millisecond.
    mutating func narrow(after error: ProviderError) throws(ProviderError) {
        guard shrinkWindow() else { throw error }
    }
}

// MARK: - Steps

extension ListingWalk {
    private mutating func advance(to last: Timestamp, isFull: Bool, broughtNew: Bool, rowCount: Int) {
        if purpose == .stepping, broughtNew {
            report(.crowdedMillisecond, "more tasks were created at \(reached) than the provider lists at once")
        }
        if isFull {
            if last > reached {
                goOn(to: last)
            } else {
                report(.crowdedMillisecond, "a full page of tasks was created at \(reached): there may be more of them")
                goOn(to: reached + Self.millisecond)
                purpose = .opening
            }
        } else if broughtNew {
            goOn(to: max(last, reached))
        } else if rowCount > 0, rowCount >= largestPage, purpose == .following {
            purpose = .stepping
        } else {
            finishWindow()
        }
        largestPage = max(largestPage, rowCount)
        if reached >= windowEnd { openWindow() }
    }

    private mutating func goOn(to time: Timestamp) {
        reached = time
        purpose = .following
        known = known.filter { $0.value >= time - Self.millisecond }
    }

    private mutating func finishWindow() {
        goOn(to: max(reached, windowEnd))
        purpose = .opening
    }

    private mutating func openWindow() {
        span = min(span * 2, Self.longestSpan)
        windowEnd = min(reached + span, end)
    }

    /// - Returns: whether the window could be made smaller.
    private mutating func shrinkWindow() -> Bool {
        let width = windowEnd - reached
        guard width > Self.millisecond else { return false }
        span = .milliseconds(width.milliseconds / 2)
        windowEnd = reached + span
        return true
    }

    /// Looks for a proof of what `from` means.
    /// - Returns: `false` where it turned out to be exclusive, so that the answer may lack tasks of the very first
    ///   millisecond.
    private mutating func learnLowerBound(from tasks: [ListedTask], asked question: Question) -> Bool {
        guard lowerBound == .unknown else { return true }
        if tasks.first?.createdTime == question.from {
            lowerBound = .inclusive
        } else if purpose == .following, question.from == reached {
            lowerBound = .exclusive
            return false
        }
        return true
    }

    /// The tasks that the question was about, and those after it that were given anyway.
    private mutating func tasksInside(
        _ question: Question,
        of answer: TaskListAnswer
    ) throws(ProviderError) -> [ListedTask] {
        let inside = answer.tasks.filter { $0.createdTime >= question.from }
        let outside = answer.tasks.count - inside.count
        if outside > 0 {
            report(
                .outsideWindow,
                "\(outside) listed tasks were created before \(question.from), where the listing began"
            )
        }
        if outside > 0, answer.rowCount >= min(pageSize, Self.lowestCap), (inside.last?.createdTime ?? start) <= reached
        {
            throw ProviderError(
                .malformed,
                "GET tasks: a page of tasks from before \(question.from), which was asked for",
                advice: "check api_base_url: the answer disregards the question"
            )
        }
        return inside
    }

    private mutating func report(_ code: ListingAnomaly.Code, _ message: String) {
        anomalies.append(ListingAnomaly(code, at: reached, message))
    }

    private mutating func page(_ new: [ListedTask]) -> TaskPage {
        defer { anomalies = [] }
        return TaskPage(tasks: new, coveredUntil: min(reached, end), anomalies: anomalies)
    }
}
