import Evidence
import Foundation
import Recordings
import Testing
import TestSupport

/// A log in a folder of its own, and what is needed to open it.
struct Trial: Sendable {
    static let now = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    let folder: TemporaryFolder
    let organization: OrganizationName

    init() throws {
        folder = try TemporaryFolder()
        organization = try #require(OrganizationName("acme"))
    }

    var logs: String { "\(folder.path)/log" }
    var keyFile: LogKeyFile { LogKeyFile(path: "\(folder.path)/keys/log.key") }
    var log: LogFolder { LogFolder(organization, in: logs) }

    var place: EvidenceLog.Place {
        EvidenceLog.Place(
            logs: logs,
            organization: organization,
            keyFile: keyFile,
            origin: "archive.example/callark",
            actor: Actor(name: "anna", via: .uid, uid: 1000)
        )
    }

    func open() throws -> EvidenceLog { try EvidenceLog.open(place, now: Self.now).log }

    /// An entry of a recording.
    func stored(_ name: String) throws -> LogEntry {
        let digest = try #require(ContentDigest(bytes: [UInt8](repeating: 7, count: 32)))
        return LogEntry(
            .recordingStored,
            time: Self.now,
            actor: Actor(name: "callark", via: .service),
            organization: organization,
            [
                .taskID: .text(name), .path: .text("data/\(name)/call.wav"), .archive: .text("acme-2025-11-20-001"),
                .bytes: .number(1_234), .sha256: .digest(digest), .record: .digest(digest),
            ]
        )
    }

    /// A log of `size` entries, the first of which says that it was created.
    func grown(to size: Int, inGroupsOf group: Int = 100) throws -> EvidenceLog {
        let log = try open()
        for first in stride(from: 1, to: size, by: group) {
            try log.append((first..<min(first + group, size)).map { try stored("task-\($0)") })
        }
        try log.fold()
        return log
    }

    /// What is wrong with the log.
    func faults(_ key: NoteKey? = nil) -> [LogReport.Fault] { Self.all(LogVerification(log, key: key).report()) }

    private static func all(_ report: LogReport) -> [LogReport.Fault] { report.faults + report.previous.flatMap(all) }

    /// All files of the log except its lock, as paths below it.
    func files() throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: log.path)
        return names.filter { name in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: "\(log.path)/\(name)", isDirectory: &isFolder)
            return exists && !isFolder.boolValue && name != "lock"
        }
        .sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: "\(log.path)/\(name)"))) }

    /// Overwrites a file, even a read-only one.
    func overwrite(_ name: String, _ bytes: [UInt8]) throws {
        let path = "\(log.path)/\(name)"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        try FileManager.default.removeItem(atPath: path)
        try Data(bytes).write(to: URL(filePath: path))
        if let mode { try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path) }
    }
}

/// Hashes of a tree, literally by the definition of RFC 6962 section 2.1, without any of the tested code.
final class Definition: SubtreeSource {
    private let leaves: [TreeHash]
    private var roots: [Range<Int>: TreeHash] = [:]

    init(_ leaves: [TreeHash]) { self.leaves = leaves }

    /// MTH(D[range]).
    func root(_ range: Range<Int>) -> TreeHash {
        if range.isEmpty { return .empty }
        if range.count == 1 { return leaves[range.lowerBound] }
        if let known = roots[range] { return known }
        let middle = range.lowerBound + Self.split(range.count)
        let hash = TreeHash.node(root(range.lowerBound..<middle), root(middle..<range.upperBound))
        roots[range] = hash
        return hash
    }

    /// PATH(m, D[range]).
    func path(_ m: Int, _ range: Range<Int>) -> [TreeHash] {
        if range.count == 1 { return [] }
        let k = Self.split(range.count)
        let middle = range.lowerBound + k
        return m < k
            ? path(m, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
            : path(m - k, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
    }

    /// PROOF(m, D[range]).
    func proof(_ m: Int, _ range: Range<Int>) -> [TreeHash] { subproof(m, range, true) }

    private func subproof(_ m: Int, _ range: Range<Int>, _ isWhole: Bool) -> [TreeHash] {
        if m == range.count { return isWhole ? [] : [root(range)] }
        let k = Self.split(range.count)
        let middle = range.lowerBound + k
        return m <= k
            ? subproof(m, range.lowerBound..<middle, isWhole) + [root(middle..<range.upperBound)]
            : subproof(m - k, middle..<range.upperBound, false) + [root(range.lowerBound..<middle)]
    }

    /// The largest power of two that is smaller than `n`.
    private static func split(_ n: Int) -> Int {
        var k = 1
        while k * 2 < n { k *= 2 }
        return k
    }

    func subtree(level: Int, index: Int64) -> TreeHash {
        let width = 1 << level
        return root((Int(index) * width)..<((Int(index) + 1) * width))
    }
}
