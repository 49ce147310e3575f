import Recordings

/// Decides what to ask `POST search` next, so that no record can be missed (wxcc-api 11). A pure value.
///
/// A question has a window and pages by cursor, newest first. Nothing after the hundred-thousandth record can be read.
/// So if a window reaches that number, or if its first pages predict more than half of it, the window is narrowed until
/// a quarter is expected. A window is a day at first and grows while it has few records, because a window that turns
/// out to be too large may have cost four hundred requests. Known records are not reported again, whether a window was
/// restarted or two windows meet. The walk gives up if pages have nothing new and always lead to another one, or if
/// there are too many of them for what they bring (``WalkBudget``).
struct SearchWalk: Sendable {
    /// One request.
    struct Question: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        var cursor: String?
    }

    /// The identifier of a record, and when it began.
    struct Row: Sendable, Hashable {
        var id: String
        var time: Timestamp?
    }

    /// What has arrived for the window so far.
    private struct Tally {
        var rows = 0
        /// How many of the rows do not belong to it.
        var strayRows = 0
        /// When the first and the last of the rows that belong to it began.
        var ends: (first: Timestamp, last: Timestamp)?
        /// The records that arrived, and how many pages in a row had only known ones.
        var seen = KnownRecords()
        var idlePages = 0

        var ownRows: Int { rows - strayRows }
    }

    private let start: Timestamp
    private let end: Timestamp
    private let maxRows: Int
    /// Every record that began before this has been listed.
    private(set) var reached: Timestamp
    private var windowEnd: Timestamp
    private var span: Duration
    private var cursor: String?
    private var tally = Tally()
    /// The reported records, except those that no later window can have.
    private var known = KnownRecords()
    /// Milliseconds for which not every record was available.
    private(set) var crowded: [Timestamp] = []
    private var budget: WalkBudget
    /// Reported records from outside the requested time.
    private var strays: Set<String> = []

    /// More is refused for activities; for the rest, sources say a year or thirteen months.
    private static let longestSpan = Duration.hours(30 * 24)
    private static let millisecond = Duration.milliseconds(1)
    /// Records beyond it exist, but no page leads to them.
    static let maxRows = 100_000
    /// After this many pages without anything new, the walk gives up.
    private static let maxIdlePages = 50
    /// No honest provider has a hundred thousand records in each of this many consecutive milliseconds. A crowded one
    /// counts as three, because windows overlap.
    private static let maxCrowds = 6
    /// This many are reported; a search should not keep more.
    private static let maxStrays = 10_000

    /// - Parameters:
    ///   - start: inclusive.
    ///   - end: exclusive; nothing is requested if it is not later than `start`.
    ///   - span: the width of the first window.
    init(
        from start: Timestamp,
        to end: Timestamp,
        span: Duration = .hours(24),
        maxRows: Int = Self.maxRows
    ) {
        self.start = start
        self.end = end
        self.maxRows = maxRows
        self.span = min(span, Self.longestSpan)
        reached = start
        windowEnd = min(start + self.span, end)
        budget = WalkBudget(over: end - start)
    }

    /// What to ask next; `nil` when everything is listed.
    var question: Question? {
        guard reached < end else { return nil }
        // It is not documented whether the bounds are inclusive; records that arrive twice do no harm.
        return Question(from: reached - Self.millisecond, to: windowEnd, cursor: cursor)
    }

    /// Epoch seconds instead of milliseconds would give an empty success (wxcc-api 1).
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
    /// - Throws: `malformed` if there were too many requests for what they brought.
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

    /// Processes a page, and moves on.
    /// - Parameters:
    ///   - listed: how many rows the page has, including unreadable ones, as the provider counts them.
    ///   - next: where the next page begins; `nil` after the last one.
    /// - Returns: the indices of the rows to report: inside the requested time, and not known yet.
    /// - Throws: `malformed` if the pages do not end.
    mutating func take(_ rows: [Row], listed: Int, next: String?) throws(ProviderError) -> [Int] {
        let new = rows.indices.filter { place in
            let row = rows[place]
            // Records that began before this window were reported with earlier windows.
            let isInside = row.time.map { $0 >= max(start, reached - Self.millisecond) && $0 < end } ?? true
            return isInside && known.insert(row.id, time: row.time)
        }
        budget.gain(new.count)
        count(rows, listed: listed)
        if tally.idlePages >= Self.maxIdlePages, next != nil {
            throw Self.noProgress("\(tally.idlePages) pages brought nothing new, and always a next one")
        }
        if tally.rows >= maxRows {
            if !narrowWindow(to: fittingWidth) {
                crowded.append(reached)
                if isCrowdedThroughout {
                    throw Self.noProgress("\(maxRows) records in each of \(Self.maxCrowds) milliseconds")
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

    /// The indices of rows from outside the whole searched time, each once.
    mutating func newStrays(in rows: [Row]) -> [Int] {
        rows.indices.filter { place in
            guard let time = rows[place].time, time < start - Self.millisecond || time > end else { return false }
            return strays.count < Self.maxStrays && strays.insert(rows[place].id).inserted
        }
    }

    private var isCrowdedThroughout: Bool {
        let last = crowded.suffix(Self.maxCrowds)
        guard let first = last.first, last.count == Self.maxCrowds else { return false }
        return reached - first == .milliseconds(Self.maxCrowds - 1)
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

    /// Halves the window, because the answer was too large (413) or the request too wide (422).
    /// - Throws: `error` if the window is down to one millisecond.
    mutating func narrow(after error: ProviderError) throws(ProviderError) {
        guard narrowWindow(to: nil) else { throw error }
    }

    private mutating func finishWindow() {
        if tally.ownRows < maxRows / 10 { span = min(span * 2, Self.longestSpan) }
        if tally.ownRows > maxRows / 2 { span = max(span / 2, Self.millisecond) }
        reached = windowEnd
        known.forget(before: reached - Self.millisecond)
        openWindow()
    }

    private mutating func openWindow() {
        windowEnd = min(reached + span, end)
        cursor = nil
        tally = Tally()
    }

    /// A width for which a quarter of the largest number of rows is expected, by the rows so far; `nil` if they do not
    /// show it. Calls are not spread evenly over a day, and a window's records are remembered while it is open.
    private var fittingWidth: Duration? {
        guard let (first, last) = tally.ends else { return nil }
        // The newest arrive first: this was seen, and is not documented.
        let covered = (last <= first ? windowEnd - last : last - reached + Self.millisecond).milliseconds
        return .milliseconds(covered * Int64(maxRows) / Int64(4 * tally.ownRows))
    }

    /// Whether more than half of the largest number of rows is expected. Then everything listed so far is listed again,
    /// which costs little while little has been listed. Later this is no longer a reason, unless far too many are
    /// expected.
    private var isTooWide: Bool {
        guard tally.ownRows >= maxRows / 40, let fittingWidth else { return false }
        let isEarly = tally.ownRows < maxRows / 20
        return fittingWidth * (isEarly ? 2 : 16) < windowEnd - reached
    }

    /// - Parameter fitting: the new width, if it is less than half of the old one.
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
