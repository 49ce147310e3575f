import Evidence
import Foundation
import Manifest
import Recordings

extension EvidenceLogs {
    /// The recorder to open a manifest with, so that the log has each act first.
    package var recorder: ActRecorder { { [self] acts in try record(acts) } }

    private func record(_ acts: [RecordedAct]) throws {
        var entries: [LogEntry] = []
        for act in acts {
            if let entry = try entry(of: act) { entries.append(entry) }
        }
        try append(entries)
    }

    /// - Returns: `nil` for an event that is not an act.
    private func entry(of act: RecordedAct) throws -> LogEntry? {
        let event = act.event
        guard let organization = event.organization else { return nil }
        var values: [LogKeyword: LogValue] = [:]
        values[.taskID] = event.task.map { .text($0.description) }
        let type: LogEntryType
        switch event.kind {
        case .gapExplained:
            type = act.gaps.contains { $0.reason == .lost } ? .lossExplained : .gapExplained
            try statement(act, organization, &values)
        case .explanationWithdrawn:
            type = .explanationWithdrawn
            values[.reason] = .text(event.detail["reason"] ?? "explanation")
            values[.path] = act.suspect.map { .text(PayloadPath.of($0.taskID, $0.file)) }
        case .damageFound:
            type = .damageFound
            values[.archive] = event.detail["archive"].map { .text($0) }
            values[.recordings] = event.detail["recordings"].flatMap { Int64($0) }.map { .number($0) }
            let isOfRecordings = event.task != nil || values[.recordings] != nil
            values[.detail] = .text(isOfRecordings ? "recordings" : "archive")
        case .dayClosed:
            guard let record = act.record else { return nil }
            type = .dayClosed
            values[.day] = .text(record.day.description)
            values[.record] = .digest(try log(of: organization).keep(record.json))
            values[.recordings] = .number(Int64(record.recordings.archived))
            values[.gaps] = .number(Int64(record.gaps.count))
        case .dayReopened:
            type = .dayReopened
            values[.day] = event.detail["day"].map { .text($0) }
        case .audioAccessed:
            type = .audioAccessed
            values[.how] = .text(event.detail["how"] ?? "fetch")
            values[.reason] = event.detail["reason"].map { .text($0) }
            values[.caseName] = event.detail["case"].map { .text($0) }
        case .configurationChanged:
            type = .configChanged
            values[.sha256] = event.detail["sha256"].flatMap { ContentDigest(hexadecimal: $0) }.map { .digest($0) }
        default: return nil
        }
        return LogEntry(type, time: event.time, actor: event.actor ?? actor, organization: organization, values)
    }

    /// What a person said about gaps or a suspect recording. Their words, and what they are about, are objects outside
    /// the log, because they may have to be erased one day, and an entry can never be.
    private func statement(
        _ act: RecordedAct,
        _ organization: OrganizationName,
        _ values: inout [LogKeyword: LogValue]
    ) throws {
        let log = try log(of: organization)
        values[.reason] = .text(act.event.detail["reason"] ?? "other")
        values[.note] = .digest(try log.keep(Array((act.event.detail["note"] ?? "").utf8)))
        if let suspect = act.suspect {
            values[.path] = .text(PayloadPath.of(suspect.taskID, suspect.file))
            values[.object] = .digest(try log.keep(ExplainedObject(suspects: [suspect]).json))
        } else {
            values[.object] = .digest(try log.keep(ExplainedObject(gaps: act.gaps).json))
        }
    }
}
