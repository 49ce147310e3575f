import Recordings

/// Decides what to ask `GET agents/activities` next (wxcc-api 7). A pure value.
///
/// A question covers less than 24 hours and has numbered pages, and nothing after its ten-thousandth row can be read.
/// There the walk continues from the start of the last row. For this it relies on the promised order, and halves its
/// window if that order is not kept. It does the same after a page that is shorter than requested and could have met a
/// limit of the server, because it is not documented what page numbers count then. Rows that begin outside the window
/// say nothing about how far the walk came, and answers without progress end it.
struct ActivityWalk: Sendable {
    /// One request.
    struct Question: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        var page: Int
        var pageSize: Int
    }

    private let end: Timestamp
    private let pageSize: Int
    private var from: Timestamp
    private var windowEnd: Timestamp
    private var span = Self.longestSpan
    private var page = 0
    /// Milliseconds for which not every row was available.
    private(set) var crowded: [Timestamp] = []
    private var standstills = 0
    private var budget: WalkBudget
    /// The latest start of an activity so far: each is counted once.
    private var latest: Timestamp

    /// A request must span less than 24 hours; half of that is safe however the limit is compared.
    private static let longestSpan = Duration.hours(12)
    private static let millisecond = Duration.milliseconds(1)
    /// The last row that a request can reach, over all of its pages.
    private static let maxRows = 10_000
    /// The default page size of the interface: no honest limit is lower.
    private static let lowestCap = 100
    /// No honest provider has more consecutive milliseconds with too many activities.
    private static let maxStandstills = 10

    /// - Parameters:
    ///   - start: inclusive.
    ///   - end: exclusive; nothing is requested if it is not later than `start`.
    init(from start: Timestamp, to end: Timestamp, pageSize: Int = 1000) {
        self.end = end
        self.pageSize = pageSize
        from = start
        latest = start - Self.millisecond
        windowEnd = min(start + Self.longestSpan, end)
        budget = WalkBudget(over: end - start)
    }

    /// What to ask next; `nil` when everything is listed.
    var question: Question? {
        guard from < end else { return nil }
        // It is not documented whether `from` is inclusive; rows that arrive twice do no harm, except in a crowded
        // millisecond.
        let first = crowded.last == from - Self.millisecond ? from : from - Self.millisecond
        return Question(from: first, to: windowEnd, page: page, pageSize: pageSize)
    }

    /// Counts a request.
    /// - Throws: `malformed` if there were too many requests for what they brought.
    mutating func spend() throws(ProviderError) {
        budget.spend()
        if budget.isSpent { throw Self.noProgress }
    }

    private static let noProgress = ProviderError(
        .malformed,
        "GET agents/activities: given up: answers bring little or nothing new, and never an end",
        advice: "try again later; if it stays, report it to the provider"
    )

    /// Processes an answer, and moves on.
    /// - Returns: the activities to look at; `nil` if the same time must first be requested in another way.
    /// - Throws: `malformed` if the answers do not end.
    mutating func take(_ answer: ActivityListAnswer) throws(ProviderError) -> [AgentActivity]? {
        let mayBeCut = answer.rowCount >= min(pageSize, Self.lowestCap)
        if mayBeCut, !answer.isAscending, shrinkWindow() { return nil }
        let own = answer.activities.map(\.startTime).filter { from <= $0 && $0 < windowEnd }.sorted()
        let last = own.last
        // By their times: a thousand rows of one millisecond bring the walk no further than one does.
        budget.gain(Set(own.filter { $0 > latest }).count)
        latest = max(latest, last ?? latest)
        let isFull = answer.rowCount >= pageSize
        let hasNextPage = (page + 2) * pageSize <= Self.maxRows
        if isFull, hasNextPage {
            page += 1
        } else if mayBeCut {
            // The last hundredth does not count: a time that is wrongly too late would hide the rows before it.
            let resume = own.dropLast(own.count / 100).last.flatMap { $0 > from ? $0 : nil }
            try advance(from: resume ?? last ?? from)
        } else {
            openWindow(at: windowEnd)
        }
        return answer.activities
    }

    /// Halves the window, because the answer was too large (413) or the request too wide (422).
    /// - Throws: `error` if the window is down to one millisecond.
    mutating func narrow(after error: ProviderError) throws(ProviderError) {
        guard shrinkWindow() else { throw error }
    }

    /// Asks for the rest of a window whose last row no page can reach.
    private mutating func advance(from last: Timestamp) throws(ProviderError) {
        if last > from {
            standstills = 0
            openWindow(at: last)
        } else {
            standstills += 1
            if standstills > Self.maxStandstills { throw Self.noProgress }
            crowded.append(from)
            openWindow(at: from + Self.millisecond)
        }
    }

    private mutating func openWindow(at time: Timestamp) {
        from = time
        span = min(span * 2, Self.longestSpan)
        windowEnd = min(from + span, end)
        page = 0
    }

    private mutating func shrinkWindow() -> Bool {
        let width = windowEnd - from
        guard width > Self.millisecond else { return false }
        span = .milliseconds(width.milliseconds / 2)
        windowEnd = from + span
        page = 0
        return true
    }
}
