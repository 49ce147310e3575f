import Evidence
import Foundation
import Recordings
import TestSupport
import Testing

/// The evidence log of a desk's organization, as tests read it.
extension Desk {
    var log: LogFolder { LogFolder(path: "\(root)/log/acme") }

    /// Every entry, including those that are not in a checkpoint, in order.
    func entries(_ type: LogEntryType? = nil) throws -> [LogEntry] {
        let reader = try LogReader(log)
        var entries: [[UInt8]] = []
        try reader.forEachProvenEntry { _, entry throws(EvidenceError) in entries.append(entry) }
        return try entries.map { try LogEntry($0) }.filter { type == nil || $0.type == type }
    }

    /// The text of an object that an entry names.
    func object(_ digest: ContentDigest?) throws -> String {
        try String(contentsOfFile: log.objectPath(try #require(digest)), encoding: .utf8)
    }

    /// The output of the stand-alone verifier.
    func judged(_ arguments: [String]) async throws -> Program.Ending {
        let verifier = "\(folder)/callark-verify.py"
        let written = try await run("log", "verifier", "-o", verifier)
        try #require(written.status == 0, "\(written.errors)")
        let key = try log.publishedKey().description
        return try await Program.run("python3", ["-B", verifier] + arguments + ["--key", key])
    }
}
