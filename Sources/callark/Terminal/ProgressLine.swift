import Reports
import Archiver
import Recordings

/// The line that shows how far a pass is, with as much detail as the terminal has room for. A value without a terminal.
struct ProgressLine {
    /// On a narrow terminal, and on a wide one.
    private static let barWidths = (narrow: 10, wide: 20)
    private static let narrowWidth = 80
    /// The least width of the text about a wait; a shorter one would not be a sentence.
    private static let leastWait = 16
    private static let gap = "  "

    /// The maximum so far: a backfill continues to find recordings after its first day, and a bar that shrinks says
    /// nothing.
    private var fullest = 0.0

    /// - Parameters:
    ///   - elapsed: the time since the pass began.
    ///   - width: the maximum width of the line.
    mutating func text(_ report: PassActivity.Report, elapsed: Duration, width: Int) -> String {
        let done = report.recordingsStored + report.recordingsFailed
        let seconds = max(elapsed.seconds, 0.001)
        var line = Pieces(width: width)
        for counts in Self.counts(report, done: done) { line.replace(1, with: counts) }
        line.add(head(report, done: done, isNarrow: width < Self.narrowWidth), at: 0)
        if let wait = report.waiting.first { line.add(wait.message, at: 6, least: Self.leastWait) }
        if report.recordingsFailed > 0 { line.add("\(report.recordingsFailed) failed", at: 2) }
        if let rest = Self.rest(report, done: done, seconds: seconds) { line.add(rest, at: 5) }
        if report.bytes > 0 {
            line.add("\(Readable.bytes(Int64(Double(report.bytes) / seconds)))/s", at: 4)
            line.add(Readable.bytes(report.bytes), at: 3)
        }
        return line.text
    }

    /// How many recordings are done, in forms of increasing length; empty before there is one. The total is known only
    /// once everything has been asked.
    private static func counts(_ report: PassActivity.Report, done: Int) -> [String] {
        guard report.recordingsFound > 0 else { return [] }
        guard report.isFinding else {
            let counts = "\(done)/\(report.recordingsFound)"
            return [counts, "\(counts) recordings"]
        }
        let known = "\(done) of at least \(report.recordingsFound)"
        return ["\(done)/\(report.recordingsFound)+", "\(known) recordings"]
    }

    /// The bar; before and after the phase in which only recordings are received, the current step instead.
    private mutating func head(_ report: PassActivity.Report, done: Int, isNarrow: Bool) -> String {
        let steps = report.organizations.compactMap(\.step)
        if steps.contains(.listing) {
            return report.tasksListed == 0 ? "listing tasks" : "listing \(Readable.count(report.tasksListed, "task"))"
        }
        if steps.contains(.comparing) { return "comparing the task list" }
        if steps.contains(.asking) {
            let asked = report.tasksToAsk.map { PassActivity.Report.share(report.tasksAsked, of: $0, isAll: true) }
            return "\(asked ?? "\(report.tasksAsked)") asked about"
        }
        let closing: [PassStep] = [.sealing, .vaulting, .done]
        if !steps.isEmpty, steps.allSatisfy(closing.contains) {
            return steps.contains(.vaulting) ? "to the vault" : "sealing"
        }
        let share = report.recordingsFound == 0 ? 0 : Double(done) / Double(report.recordingsFound)
        fullest = min(max(fullest, share), 1)
        let barWidth = isNarrow ? Self.barWidths.narrow : Self.barWidths.wide
        let filled = Int(fullest * Double(barWidth))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: barWidth - filled) + "]"
    }

    private static func rest(_ report: PassActivity.Report, done: Int, seconds: Double) -> String? {
        let left = report.recordingsFound - done
        guard !report.isFinding, report.recordingsStored > 0, left > 0 else { return nil }
        let duration = Duration.seconds(seconds / Double(report.recordingsStored) * Double(left))
        return duration < .seconds(1) ? nil : "\(Readable.duration(duration)) left"
    }

    /// Pieces, added in order of importance and shown in order of their places.
    private struct Pieces {
        let width: Int
        private var pieces: [Int: String] = [:]

        init(width: Int) { self.width = width }

        var text: String { shown(pieces) }

        /// Adds a piece if there is room for it.
        /// - Parameter least: the width down to which it may be cut; `nil`: it is added in full or not at all.
        mutating func add(_ piece: String, at place: Int, least: Int? = nil) {
            if replace(place, with: piece) { return }
            guard let least else { return }
            let left = width - shown(pieces).displayWidth - ProgressLine.gap.count
            if left >= least { pieces[place] = piece.shortened(to: left, mark: Terminal.cutMark) }
        }

        /// - Returns: whether there is room for it.
        @discardableResult
        mutating func replace(_ place: Int, with piece: String) -> Bool {
            var longer = pieces
            longer[place] = piece
            guard shown(longer).displayWidth <= width else { return false }
            pieces = longer
            return true
        }

        private func shown(_ pieces: [Int: String]) -> String {
            pieces.sorted { $0.key < $1.key }.map(\.value).joined(separator: ProgressLine.gap)
        }
    }
}
