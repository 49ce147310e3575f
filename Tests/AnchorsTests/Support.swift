import Evidence
import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import Anchors

/// A log in a folder of its own.
struct Desk: Sendable {
    static let now = Timestamp(millisecondsSince1970: 1_763_625_600_000)
    static let actor = Actor(name: "anna", via: .uid, uid: 1000)

    let folder: TemporaryFolder
    let organization: OrganizationName
    let log: EvidenceLog

    /// - Parameters:
    ///   - entries: how many entries it has besides the first.
    ///   - key: the key file, if it is not a new one.
    init(_ entries: Int = 20, key: String? = nil) throws {
        folder = try TemporaryFolder()
        organization = try #require(OrganizationName("acme"))
        log = try EvidenceLog.open(
            EvidenceLog.Place(
                logs: "\(folder.path)/log",
                organization: organization,
                keyFile: LogKeyFile(path: try Self.keyFile(key, in: folder)),
                origin: "archive.example/callark",
                actor: Self.actor
            ),
            now: Self.now
        ).log
        try grow(entries)
        try log.fold()
    }

    /// A copy of a key, without the state that is remembered beside it.
    private static func keyFile(_ key: String?, in folder: TemporaryFolder) throws -> String {
        let path = "\(folder.path)/keys/log.key"
        guard let key else { return path }
        try FileManager.default.createDirectory(atPath: "\(folder.path)/keys", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: key, toPath: path)
        return path
    }

    /// Accepts more entries.
    func grow(_ count: Int = 1, of name: String = "acme") throws {
        let digest = try #require(ContentDigest(bytes: [UInt8](repeating: 7, count: 32)))
        try log.append(
            (0..<count).map { place in
                LogEntry(
                    .archiveSealed,
                    time: Self.now,
                    actor: Self.actor,
                    organization: organization,
                    [
                        .archive: .text("\(name)-2025-11-20-\(place)"), .bytes: .number(1), .recordings: .number(1),
                        .sha256: .digest(digest),
                    ]
                )
            }
        )
    }

    /// Everything that Callark finds wrong.
    func faults(_ anchors: [Anchor] = []) -> [LogReport.Fault] {
        let report = LogVerification(log.folder, key: log.key).report()
        return report.faults + AnchorVerification(log.folder, anchors: anchors).findings(logged: report.anchors).faults
    }

    /// Gives the checkpoint to anchors, with little patience.
    func anchoring(
        _ anchors: [Anchor],
        _ patience: AnchorPatience = Self.patience,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) async throws -> Anchoring {
        Anchoring(log, anchors: anchors, exchange: try Self.engine(), patience: patience, actor: Self.actor, now: now)
    }

    static func engine() throws -> TransferEngine {
        try TransferEngine(TransferEngine.Configuration(userAgent: "test", maximumConnectionsPerHost: 4))
    }

    static let patience = AnchorPatience(
        retry: RetryPolicy(attempts: 2, baseDelay: .milliseconds(10), maximumDelay: .milliseconds(10)),
        request: .seconds(20),
        command: .seconds(20)
    )
    static let impatience = AnchorPatience(
        retry: RetryPolicy(attempts: 1),
        request: .milliseconds(300),
        command: .milliseconds(300)
    )

    /// Overwrites a file, even a read-only one.
    static func overwrite(_ path: String, _ bytes: [UInt8]) throws {
        try FileManager.default.removeItem(atPath: path)
        try Data(bytes).write(to: URL(filePath: path))
    }
}

/// Programs that share no code with Callark.
enum Judge {
    static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    static func path(_ name: String) -> String {
        Bundle.module.resourceURL?.appending(path: "Judges/\(name)").path ?? ""
    }
}

/// An HTTP server on loopback that answers each POST with `answer`.
func answering(
    _ answer: @escaping @Sendable (_ path: String, _ body: [UInt8]) throws -> (status: Int, body: [UInt8])
) throws -> RawServer {
    try RawServer { peer in
        while let head = peer.readHead() {
            let length = head.firstMatch(of: /(?i)\r\nContent-Length: *(\d+)/).flatMap { Int($0.output.1) } ?? 0
            guard let body = peer.read(length) else { return }
            let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            let said: (status: Int, body: [UInt8]) = (try? answer(path, body)) ?? (500, [])
            peer.write("HTTP/1.1 \(said.status) X\r\nContent-Length: \(said.body.count)\r\n\r\n")
            peer.write(said.body)
        }
    }
}

extension Bytes {
    /// The bytes with one bit of each byte changed in turn.
    var changes: some Sequence<(place: Int, bytes: [UInt8])> {
        indices.lazy.map { place in
            var changed = self
            changed[place] ^= 1 << UInt8(place % 8)
            return (place, changed)
        }
    }
}

typealias Bytes = [UInt8]
