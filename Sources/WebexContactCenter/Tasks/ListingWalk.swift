import Recordings

/// Decides what to ask `GET tasks` next, so that no task can be missed (wxcc-api 5 and 16). A pure value.
///
/// The interface has no pages, only a lower and an upper bound on the creation time and a largest number of rows. So
/// the walk requests a window of at most a day, continues from the last creation time, and drops the known tasks of
/// that millisecond. It does not trust these assumptions:
/// - that a page shorter than requested is the last one: a server may have a lower limit. A window is done when a
///   request from its last task on has nothing new: one more small request for each window with tasks.
/// - that `from` is inclusive: this is not documented. Until an answer shows it, windows overlap by a millisecond, and
///   an answer that lacks the task it starts from shows the contrary.
/// - that rows are in order: a full page that is out of order could lack older tasks, so its window is halved until it
///   fits.
/// - that `from` is obeyed at all: a full page with only earlier times is an error, not progress.
/// - that rows belong to the requested time: the walk uses only those that do, and never goes beyond its own window.
///   Because a row may also have a wrong time within the window, it does not continue from the last row of a page
///   (``TaskListAnswer/resumeTime``).
/// - that there is an end: a window whose answers have nothing new and never end is given up and reported, and so is
///   the rest of the time if there were far too many answers for what they brought (``WalkBudget``).
struct ListingWalk: Sendable {
    /// One request.
    struct Question: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        var pageSize: Int
    }

    private enum Purpose {
        /// The first request of a window.
        case opening
        /// Continue from the last task of the previous page.
        case following
        /// Continue from the millisecond after it, to find out whether a page without anything new was cut short within
        /// one millisecond.
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
    /// The latest creation time in any answer, within its requested time.
    private var latestSeen: Timestamp
    /// The most rows that any page had: a limit of the server cannot be lower.
    private var largestPage = 0
    private var anomalies: [ListingAnomaly] = []
    /// Consecutive full pages with nothing to continue from.
    private var standstills = 0
    private var budget: WalkBudget
    private var isGivenUp = false
    /// Reported tasks from outside the requested time.
    private var strays: Set<TaskID> = []

    private static let longestSpan = Duration.hours(24)
    private static let millisecond = Duration.milliseconds(1)
    /// The default page size of the interface: no honest limit is lower.
    private static let lowestCap = 100
    /// No honest provider has more consecutive milliseconds with more tasks than fit on a page.
    private static let maxStandstills = 10
    /// This many are reported; a listing should not keep more.
    private static let maxStrays = 10_000

    /// - Parameters:
    ///   - start: inclusive.
    ///   - end: exclusive; nothing is listed if it is not later than `start`.
    ///   - pageSize: the most rows to ask for, 1…1000.
    init(from start: Timestamp, to end: Timestamp, pageSize: Int = 1000) {
        self.start = start
        self.end = end
        self.pageSize = pageSize
        reached = start
        latestSeen = start
        budget = WalkBudget(over: end - start)
        span = Self.longestSpan
        windowEnd = min(start + Self.longestSpan, end)
    }

    /// What to ask next; `nil` when everything is listed.
    var question: Question? {
        guard reached < end, !isGivenUp else { return nil }
        let first = purpose == .stepping ? reached + Self.millisecond : reached
        let isExact = lowerBound == .inclusive || purpose == .following && lowerBound == .unknown
        return Question(from: isExact ? first : first - Self.millisecond, to: windowEnd, pageSize: pageSize)
    }

    /// Epoch seconds instead of milliseconds would give an error, or worse, an empty success (wxcc-api 1).
    /// - Throws: `rejected`.
    func requireMilliseconds() throws(ProviderError) {
        guard !Timestamp.plausibleMilliseconds.contains(start.millisecondsSince1970) else { return }
        throw ProviderError(
            .rejected,
            "\(start.millisecondsSince1970) is no start of a listing in epoch milliseconds",
            advice: "give a time after 2001, in milliseconds"
        )
    }

    /// Counts a request, and gives up if there were too many for what they brought.
    mutating func spend() {
        budget.spend()
        guard budget.isSpent, !isGivenUp else { return }
        isGivenUp = true
        anomalies.append(
            ListingAnomaly(
                .noProgress,
                at: reached,
                until: end,
                "the listing was given up at \(reached): answers bring little or nothing new, and never an end"
            )
        )
    }

    /// Takes an answer in.
    /// - Returns: `nil` if the same time must first be requested in another way.
    /// - Throws: `malformed` if the answer disregards the question.
    mutating func take(_ answer: TaskListAnswer, to question: Question) throws(ProviderError) -> TaskPage? {
        anomalies += answer.anomalies.filter { !anomalies.contains($0) }
        try requireAnswer(answer, to: question)
        let strays = newStrays(in: answer, to: question)
        let tasks = answer.tasks
        let hadExactBound = question.from == reached
        guard detectLowerBound(from: answer, asked: question) else { return strays.isEmpty ? nil : page([], strays) }
        // If rows are in order, rows after the requested time show that none before them is missing.
        let isFull =
            answer.isAscending
            ? answer.ownRowCount >= pageSize : answer.rowCount >= min(pageSize, Self.lowestCap)
        if isFull, !answer.isAscending, shrinkWindow() {
            report(.unordered, "a full page of tasks from \(question.from) was not in order of creation")
            return strays.isEmpty ? nil : page([], strays)
        }
        let new = tasks.filter { known[$0.id] == nil && $0.createdTime >= start && $0.createdTime < end }
        for task in tasks { known[task.id] = task.createdTime }
        budget.gain(new.count)
        let last = max(answer.lastTime ?? reached, reached)
        let isCut = isFull && last <= reached
        if isCut, !hadExactBound, lowerBound == .inclusive, purpose != .stepping {
            return new.isEmpty && strays.isEmpty ? nil : page(new, strays)
        }
        let broughtNew = !new.isEmpty || last > max(reached, latestSeen)
        let next = answer.resumeTime.flatMap { $0 > reached ? $0 : nil } ?? last
        advance(to: next, isFull: isFull, broughtNew: broughtNew, rowCount: answer.ownRowCount)
        latestSeen = max(latestSeen, last)
        return page(new, strays)
    }

    /// Leaves tasks that were created at `latest` or later to another listing.
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

    /// A page without tasks, for what remains to be reported at the end.
    mutating func lastWord() -> TaskPage? {
        anomalies.isEmpty ? nil : page([], [])
    }

    /// Halves the window, because the answer was too large (413) or the request too wide (422).
    /// - Throws: `error` if the window is down to one millisecond.
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
                advance(to: last)
                standstills = 0
            } else if standstills >= Self.maxStandstills {
                skipWindow()
            } else {
                standstills += 1
                report(.crowdedMillisecond, "a full page of tasks was created at \(reached): there may be more of them")
                advance(to: reached + Self.millisecond)
                purpose = .opening
            }
        } else if broughtNew {
            advance(to: last)
            standstills = 0
        } else if rowCount > 0, rowCount >= largestPage, purpose == .following {
            purpose = .stepping
        } else {
            finishWindow()
        }
        largestPage = max(largestPage, rowCount)
        if reached >= windowEnd { openWindow() }
    }

    private mutating func advance(to time: Timestamp) {
        reached = time
        purpose = .following
        known = known.filter { $0.value >= time - Self.millisecond }
    }

    private mutating func finishWindow() {
        advance(to: max(reached, windowEnd))
        purpose = .opening
    }

    private mutating func skipWindow() {
        anomalies.append(
            ListingAnomaly(
                .noProgress,
                at: reached,
                until: windowEnd,
                "the listing between \(reached) and \(windowEnd) was given up: full pages of tasks that lead no further"
            )
        )
        standstills = 0
        finishWindow()
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

    /// Looks for proof of what `from` means.
    /// - Returns: `false` if it turned out to be exclusive, so that the answer may lack tasks of the first millisecond.
    private mutating func detectLowerBound(from answer: TaskListAnswer, asked question: Question) -> Bool {
        guard lowerBound == .unknown else { return true }
        if answer.tasks.first?.createdTime == question.from {
            lowerBound = .inclusive
        } else if purpose == .following, question.from == reached {
            lowerBound = .exclusive
            return false
        }
        return true
    }

    /// - Throws: `malformed` for a full page with nothing new except tasks from before the requested time.
    private func requireAnswer(_ answer: TaskListAnswer, to question: Question) throws(ProviderError) {
        guard answer.rowCount >= min(pageSize, Self.lowestCap), (answer.lastTime ?? start) <= reached,
            answer.strays.contains(where: { $0.createdTime < question.from })
        else { return }
        throw ProviderError(
            .malformed,
            "GET tasks: a page of tasks from before \(question.from), which was asked for",
            advice: "check api_base_url: the answer disregards the question"
        )
    }

    /// The tasks that were not requested, each once: a later window or listing may or may not return them.
    private mutating func newStrays(in answer: TaskListAnswer, to question: Question) -> [ListedTask] {
        let new = answer.strays.filter { task in
            strays.count < Self.maxStrays && strays.insert(task.id).inserted
        }
        if let first = new.first {
            let ids = new.map(\.id)
            anomalies.append(
                ListingAnomaly(
                    .outsideWindow,
                    at: first.createdTime,
                    tasks: ids,
                    "\(ListingAnomaly.names(ids)), created at \(first.createdTime), listed although \(question.from) to "
                        + "\(question.to) was asked for"
                )
            )
        }
        return new
    }

    private mutating func report(_ code: ListingAnomaly.Code, _ message: String) {
        anomalies.append(ListingAnomaly(code, at: reached, message))
    }

    private mutating func page(_ new: [ListedTask], _ strays: [ListedTask]) -> TaskPage {
        defer { anomalies = [] }
        return TaskPage(tasks: new, strays: strays, coveredUntil: min(reached, end), anomalies: anomalies)
    }
}
