import Recordings

/// Decides what to ask `POST search` next, so that no record can be missed (wxcc-api 11). A pure value.
///
/// A question has a window and pages by cursor, newest first, and behind the hundred-thousandth record nothing can be
/// had: a window that reaches as many, or by its first pages is going to have more than half as many, is asked for again, so
/// much narrower that a quarter is to be expected in it. A window is a day at first and grows while little is in it, because one that
/// turns out to be too large may have cost four hundred requests. What is known already is not told again, whether a
/// window began anew or two windows met. Pages that bring nothing new to a window and always lead to a next one, and more
/// of them than what they bring is worth (``WalkBudget``), are no way to an end.
struct SearchWalk: Sendable {
    /// One request.
    struct Question: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        var cursor: String?
    }

    /// What tells a record from all others, and when it began.
    struct Row: Sendable, Hashable {
        var id: String
        var time: Timestamp?
    }

    /// What has come of the question for a window.
    private struct Tally {
        var rows = 0
        /// How many of them do not belong to it.
        var strayRows = 0
        /// When the first and the last that came began of those that do.
        var ends: (first: Timestamp, last: Timestamp)?
        /// Those that came, and how many pages in a row had none but these.
        var seen = KnownRecords()
        var idlePages = 0

        var ownRows: Int { rows - strayRows }
    }

    private let start: Timestamp
    private let end: Timestamp
    private let mostRows: Int
    /// Every record that began before this has been listed.
    private(set) var reached: Timestamp
    private var windowEnd: Timestamp
    private var span: Duration
    private var cursor: String?
    private var tally = Tally()
    /// The records told of, but for those that no later window can have.
    private var known = KnownRecords()
    /// Milliseconds of which not every record could be had.
    private(set) var crowded: [Timestamp] = []
    private var budget: WalkBudget
    /// Records from outside the time asked for that have been told of.
    private var strays: Set<String> = []

    /// More is refused where activities are asked for, and the rest may span a year or thirteen months: sources differ.
    private static let longestSpan = Duration.hours(30 * 24)
    private static let millisecond = Duration.milliseconds(1)
    /// Beyond it, records exist and no page leads to them.
    static let mostRows = 100_000
    /// So many pages without anything new are no pages any more.
    private static let mostIdlePages = 50
    /// No honest provider has a hundred thousand records in each of so many milliseconds in a row. One that is crowded
    /// counts as three, because windows overlap.
    private static let mostCrowds = 6
    /// So many are told of; a search is no place to keep more.
    private static let mostStrays = 10_000

    /// - Parameters:
    ///   - start: inclusive.
    ///   - end: exclusive; nothing is asked where it is not later than `start`.
    ///   - span: the width of the first window.
    init(
        from start: Timestamp,
        to end: Timestamp,
        span: Duration = .hours(24),
        mostRows: Int = Self.mostRows
    ) {
        self.start = start
        self.end = end
        self.mostRows = mostRows
        self.span = min(span, Self.longestSpan)
        reached = start
        windowEnd = min(start + self.span, end)
        budget = WalkBudget(over: end - start)
    }

    /// What to ask next; `nil` when all is listed.
    var question: Question? {
        guard reached < end else { return nil }
        // Nothing says whether the bounds are inclusive; what comes twice does no harm.
        return Question(from: reached - Self.millisecond, to: windowEnd, cursor: cursor)
    }

    /// Epoch seconds in the place of milliseconds would give an empty success (wxcc-api 1).
    /// - Throws: `rejected`.
    func requireMilliseconds() throws(ProviderError) {
        guard !Timestamp.plausibleMilliseconds.contains(start.millisecondsSince1970) else { return }
        throw ProviderError(
            .rejected,
            "\(start.millisecondsSince1970) is no start of a search in epoch milliseconds",
            advice: "give a time after 2001, in milliseconds"
        )
    }

    /// Counts a request.
    /// - Throws: `malformed` if there were too many for what they brought.
    mutating func spend() throws(ProviderError) {
        budget.spend()
        if budget.isSpent { throw Self.noProgress("its pages bring little or nothing new, and never an end") }
    }

    private static func noProgress(_ what: String) -> ProviderError {
        ProviderError(
            .malformed,
            "POST search: given up: \(what)",
            advice: "try again later; if it stays, report it to the provider"
        )
    }

    /// Takes a page in, and goes on.
    /// - Parameters:
    ///   - listed: how many rows the page has, those that cannot be read among them: they count as the provider counts.
    ///   - next: where the next page begins; `nil` after the last one.
    /// - Returns: the places of the rows that are to be told of: inside the time that was asked for, and not known yet.
    /// - Throws: `malformed` if the pages lead to no end.
    mutating func take(_ rows: [Row], listed: Int, next: String?) throws(ProviderError) -> [Int] {
        let new = rows.indices.filter { place in
            let row = rows[place]
            // What began before this window was told of with the windows before.
            let isInside = row.time.map { $0 >= max(start, reached - Self.millisecond) && $0 < end } ?? true
            return isInside && known.insert(row.id, time: row.time)
        }
        budget.gain(new.count)
        count(rows, listed: listed)
        if tally.idlePages >= Self.mostIdlePages, next != nil {
            throw Self.noProgress("\(tally.idlePages) pages brought nothing new, and always a next one")
        }
        if tally.rows >= mostRows {
            if !narrowWindow(to: fittingWidth) {
                crowded.append(reached)
                if isCrowdedThroughout {
                    throw Self.noProgress("\(mostRows) records in each of \(Self.mostCrowds) milliseconds")
                }
                finishWindow()
            }
        } else if let next {
            if !(isTooWide && narrowWindow(to: fittingWidth)) { cursor = next }
        } else {
            finishWindow()
        }
        return new
    }

    /// The places of the rows from outside the whole time that is searched, each once.
    mutating func newStrays(in rows: [Row]) -> [Int] {
        rows.indices.filter { place in
            guard let time = rows[place].time, time < start - Self.millisecond || time > end else { return false }
            return strays.count < Self.mostStrays && strays.insert(rows[place].id).inserted
        }
    }

    private var isCrowdedThroughout: Bool {
        let last = crowded.suffix(Self.mostCrowds)
        guard let first = last.first, last.count == Self.mostCrowds else { return false }
        return reached - first == .milliseconds(Self.mostCrowds - 1)
    }

    private mutating func count(_ rows: [Row], listed: Int) {
        tally.rows += listed
        var isIdle = true
        for row in rows where tally.seen.insert(row.id, time: row.time) { isIdle = false }
        tally.idlePages = isIdle ? tally.idlePages + 1 : 0
        for time in rows.compactMap(\.time) {
            if time >= reached - Self.millisecond && time < windowEnd {
                tally.ends = (tally.ends?.first ?? time, time)
            } else {
                tally.strayRows += 1
            }
        }
    }

    /// Halves the window: the answer was too large (413), or the question too wide (422).
    /// - Throws: `error` if the window is down to one millisecond.
    mutating func narrow(after error: ProviderError) throws(ProviderError) {
        guard narrowWindow(to: nil) else { throw error }
    }

    private mutating func finishWindow() {
        if tally.ownRows < mostRows / 10 { span = min(span * 2, Self.longestSpan) }
        if tally.ownRows > mostRows / 2 { span = max(span / 2, Self.millisecond) }
        reached = windowEnd
        known.forget(before: reached - Self.millisecond)
        openWindow()
    }

    private mutating func openWindow() {
        windowEnd = min(reached + span, end)
        cursor = nil
        tally = Tally()
    }

    /// So wide that a quarter of the most rows is to be expected, by the rows that came so far; `nil` if they tell
    /// nothing. Calls are not spread evenly over a day, and what a window had is remembered while it is open.
    private var fittingWidth: Duration? {
        guard let (first, last) = tally.ends else { return nil }
        // The newest come first, as was seen; nothing says so.
        let covered = (last <= first ? windowEnd - last : last - reached + Self.millisecond).milliseconds
        return .milliseconds(covered * Int64(mostRows) / Int64(4 * tally.ownRows))
    }

    /// Whether more than half of the most rows are to be expected. What has been listed is listed once more then, which is
    /// little as long as little has been listed; later it is a reason no more, unless there are to be far too many.
    private var isTooWide: Bool {
        guard tally.ownRows >= mostRows / 40, let fittingWidth else { return false }
        let isEarly = tally.ownRows < mostRows / 20
        return fittingWidth * (isEarly ? 2 : 16) < windowEnd - reached
    }

    /// - Parameter fitting: the new width, where it is less than half of what it was.
    /// - Returns: whether the window could be made smaller.
    private mutating func narrowWindow(to fitting: Duration?) -> Bool {
        let width = windowEnd - reached
        guard width > Self.millisecond else { return false }
        let half = Duration.milliseconds(width.milliseconds / 2)
        span = max(min(half, fitting ?? half), Self.millisecond)
        openWindow()
        return true
    }
}
