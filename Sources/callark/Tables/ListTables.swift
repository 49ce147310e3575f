import Reports
import Archiver
import DailyArchive
import Files
import Foundation
import Manifest
import Payloads
import Recordings

/// The tables of `list`.
enum ListTables {
    /// A row for each call.
    static func calls(in timeZone: TimeZone) -> Table<CallRow> {
        Table(
            type: "call",
            columns: [
                .init(name: "organization", heading: nil) { .text($0.organization.description) },
                .init(name: "task_id", heading: nil) { .text($0.taskID.description) },
                .init(name: "day", heading: nil) { .text($0.day.description) },
                .init(name: "created_time", heading: nil) { .text($0.createdTime.description) },
                .init(name: "local_time", heading: timeZone.heading("TIME")) {
                    .text($0.createdTime.localISO(in: timeZone))
                } text: {
                    $0.createdTime.text(in: timeZone)
                },
                .init(name: "state", heading: "STATE") {
                    .text($0.state.rawValue)
                } text: {
                    $0.stateText
                },
                .init(name: "agents", heading: "AGENT", rank: 3, least: 12, line: 1) {
                    .text(($0.call?.facts.agents ?? []).map(\.shown).joined(separator: ", "))
                },
                .init(name: "agent_ids", heading: nil) {
                    .text(($0.call?.facts.agents ?? []).compactMap(\.id).joined(separator: ", "))
                },
                .init(name: nil, heading: "NUMBER", rank: 2) { .init($0.call?.facts.customerNumber) },
                .init(name: "queue", heading: "QUEUE", rank: 8, least: 8, line: 1, label: "queue ") {
                    .init($0.call?.facts.queue?.shown)
                },
                .init(name: "origin", heading: nil) { .init($0.call?.facts.origin) },
                .init(name: "destination", heading: nil) { .init($0.call?.facts.destination) },
                .init(name: "direction", heading: "DIRECTION", rank: 7, line: 1) { .init($0.call?.facts.direction) },
                .init(name: "duration_ms", heading: "DURATION", isNumber: true, rank: 4, line: 1) {
                    .init($0.call?.facts.durationMilliseconds)
                } text: {
                    $0.call?.durationText ?? ""
                },
                .init(name: nil, heading: "PARTS", rank: 5, least: 12, line: 1) { .text($0.parts) },
                .init(name: "recordings", heading: nil) { .integer(Int64($0.recordingCount)) },
                .init(name: "transcripts", heading: nil) { .integer(Int64($0.transcriptCount)) },
                .init(name: "outcome", heading: nil) { .init($0.outcome) },
                .init(name: nil, heading: "TASK", rank: 1, line: 2) { .text($0.taskID.description) },
            ],
            line: CallLine.init
        )
    }

    /// A row for each recording, and for each gap.
    static func recordings(in timeZone: TimeZone, root: ArchiveRoot) -> Table<ListedPart> {
        Table(
            type: "recording",
            columns: [
                .init(name: "organization", heading: nil) { .text($0.call.organization.description) },
                .init(name: "task_id", heading: nil) { .text($0.call.taskID.description) },
                .init(name: "day", heading: nil) { .text($0.call.day.description) },
                .init(name: "start_time", heading: nil) { .init($0.recording?.key.startTime?.description) },
                .init(name: nil, heading: timeZone.heading("TIME")) {
                    .text(($0.recording?.key.startTime ?? $0.call.createdTime).text(in: timeZone))
                },
                .init(name: "state", heading: "STATE") { .text($0.state) },
                .init(name: "kind", heading: nil) { .init($0.recording?.key.kind.rawValue) },
                .init(name: "call_type", heading: "TYPE", rank: 6, line: 1) {
                    .init($0.recording?.key.callType)
                } text: {
                    $0.typeText
                },
                .init(name: "bytes", heading: "SIZE", isNumber: true, rank: 4) {
                    .init($0.recording?.held?.byteCount)
                } text: {
                    $0.recording?.held.map { Readable.bytes($0.byteCount) } ?? ""
                },
                .init(name: "reason", heading: "REASON", rank: 3, least: 20, wraps: true, line: 2) {
                    .init($0.reason)
                } text: {
                    $0.reasonText ?? ""
                },
                .init(name: "sha256", heading: nil) { .init($0.recording?.held?.digest.description) },
                .init(name: "archive", heading: nil) { .init($0.archivePath(root)) },
                .init(name: nil, heading: "ARCHIVE", rank: 5, line: 1) {
                    .init($0.recording?.held?.archive.description)
                },
                .init(name: "offset", heading: nil) { .init($0.recording?.held?.offset) },
                .init(name: "copies", heading: nil) {
                    .init($0.recording?.held.map { $0.copies.names.joined(separator: ", ") })
                },
                .init(name: "file", heading: "FILE", rank: 7, least: 16, line: 3) {
                    .init($0.recording?.file.description)
                },
                .init(name: nil, heading: "TASK", rank: 2, line: 4) { .text($0.call.taskID.description) },
            ]
        )
    }
}

/// A recording or a gap, with its call.
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

    /// For people.
    fileprivate var reasonText: String? {
        if case .gap(let gap) = row { gap.reason.words } else { reason }
    }

    fileprivate var typeText: String {
        guard let key = recording?.key else { return "" }
        return key.kind == .recording ? key.callType : key.kind.noun
    }

    fileprivate func archivePath(_ root: ArchiveRoot) -> String? {
        recording?.held.map { root.path(of: $0.location) }
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
        if let gap { parts.append(gap.reason.words) }
        guard parts.isEmpty else { return parts.joined(separator: ", ") }
        let reason = captureRequest == .notRequested ? "not requested" : state == .pending ? "not known yet" : ""
        // If nothing was to be recorded, the state already says that the call was abandoned.
        let ending = outcome ?? "in progress"
        let isSaid = ending == Self.abandoned ? state == .none : outcome != nil
        return [isSaid ? "" : ending, reason].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

extension KnownCall {
    /// `4:05` or `1:04:05`, with `<` in front if only an upper bound is known, because the task list has no exact end.
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
