import Archiver
import Evidence
import Foundation
import Recordings
import TestSupport
import Testing

/// A log whose epochs are made by hand.
struct LogStage {
    static let noon = Timestamp(millisecondsSince1970: 1_763_640_000_000)

    let folder: TemporaryFolder
    let organization: OrganizationName
    let digest: ContentDigest

    init() throws {
        folder = try TemporaryFolder()
        organization = try #require(OrganizationName("acme"))
        digest = try #require(ContentDigest(bytes: [UInt8](repeating: 7, count: 32)))
    }

    var log: LogFolder { LogFolder(organization, in: "\(folder.path)/log") }
    var keyFile: LogKeyFile { LogKeyFile(path: "\(folder.path)/log.key") }
    var actor: Actor { Actor(name: "callark", via: .service) }

    private var place: EvidenceLog.Place {
        EvidenceLog.Place(
            logs: "\(folder.path)/log",
            organization: organization,
            keyFile: keyFile,
            origin: "archive.example",
            actor: actor
        )
    }

    /// Accepts entries of recordings at a time.
    @discardableResult
    func append(_ names: String..., at time: Timestamp = Self.noon, isFolded: Bool = true) throws -> Range<Int64> {
        let log = try EvidenceLog.open(place, now: time).log
        let entries = names.map { name in
            LogEntry(
                .recordingStored,
                time: time,
                actor: actor,
                organization: organization,
                [
                    .taskID: .text(name), .path: .text("data/\(name)/call.wav"),
                    .archive: .text("acme-2025-11-20-001"),
                    .bytes: .number(1), .sha256: .digest(digest), .record: .digest(digest),
                ]
            )
        }
        let places = try log.append(entries)
        if isFolded { try log.fold() }
        return places
    }

    /// Accepts an entry of another kind about an archive.
    func note(_ type: LogEntryType, _ values: [LogKeyword: LogValue], at time: Timestamp = Self.noon) throws {
        let log = try EvidenceLog.open(place, now: time).log
        var values = values
        values[.archive] = .text("acme-2025-11-20-001")
        _ = try log.append([LogEntry(type, time: time, actor: actor, organization: organization, values)])
        try log.fold()
    }

    func beginEpoch(at time: Timestamp = Self.noon) throws { _ = try EvidenceLog.beginEpoch(place, now: time) }

    func epochs(since day: ArchiveDay? = nil) throws -> LogEpochs {
        try LogEpochs(of: organization, in: log, keyFile: keyFile, since: day)
    }

    func find(_ name: String, at leaf: Int64? = nil) throws -> (finding: RecordingProof.Finding, faults: [String]) {
        let wanted = EntrySearch.Wanted(path: "data/\(name)/call.wav", digest: digest)
        return try RecordingProof.find(wanted, at: leaf, in: epochs())
    }

    /// The epoch and the number of the entry that proves a recording.
    func place(of name: String, at leaf: Int64? = nil) throws -> [Int64] {
        guard case .proven(let proof) = try find(name, at: leaf).finding else { return [] }
        return [try #require(proof.position.epoch), proof.proof.index]
    }

    /// Changes a byte of the last entry of an epoch.
    func damage(_ epoch: LogFolder, _ width: Int) throws {
        let path = "\(epoch.path)/tile/entries/000.p/\(width)"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 40] ^= 1
        try FileManager.default.removeItem(atPath: path)
        try bytes.write(to: URL(filePath: path))
    }
}
