import Archiver
import DailyArchive
import Recordings

/// The lines that `verify` and `rebuild` print of archives and their faults.
enum VerificationLines {
    /// How far the words at the beginning of a line reach.
    private static let wordWidth = 8

    /// One archive, or the manifest, in one line for people: OK, DAMAGED, REPAIRED or EXPLAINED.
    /// - Parameters:
    ///   - verbose: whether each fault follows in a line of its own.
    ///   - isNamed: whether it is called by its name, and not by its path.
    static func write(
        _ report: VerificationReport,
        to output: Output,
        verbose: Bool = true,
        isNamed: Bool = true
    ) throws {
        for fault in report.faults { try output.json(FaultLine(fault)) }
        try output.json(ArchiveLine(report))
        guard !output.isJSON else { return }
        let subject = isNamed ? report.name?.description ?? report.path : report.path
        output.text("\(report.word.padded(to: wordWidth))  \(subject)\(report.outcome)")
        guard verbose else { return }
        for fault in report.faults {
            let word = fault.isStanding ? "" : word(for: fault) + ": "
            output.text("          \(word)\(report.withoutPath("\(fault)"))")
        }
    }

    /// One fault; one that another archive makes up for is called repaired, one of a loss that was explained, explained.
    static func write(_ fault: ArchiveFault, to output: Output) throws {
        try output.json(FaultLine(fault))
        let word = fault.isStanding ? "DAMAGED" : word(for: fault).uppercased()
        output.text("\(word.padded(to: wordWidth))  \(fault.archive): \(fault)")
    }

    private static func word(for fault: ArchiveFault) -> String {
        fault.isWarning ? "warning" : fault.repairedBy != nil ? "repaired" : fault.isExplained ? "explained" : "fault"
    }

    /// What became of one damaged recording.
    static func write(_ outcome: Repair.Outcome, to output: Output) throws {
        try output.json(RepairLine(outcome))
        let place = "task \(outcome.taskID), damaged in \(outcome.archive) at offset \(outcome.offset)"
        let reason = outcome.reason.map { ": \($0)" } ?? ""
        if let name = outcome.repairedBy {
            output.text("REPAIRED  \(place), is \(outcome.state.rawValue) in \(name)\(reason)")
        } else {
            output.text(
                "\(outcome.isExplained ? "EXPLAINED" : "NOT REPAIRED") \(place), is \(outcome.state.rawValue)\(reason)"
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
            type = word(for: fault)
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

extension VerificationReport {
    /// What is said of the archive, without its path, which stands in the same line or the one above.
    fileprivate func withoutPath(_ message: String) -> String { message.replacing(path, with: "the file") }

    fileprivate var word: String {
        if !isSound { return "DAMAGED" }
        if faults.contains(where: { $0.repairedBy != nil }) { return "REPAIRED" }
        return faults.contains(where: \.isExplained) ? "EXPLAINED" : "OK"
    }

    /// What follows the name: what was read, or what is wrong.
    fileprivate var outcome: String {
        // Files beside archives have no recordings.
        let read = name.map { _ in ": \(Readable.count(recordingCount, "recording")), \(Readable.bytes(byteCount))" }
        let remarks =
            warnings.isEmpty ? "" : "; warning: " + warnings.map { withoutPath($0.message) }.joined(separator: "; ")
        if isSound {
            let repairs = Set(faults.compactMap(\.repairedBy)).sorted().map(\.description).joined(separator: ", ")
            return repairs.isEmpty ? (read ?? "") + remarks : " in \(repairs)\(remarks)"
        }
        // Another checksum of the whole only says that something is wrong; others say what.
        let others = standingFaults.filter { $0.taskID == nil && $0.kind != .archiveDigest }
        var words: [String] = []
        let isGone = others.contains { $0.kind == .archiveMissing }
        if damagedRecordings > 0, !isGone {
            words.append("\(damagedRecordings) of \(Readable.count(recordingCount, "recording")) damaged")
        }
        if let first = others.first {
            // Who is to put a file back needs to know where.
            let message = isGone ? first.message : withoutPath(first.message)
            words.append(message + (others.count > 1 ? ", and \(others.count - 1) more" : ""))
        }
        if isGone, damagedRecordings > 0 { words.append("\(Readable.count(damagedRecordings, "recording")) in it") }
        if words.isEmpty { words = standingFaults.prefix(1).map { withoutPath($0.message) } }
        return ": " + words.joined(separator: "; ") + remarks
    }
}
