import DailyArchive
import Foundation
import Manifest
import Recordings

/// The tables of `list`.
enum ListTables {
    /// A row for each call.
    /// - Parameter columns: how wide the terminal is; `nil` if it is none.
    static func calls(in timeZone: TimeZone, columns: Int?) -> Table<CallRow> {
        // A task ID is long and cannot be cut: on a narrow terminal it gives way to what people know a call by.
        let taskRank = hidesTaskIDs(columns) ? 9 : 1
        return Table(
            type: "call",
            columns: [
                .init(name: "organization", heading: nil) { .text($0.organization.description) },
                .init(name: "task_id", heading: nil) { .text($0.taskID.description) },
                .init(name: "day", heading: nil) { .text($0.day.description) },
                .init(name: "created_time", heading: nil) { .text($0.createdTime.description) },
                .init(name: "local_time", heading: timeZone.timeHeading) {
                    .text($0.createdTime.isoText(in: timeZone))
                } text: {
                    $0.createdTime.minuteText(in: timeZone)
                },
                .init(name: "state", heading: "STATE") { .text($0.state.rawValue) },
                .init(name: "agents", heading: "AGENT", rank: 3, least: 12) {
                    .text(($0.call?.facts.agents ?? []).map(\.shown).joined(separator: ", "))
                },
                .init(name: "agent_ids", heading: nil) {
                    .text(($0.call?.facts.agents ?? []).compactMap(\.id).joined(separator: ", "))
                },
                .init(name: nil, heading: "NUMBER", rank: 2) { .init($0.call?.facts.customerNumber) },
                .init(name: "queue", heading: "QUEUE", rank: 8, least: 8) { .init($0.call?.facts.queue?.shown) },
                .init(name: "origin", heading: nil) { .init($0.call?.facts.origin) },
                .init(name: "destination", heading: nil) { .init($0.call?.facts.destination) },
                .init(name: "direction", heading: "DIRECTION", rank: 7) { .init($0.call?.facts.direction) },
                .init(name: "duration_ms", heading: "DURATION", isNumber: true, rank: 4) {
                    .init($0.call?.facts.durationMilliseconds)
                } text: {
                    $0.call?.durationText ?? ""
                },
                .init(name: nil, heading: "PARTS", rank: 5, least: 12) { .text($0.parts) },
                .init(name: "recordings", heading: nil) { .integer(Int64($0.recordingCount)) },
                .init(name: "transcripts", heading: nil) { .integer(Int64($0.transcriptCount)) },
                .init(name: nil, heading: "TASK", rank: taskRank) { .text($0.taskID.description) },
            ],
            line: CallLine.init
        )
    }

    /// Whether a terminal is too narrow for task IDs beside the rest.
    static func hidesTaskIDs(_ columns: Int?) -> Bool { columns.map { $0 < 66 } ?? false }

    /// A row for each recording, and for each gap.
    static func recordings(in timeZone: TimeZone, root: ArchiveRoot) -> Table<ListedPart> {
        Table(
            type: "recording",
            columns: [
                .init(name: "organization", heading: nil) { .text($0.call.organization.description) },
                .init(name: "task_id", heading: nil) { .text($0.call.taskID.description) },
                .init(name: "day", heading: nil) { .text($0.call.day.description) },
                .init(name: "start_time", heading: nil) { .init($0.recording?.key.startTime?.description) },
                .init(name: nil, heading: timeZone.timeHeading) {
                    .text(($0.recording?.key.startTime ?? $0.call.createdTime).minuteText(in: timeZone))
                },
                .init(name: "state", heading: "STATE") { .text($0.state) },
                .init(name: "kind", heading: nil) { .init($0.recording?.key.kind.rawValue) },
                .init(name: "call_type", heading: "TYPE", rank: 6) {
                    .init($0.recording?.key.callType)
                } text: {
                    $0.typeText
                },
                .init(name: "bytes", heading: "SIZE", isNumber: true, rank: 4) {
                    .init($0.recording?.held?.byteCount)
                } text: {
                    $0.recording?.held.map { Readable.bytes($0.byteCount) } ?? ""
                },
                .init(name: "reason", heading: "REASON", rank: 3, least: 10) { .init($0.reason) },
                .init(name: "sha256", heading: nil) { .init($0.recording?.held?.digest.description) },
                .init(name: "archive", heading: nil) { .init($0.archivePath(root)) },
                .init(name: nil, heading: "ARCHIVE", rank: 5) { .init($0.recording?.held?.archive.description) },
                .init(name: "offset", heading: nil) { .init($0.recording?.held?.offset) },
                .init(name: "file", heading: "FILE", rank: 7, least: 16) { .init($0.recording?.file.description) },
                .init(name: nil, heading: "TASK", rank: 2) { .text($0.call.taskID.description) },
            ]
        )
    }
}

/// A recording or a gap, with the call that it is of.
struct ListedPart {
    let call: CallRow
    let row: ListRow

    var recording: RecordingRow? {
        if case .recording(let recording) = row { recording } else { nil }
    }

    /// A gap is `pending`, `missing`, or `explained`.
    var state: String {
        switch row {
        case .recording(let recording): recording.state.rawValue
        case .gap(let gap): gap.isPending ? "pending" : gap.explanation == nil ? "missing" : "explained"
        }
    }

    fileprivate var reason: String? {
        switch row {
        case .recording(let recording): recording.reason ?? recording.held?.suspicion
        case .gap(let gap): gap.reason.rawValue
        }
    }

    fileprivate var typeText: String {
        guard let key = recording?.key else { return "" }
        return key.kind == .recording ? key.callType : key.kind.noun
    }

    fileprivate func archivePath(_ root: ArchiveRoot) -> String? {
        recording?.held.map { $0.isSealed ? root.archivePath($0.archive) : root.openArchivePath($0.archive) }
    }
}

extension CaptureKind {
    fileprivate var noun: String {
        switch self {
        case .recording: "recording"
        case .transcription: "transcript"
        case .screenRecording: "screen recording"
        }
    }
}

extension CallRow {
    /// What it has, and why not more: `2 recordings, 1 transcript`, `1 recording, 1 failed`, `not requested`.
    fileprivate var parts: String {
        var parts = CaptureKind.allCases.compactMap { kind -> String? in
            let count = recordings.count { $0.key.kind == kind }
            return count == 0 ? nil : Readable.count(count, kind.noun)
        }
        for state in [RecordingState.pending, .failed, .damaged] {
            let count = recordings.count { $0.state == state }
            if count > 0 { parts.append("\(count) \(state)") }
        }
        if let gap { parts.append(gap.reason.rawValue.replacing("_", with: " ")) }
        guard parts.isEmpty else { return parts.joined(separator: ", ") }
        let reason = captureRequest == .notRequested ? "not requested" : state == .pending ? "not known yet" : ""
        let ending = status.isTerminal ? status.description : "in progress"
        return [ending == "abandoned" || !status.isTerminal ? ending : "", reason].filter { !$0.isEmpty }
            .joined(separator: ", ")
    }
}

extension CallFacts {
    /// The other side's number.
    fileprivate var customerNumber: String? { Self.isOutgoing(direction) ? destination : origin }
}

extension KnownCall {
    /// `4:05` or `1:04:05`, with a `<` in front if only an upper bound is known: the task list has no exact end.
    fileprivate var durationText: String {
        guard let milliseconds = facts.durationMilliseconds else { return "" }
        let seconds = milliseconds / 1000
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let start = hours > 0 ? "\(hours):\(minutes.twoDigits)" : "\(minutes)"
        return (isSearched ? "" : "<") + "\(start):\((seconds % 60).twoDigits)"
    }
}

extension Int64 {
    fileprivate var twoDigits: String { self < 10 ? "0\(self)" : "\(self)" }
}

extension Timestamp {
    /// `2025-11-20 08:00`, by the clocks of a time zone.
    func minuteText(in timeZone: TimeZone) -> String {
        String(wallText(in: timeZone).prefix(16)).replacing("T", with: " ")
    }

    /// `2025-11-20T08:00:00+01:00`.
    fileprivate func isoText(in timeZone: TimeZone) -> String {
        let minutes = Int64(timeZone.secondsFromGMT(for: date)) / 60
        let (hour, minute) = (abs(minutes) / 60, abs(minutes) % 60)
        let offset = "\(minutes < 0 ? "-" : "+")\(hour.twoDigits):\(minute.twoDigits)"
        return wallText(in: timeZone).prefix(19) + offset
    }

    private func wallText(in timeZone: TimeZone) -> String {
        (self + .seconds(timeZone.secondsFromGMT(for: date))).description
    }
}

extension TimeZone {
    /// `TIME (Berlin)`: the whole name of the zone would be wider than the times.
    fileprivate var timeHeading: String {
        let city = identifier.split(separator: "/").last ?? "UTC"
        return "TIME (\(city == "GMT" ? "UTC" : city.replacing("_", with: " ")))"
    }
}
