import Recordings

/// Whether an organization's days are complete, in one sentence.
package struct ReportVerdict: Hashable, Sendable {
    package enum Standing: String, Hashable, Sendable {
        /// Every day is closed.
        case complete
        /// Every day that is over is closed.
        case completeSoFar = "complete so far"
        case notComplete = "not complete"
    }

    /// How many days of the report are in which state.
    package struct Days: Hashable, Sendable {
        package var count = 0
        package var closed = 0
        /// Today, and days in the future.
        package var notOver = 0
        /// Days for which the provider's list was not read, or not to its end.
        package var notListed = 0

        package init(count: Int = 0, closed: Int = 0, notOver: Int = 0, notListed: Int = 0) {
            self.count = count
            self.closed = closed
            self.notOver = notOver
            self.notListed = notListed
        }
    }

    package let days: Days
    package let figures: ReportFigures

    package init(_ days: Days, _ figures: ReportFigures) {
        self.days = days
        self.figures = figures
    }

    package init(_ reports: [DayReport]) {
        var (days, figures) = (Days(count: reports.count), ReportFigures())
        for report in reports {
            figures += ReportFigures(report.account)
            days.closed += report.isClosed ? 1 : 0
            days.notOver += report.openBecause.contains(.notOver) ? 1 : 0
            days.notListed += report.openBecause.contains(.notListed) ? 1 : 0
        }
        self.init(days, figures)
    }

    package var standing: Standing {
        if days.closed == days.count { return .complete }
        let isDone = days.closed + days.notOver == days.count && figures.damaged == 0
        return isDone && days.closed > 0 ? .completeSoFar : .notComplete
    }

    /// `October 2026: not complete. 25 of 31 days closed; 5,847 of 5,854 recordings archived; 7 missing: 5 damaged at the
    /// provider, 2 never available.`
    package func sentence(of period: String) -> String {
        var parts = [daysText, "\(figures.archived.grouped) of \(Self.count(figures.expected, "recording")) archived"]
        if figures.stored > 0 { parts.append("\(figures.stored.grouped) stored, not yet sealed") }
        if figures.pending > 0 { parts.append("\(figures.pending.grouped) pending") }
        if figures.explained > 0 { parts.append("\(figures.explained.grouped) explained") }
        if figures.damaged > 0 { parts.append("\(figures.damaged.grouped) damaged") }
        if figures.missing > 0 {
            parts.append("\(figures.missing.grouped) missing: \(Self.list(figures.missingReasons))")
        }
        var sentence = "\(period): \(standing.rawValue). \(parts.joined(separator: "; "))."
        if days.notListed > 0 {
            let were = days.notListed == 1 ? "was" : "were"
            sentence += " \(Self.count(days.notListed, "day")) \(were) not listed: what is missing there is not known."
        }
        return sentence
    }

    private var daysText: String {
        let rest = days.notOver == 0 ? "" : " (\(days.notOver.grouped) not over)"
        if days.count == 1 {
            return "The day is \(days.closed == 1 ? "closed" : days.notOver == 1 ? "not over" : "not closed")"
        }
        if days.closed == days.count { return "All \(days.count.grouped) days closed" }
        return "\(days.closed.grouped) of \(days.count.grouped) days closed\(rest)"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number.grouped) \(noun)\(number == 1 ? "" : "s")"
    }

    /// The most frequent first.
    private static func list(_ reasons: [GapReason: Int]) -> String {
        reasons.byFrequency.map { "\($0.count.grouped) \($0.key.words)" }.joined(separator: ", ")
    }
}

extension Dictionary where Key: RawRepresentable<String>, Value == Int {
    /// The most frequent first; equally frequent ones by name.
    package var byFrequency: [(key: Key, count: Int)] {
        sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.map { ($0.key, $0.value) }
    }
}

extension Int {
    /// `5,847`.
    package var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + text
    }
}
