import Archiver
import DailyArchive
import Recordings

/// The lines that `verify` and `rebuild` print of archives and their faults.
enum VerificationLines {
    /// One archive, or the manifest, with each of its faults.
    static func write(_ report: VerificationReport, to output: Output) throws {
        for fault in report.faults { try write(fault, to: output) }
        try output.json(ArchiveLine(report))
        if report.isSound {
            // Beside archives there are files that have no recordings.
            let count = report.name.map { _ in ": \(Readable.count(report.recordingCount, "recording"))" } ?? ""
            output.text("sound  \(report.path)\(count)")
        }
    }

    /// One fault; one that another archive makes up for is called repaired, one of a loss that was explained, explained.
    static func write(_ fault: ArchiveFault, to output: Output) throws {
        try output.json(FaultLine(fault))
        output.text("\(word(for: fault)) \(fault.archive): \(fault)")
    }

    private static func word(for fault: ArchiveFault) -> String {
        fault.repairedBy != nil ? "repaired" : fault.isExplained ? "explained" : "FAULT"
    }

    /// What became of one damaged recording.
    static func write(_ outcome: Repair.Outcome, to output: Output) throws {
        try output.json(RepairLine(outcome))
        let place = "task \(outcome.taskID), damaged in \(outcome.archive) at offset \(outcome.offset)"
        let reason = outcome.reason.map { ": \($0)" } ?? ""
        if let name = outcome.repairedBy {
            output.text("repaired \(place), is \(outcome.state.rawValue) in \(name)\(reason)")
        } else {
            output.text(
                "\(outcome.isExplained ? "explained" : "NOT REPAIRED") \(place), is \(outcome.state.rawValue)\(reason)"
            )
        }
    }

    private struct FaultLine: Encodable {
        var type: String
        var kind: String
        var archive: String
        var taskID: TaskID?
        var member: String?
        var offset: Int64?
        var message: String
        var repairedBy: String?

        init(_ fault: ArchiveFault) {
            type = word(for: fault).lowercased()
            kind = fault.kind.rawValue
            archive = fault.archive
            taskID = fault.taskID
            member = fault.member
            offset = fault.offset
            message = fault.message
            repairedBy = fault.repairedBy?.description
        }

        enum CodingKeys: String, CodingKey {
            case type, kind, archive, member, offset, message
            case taskID = "task_id"
            case repairedBy = "repaired_by"
        }
    }

    private struct ArchiveLine: Encodable {
        let type = "archive"
        var path: String
        var recordings: Int
        var bytes: Int64
        var sha256: ContentDigest?
        var faults: Int
        var sound: Bool

        init(_ report: VerificationReport) {
            path = report.path
            recordings = report.recordingCount
            bytes = report.byteCount
            sha256 = report.digest
            faults = report.standingFaults.count
            sound = report.isSound
        }
    }

    private struct RepairLine: Encodable {
        let type = "repair"
        var organization: String
        var taskID: TaskID
        var recordingID: RecordingID
        var archive: String
        var offset: Int64
        var repaired: Bool
        var repairedBy: String?
        var explained: Bool
        var state: RecordingState
        var reason: String?

        init(_ outcome: Repair.Outcome) {
            organization = outcome.organization.description
            taskID = outcome.taskID
            recordingID = outcome.recordingID
            archive = outcome.archive.description
            offset = outcome.offset
            repaired = outcome.repairedBy != nil
            repairedBy = outcome.repairedBy?.description
            explained = outcome.isExplained
            state = outcome.state
            reason = outcome.reason
        }

        enum CodingKeys: String, CodingKey {
            case type, organization, archive, offset, repaired, explained, state, reason
            case taskID = "task_id"
            case recordingID = "recording_id"
            case repairedBy = "repaired_by"
        }
    }
}
