import Archiver
import Evidence
import Manifest
import Payloads
import Recordings

/// A call as it is in a case.
struct CaseCall: Sendable {
    /// One recording or transcript.
    struct File: Sendable {
        var row: RecordingRow
        var held: RecordingRow.Held
        /// Below the case's folder.
        var name: String
        /// Its line of metadata in the archive; `nil` if that is damaged.
        var line: [UInt8]?
        /// Its entry in the log; `nil` if the log has none.
        var entry: Entry?
        /// When the log got that entry. Nothing proves the time before.
        var loggedTime: Timestamp?
        /// Whether the line of metadata is the one to which the entry commits.
        var isRecordProven = true
    }

    /// Where an entry of the log is.
    struct Entry: Sendable {
        /// Its number within the epoch.
        var leaf: Int64
        var epoch: Int64

        init(_ leaf: Int64, in position: LogPosition) {
            self.leaf = leaf
            epoch = position.epoch ?? 1
        }
    }

    /// An act that the log has of the call.
    struct Act: Sendable {
        var place: Entry
        var time: Timestamp
        var actor: String
        var action: String
        var reason: String?
        var caseName: String?
    }

    let row: CallRow
    /// Its place in the case, from 1.
    let number: Int
    var files: [File] = []
    var history: [Act] = []
    /// Recordings that were held, and whose bytes turned out to be damaged: one line each.
    var damage: [String] = []

    init(_ row: CallRow, number: Int) {
        self.row = row
        self.number = number
    }

    /// Its folder: `data/001-TASK`.
    var folder: String {
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, 3 - digits.count))
        return "\(PayloadPath.folder)\(zeros)\(digits)-\(FileName(sanitizing: row.taskID.description))"
    }

    /// The file with what it lacks.
    var gapsFile: String { "\(PayloadPath.folder)gaps/\(folder.dropFirst(PayloadPath.folder.count)).json" }

    /// Whether everything that it should have is here, or explained.
    var isWhole: Bool { [.complete, .explained, .none].contains(row.state) && damage.isEmpty }

    /// What is not here: one line each, for people.
    var lacks: [String] {
        var lacks = row.recordings.filter { $0.held == nil }.map { recording in
            "\(recording.file): \(recording.state)\(recording.reason.map { ": \($0)" } ?? "")"
        }
        if let gap = row.gap { lacks.append("\(gap.reason.words): \(gap.reason.meaning)") }
        if lacks.isEmpty, row.state == .pending {
            lacks.append("pending: the provider has not said yet whether the call was recorded")
        }
        return lacks
    }

    /// `call.json`: what is known of the call, and what is not here.
    var summary: [UInt8] {
        get throws {
            struct Summary: Encodable {
                var call: CallLine
                var gaps: [GapLine]
                var lacks: [String]
                var damage: [String]
            }
            let summary = Summary(
                call: CallLine(row),
                gaps: row.gaps.map { GapLine($0, call: row.call) },
                lacks: lacks,
                damage: damage
            )
            return try JSONLine.bytes(summary) + [UInt8(ascii: "\n")]
        }
    }
}
