import Reports
import DailyArchive
import Files
import Foundation
import Manifest
import Payloads
import Recordings

/// Writes the results of `list` as they come, in the requested form.
struct ListWriter {
    /// What a line describes.
    enum Content {
        case calls, recordings
    }

    let content: Content
    /// Whether calls without a recording and without a gap are written, too.
    let showsAll: Bool
    let asCSV: Bool
    let limit: Int?
    let output: Output
    private let root: ArchiveRoot
    private let timeZone: TimeZone
    private var calls: Table<CallRow>.Writer
    private var parts: Table<ListedPart>.Writer
    /// The first rows determine the widths of a table; only these have to wait.
    private var waitingCalls: [CallRow] = []
    private var waitingParts: [ListedPart] = []
    private static let rowsAtOnce = 500
    /// Puts recordings and gaps in chronological order.
    private var order = PartOrder()
    private(set) var counts = Counts()
    /// Calls that were left out because nothing of them is or should be recorded.
    private var hidden = 0

    init(
        _ content: Content,
        showsAll: Bool,
        asCSV: Bool,
        limit: Int?,
        output: Output,
        root: ArchiveRoot,
        timeZone: TimeZone
    ) {
        self.content = content
        self.showsAll = showsAll
        self.asCSV = asCSV
        self.limit = limit
        self.output = output
        self.root = root
        self.timeZone = timeZone
        calls = .init(table: ListTables.calls(in: timeZone), output: output, asCSV: asCSV)
        parts = .init(table: ListTables.recordings(in: timeZone, root: root), output: output, asCSV: asCSV)
    }

    /// `{"type":"summary", …}` of `list`.
    struct Counts: Encodable {
        let type = "summary"
        var calls = 0
        var recordings = 0
        var gaps = 0
        var bytes: Int64 = 0
        /// Whether `--limit` left something out.
        var isLimited = false
        /// The days of the requested time that were not listed, or only in part.
        var daysNotListed = 0
        /// Recordings of that time that are damaged and not listed, because only how many is known.
        var damagedUnnamed = 0
        /// Calls by state, as people read it.
        var states: [String: Int] = [:]
        /// Recordings by state, gaps without a recording by state, and how many recordings are explained.
        var recordingStates: [String: Int] = [:]
        var gapStates: [String: Int] = [:]
        var explainedRecordings = 0

        enum CodingKeys: String, CodingKey {
            case type, calls, recordings, gaps, bytes
            case isLimited = "limited"
            case daysNotListed = "days_not_listed"
            case damagedUnnamed = "damaged_unnamed"
        }

        mutating func add(_ row: ListRow, of call: CallRow) {
            let state = ListedPart(call: call, row: row).state
            switch row {
            case .recording(let recording):
                recordings += 1
                bytes += recording.held?.byteCount ?? 0
                recordingStates[state, default: 0] += 1
                let gap = call.gaps.first { $0.recording == recording.key }
                explainedRecordings += gap?.explanation == nil ? 0 : 1
            case .gap:
                gaps += 1
                gapStates[state, default: 0] += 1
            }
        }

        /// For people: `86 recordings: 83 archived, 3 damaged (1 explained); 2 gaps without a recording: 2 pending`.
        fileprivate var text: String {
            func list(_ states: [String: Int], _ words: [String]) -> String {
                let parts = words.compactMap { word in states[word].map { "\($0) \(word)" } }
                return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
            }
            let words = ["archived", "stored", "pending", "failed", "damaged"]
            return Readable.count(recordings, "recording") + list(recordingStates, words)
                + (explainedRecordings == 0 ? "" : " (\(explainedRecordings) explained)")
                + (gaps == 0
                    ? ""
                    : "; \(Readable.count(gaps, "gap")) without a recording"
                        + list(gapStates, ["pending", "missing", "explained"]))
        }
    }
}

extension ListWriter {
    /// Writes one call, or its recordings and its gap.
    /// - Returns: whether there is room for more.
    mutating func write(_ call: CallRow) throws -> Bool {
        guard showsAll || !call.rows.isEmpty else {
            hidden += 1
            return true
        }
        if content == .calls {
            guard !isFull(counts.calls) else { return false }
            count(call)
            call.rows.forEach { counts.add($0, of: call) }
            if output.isJSON { try output.json(CallLine(call)) } else { waitingCalls.append(call) }
        } else {
            guard try write(order.taken(before: call)) else { return false }
            order.add(call)
        }
        if waitingCalls.count + waitingParts.count >= Self.rowsAtOnce { try writeWaiting() }
        return true
    }

    /// - Returns: whether there is room for more.
    private mutating func write(_ parts: [PartOrder.Part]) throws -> Bool {
        for part in parts {
            if let row = part.row {
                guard !isFull(counts.recordings + counts.gaps) else { return false }
                counts.add(row, of: part.call)
                try write(row, of: part.call)
            } else if output.isJSON {
                // For programs, a call without any other part gets a line, so that every existing call can be found.
                guard !isFull(counts.calls) else { return false }
                try output.json(CallLine(part.call))
            }
            if part.isFirst { count(part.call) }
        }
        return true
    }

    private mutating func isFull(_ written: Int) -> Bool {
        guard let limit, written >= limit else { return false }
        counts.isLimited = true
        return true
    }

    private mutating func count(_ call: CallRow) {
        counts.calls += 1
        counts.states[call.stateText, default: 0] += 1
    }

    private mutating func write(_ row: ListRow, of call: CallRow) throws {
        guard output.isJSON else { return waitingParts.append(ListedPart(call: call, row: row)) }
        switch row {
        case .recording(let recording): try output.json(RecordingLine(recording, root: root))
        case .gap(let gap): try output.json(GapLine(gap, call: call.call))
        }
    }

    private mutating func writeWaiting() throws {
        try calls.write(waitingCalls)
        try parts.write(waitingParts)
        waitingCalls = []
        waitingParts = []
    }

    /// Writes the remaining rows, and the end of the table.
    mutating func endRows() throws {
        if !counts.isLimited { _ = try write(order.rest()) }
        try writeWaiting()
        if content == .calls { calls.end() } else { parts.end() }
    }

    /// Writes the totals, and what they lack: the days that were not listed, and recordings that no list names.
    mutating func writeSummary(notListed: UnlistedDays, unnamed: [UnnamedLoss]) throws {
        let lacking = [unnamed.text, notListed.text].compactMap(\.self)
        guard !asCSV else { return lacking.forEach { Diagnostics.notice($0) } }
        counts.daysNotListed = notListed.days.count
        counts.damagedUnnamed = unnamed.recordings
        try output.json(counts)
        let words = CallState.allCases.filter { $0 != .none }.map(\.rawValue)
        let states = (words + [CallRow.abandoned, CallRow.nothingToRecord]).compactMap { state in
            counts.states[state].map { "\($0) \(state == CallRow.nothingToRecord ? "with " : "")\(state)" }
        }
        switch content {
        case .calls:
            let list = states.isEmpty ? "" : ": \(states.joined(separator: ", "))"
            output.text("\(Readable.count(counts.calls, "call"))\(list); times in \(timeZone.name)")
        case .recordings:
            output.text("\(counts.text); times in \(timeZone.name)")
        }
        for text in lacking { output.text(text) }
        if counts.isLimited { output.text("there are more: raise --limit to see them") }
        if hidden > 0 {
            let verb = hidden == 1 ? "has" : "have"
            output.text(
                "\(Readable.count(hidden, "more call")) \(verb) no recording, such as abandoned ones: "
                    + "add --all-calls to see them"
            )
        }
    }
}
