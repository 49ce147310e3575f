import Archiver
import Evidence
import Foundation
import Recordings
import TestSupport
import Testing

/// Which epoch of a log proves a recording, and what is said of the others.
@Suite struct `The proof of a recording` {
    @Test func `is of the newest epoch that has one, or of the one where the manifest says`() throws {
        let stage = try LogStage()
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
        let stage = try LogStage()
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
        let stage = try LogStage()
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
        let stage = try LogStage()
        try stage.append("a")
        try stage.beginEpoch()
        try stage.damage(stage.log.previous, 2)
        #expect { try stage.find("a", at: 1) } throws: { ($0 as? EvidenceError)?.code == .damaged }
    }

    @Test func `and everything else is read only as far back as it can matter`() throws {
        let stage = try LogStage()
        try stage.append("a")
        let later = Timestamp(millisecondsSince1970: LogStage.noon.millisecondsSince1970 + 30 * 86_400_000)
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
