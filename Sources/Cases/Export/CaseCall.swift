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
        /// The number of its entry in the log; `nil` if the log has none.
        var leaf: Int64?
        /// Whether the case has its line of metadata: not if that is damaged in the archive.
        var hasLine: Bool
    }

    /// An act that the log has of the call.
    struct Act: Sendable {
        var leaf: Int64
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
    /// Recordings that are held, and whose bytes are damaged.
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
    var gapsFile: String { "\(PayloadPath.folder)gaps/\(FileName(sanitizing: row.taskID.description)).json" }

    /// `call.json`: what is known of the call, and the gaps.
    func summary(_ gaps: [Gap]) throws -> [UInt8] {
        struct Summary: Encodable {
            var call: CallLine
            var gaps: [GapLine]
        }
        return try JSONLine.bytes(
            Summary(call: CallLine(row), gaps: gaps.map { GapLine($0, call: row.call) })
        ) + [UInt8(ascii: "\n")]
    }
}
