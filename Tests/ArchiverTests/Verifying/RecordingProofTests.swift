import Archiver
import Evidence
import Foundation
import Recordings
import TestSupport
import Testing

/// Which epoch of a log proves a recording, and what is said of the others.
@Suite struct `The proof of a recording` {
    /// A log whose epochs are made by hand.
    private struct Stage {
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
        func append(_ names: String..., at time: Timestamp = noon, isFolded: Bool = true) throws -> Range<Int64> {
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

        func beginEpoch(at time: Timestamp = noon) throws { _ = try EvidenceLog.beginEpoch(place, now: time) }

        func epochs(since day: ArchiveDay? = nil) throws -> LogEpochs {
            try LogEpochs(of: organization, in: log, keyFile: keyFile, since: day)
        }

        func find(_ name: String, at leaf: Int64? = nil) throws -> (finding: RecordingProof.Finding, faults: [String]) {
            let wanted = LogProofs.Wanted(path: "data/\(name)/call.wav", digest: digest)
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

    private static let noon = Timestamp(millisecondsSince1970: 1_763_640_000_000)

    @Test func `is of the newest epoch that has one, or of the one where the manifest says`() throws {
        let stage = try Stage()
        try stage.append("a", "b")
        try stage.beginEpoch()
        try stage.append("c", "d", "a")
        #expect(try stage.place(of: "a") == [2, 3])
        #expect(try stage.place(of: "b") == [1, 2])
        #expect(try stage.place(of: "a", at: 1) == [1, 1])
        #expect(try stage.place(of: "a", at: 3) == [2, 3])
        for wrong in [Int64(-1), 0, 2, 99, .max] { #expect(try stage.place(of: "a", at: wrong) == [2, 3], "\(wrong)") }
        guard case .unknown = try stage.find("e").finding else {
            Issue.record("found")
            return
        }
    }

    @Test func `comes with the next checkpoint, also for what the epoch before had accepted last`() throws {
        let stage = try Stage()
        try stage.append("a")
        try stage.append("b", isFolded: false)
        guard case .accepted = try stage.find("b").finding else {
            Issue.record("not accepted")
            return
        }
        try stage.beginEpoch()
        #expect(try stage.place(of: "b") == [2, 1])
    }

    @Test func `needs no other epoch, and what is wrong with one is said`() throws {
        let stage = try Stage()
        try stage.append("a", "b")
        try stage.beginEpoch()
        try stage.append("a")
        #expect(try stage.find("a", at: 1).faults.isEmpty)
        try stage.damage(stage.log.previous, 3)
        #expect(try stage.place(of: "a") == [2, 1])
        // Without the other epoch, nobody can say that there is no entry.
        #expect { try stage.find("e") } throws: { ($0 as? EvidenceError)?.code == .damaged }
        try FileManager.default.removeItem(atPath: stage.log.previous.path)
        let found = try stage.find("a")
        #expect(found.faults.count == 1 && found.faults[0].contains("is missing"))
        #expect(try stage.place(of: "a") == [2, 1])
    }

    @Test func `is of its own epoch, which has to hold`() throws {
        let stage = try Stage()
        try stage.append("a")
        try stage.beginEpoch()
        try stage.damage(stage.log.previous, 2)
        #expect { try stage.find("a", at: 1) } throws: { ($0 as? EvidenceError)?.code == .damaged }
    }

    @Test func `and everything else is read only as far back as it can matter`() throws {
        let stage = try Stage()
        try stage.append("a")
        let later = Timestamp(millisecondsSince1970: Self.noon.millisecondsSince1970 + 30 * 86_400_000)
        try stage.beginEpoch(at: later)
        let (before, long) = (try #require(ArchiveDay("2025-11-20")), try #require(ArchiveDay("2026-01-20")))
        #expect(try stage.epochs().readers.count == 2)
        #expect(try stage.epochs(since: before).readers.count == 2)
        #expect(try stage.epochs(since: long).readers.count == 1)
        try FileManager.default.removeItem(atPath: stage.log.previous.path)
        #expect(try stage.epochs(since: before).faults.count == 1)
        #expect(try stage.epochs(since: long).faults.isEmpty)
    }
}
