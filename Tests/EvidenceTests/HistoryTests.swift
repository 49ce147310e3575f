import Foundation
import Recordings
import Testing
import TestSupport

@testable import Evidence

/// A log whose past was lost: this is noticed, the log is never continued, and the next epoch names it.
@Suite struct `A log that was rolled back` {
    private static func isRolledBack(_ error: any Error) -> Bool { (error as? EvidenceError)?.code == .rolledBack }

    /// A log of 300 entries whose folder is restored to its state at 200.
    private static func rolledBack() throws -> (trial: Trial, lost: LogPosition) {
        let trial = try Trial()
        let log = try trial.grown(to: 200)
        let copy = "\(trial.folder.path)/copy"
        try FileManager.default.copyItem(atPath: trial.log.path, toPath: copy)
        try log.append((200..<300).map { try trial.stored("later-\($0)") })
        let lost = try log.fold()
        try FileManager.default.removeItem(atPath: trial.log.path)
        try FileManager.default.moveItem(atPath: copy, toPath: trial.log.path)
        return (trial, lost)
    }

    @Test func `is not opened, and continues as a new epoch that names what was lost`() throws {
        let (trial, lost) = try Self.rolledBack()
        #expect(performing: { _ = try trial.open() }, throws: Self.isRolledBack)
        let log = try EvidenceLog.beginEpoch(trial.place, now: Trial.now).log
        #expect(log.key.name == "archive.example/callark/acme/2")
        let reader = try LogReader(trial.log)
        #expect(try LogEntry(reader.entry(0)).previous == lost)
        #expect(try LogReader(trial.log.previous).position.size == 200)
        try log.append([trial.stored("next")])
        try log.fold()
        #expect(try trial.open().fold().size == 2)
        #expect(trial.faults() == [])
        let report = LogVerification(trial.log).report()
        #expect(report.previous.map(\.position?.size) == [200])
    }

    @Test func `by a writer that has it open is noticed too`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 200)
        let old = try trial.bytes("checkpoint")
        try log.append([trial.stored("x")])
        try log.fold()
        try trial.overwrite("checkpoint", old)
        #expect(performing: { try log.append([trial.stored("y")]) }, throws: Self.isRolledBack)
    }

    @Test func `to nothing is not begun anew in silence`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 20)
        let lost = try log.fold()
        try FileManager.default.removeItem(atPath: trial.log.path)
        #expect(performing: { _ = try trial.open() }, throws: Self.isRolledBack)
        _ = try EvidenceLog.beginEpoch(trial.place, now: Trial.now)
        #expect(try LogEntry(LogReader(trial.log).entry(0)).previous == lost)
        #expect(trial.faults().map(\.path) == [trial.log.previous.path], "the old epoch is not here, and that is said")
    }

    @Test func `together with what is remembered is noticed by what was made known outside`() throws {
        let (trial, lost) = try Self.rolledBack()
        try trial.keyFile.remember(LogReader(trial.log).position, trial.organization)
        _ = try trial.open()
        let signer = try LogSigner(try #require(try trial.keyFile.key()), origin: lost.origin)
        let folder = "\(trial.log.path)/anchors/300"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(signer.checkpoint(lost)).write(to: URL(filePath: "\(folder)/checkpoint"))
        #expect(performing: { _ = try trial.open() }, throws: Self.isRolledBack)
        #expect(trial.faults().map(\.path) == ["\(folder)/checkpoint"])
    }

    @Test func `with nothing that remembers its size is not gone on with`() throws {
        let trial = try Trial()
        let memory = trial.keyFile.newestPath(trial.organization)
        let log = try trial.open()
        try FileManager.default.removeItem(atPath: memory)
        // As after a crash at its beginning.
        _ = try trial.open()
        #expect(FileManager.default.fileExists(atPath: memory))
        try log.append([trial.stored("x")])
        let last = try log.fold()
        try FileManager.default.removeItem(atPath: memory)
        #expect(performing: { _ = try trial.open() }, throws: Self.isRolledBack)
        // Whoever has its newest copy says so.
        let copy = "\(trial.folder.path)/copy"
        try FileManager.default.copyItem(atPath: trial.log.path, toPath: copy)
        try EvidenceLog.replace(trial.place, with: LogFolder(path: copy))
        #expect(try trial.open().fold() == last)
        try FileManager.default.removeItem(atPath: memory)
        _ = try EvidenceLog.beginEpoch(trial.place, now: Trial.now)
        #expect(try LogEntry(LogReader(trial.log).entry(0)).previous == last)
    }

    @Test func `and whose new epoch takes its place after a crash has a memory again`() throws {
        let trial = try Trial()
        try trial.grown(to: 20).append([trial.stored("accepted")])
        _ = try EvidenceLog.beginEpoch(trial.place, now: Trial.now)
        // As a crash leaves it that comes after the old log was moved away, if nothing was remembered.
        try FileManager.default.moveItem(atPath: trial.log.path, toPath: trial.log.next.path)
        try FileManager.default.removeItem(atPath: trial.keyFile.newestPath(trial.organization))
        #expect(try trial.open().fold().size == 2)
        #expect(try trial.keyFile.newest(trial.organization)?.size == 2)
    }

    @Test func `and went on is noticed as a fork`() throws {
        let (trial, _) = try Self.rolledBack()
        let path = trial.keyFile.newestPath(trial.organization)
        let remembered = try Data(contentsOf: URL(filePath: path))
        try trial.keyFile.remember(LogReader(trial.log).position, trial.organization)
        let log = try trial.open()
        try log.append((200..<400).map { try trial.stored("other-\($0)") })
        try log.fold()
        try remembered.write(to: URL(filePath: path))
        #expect(performing: { _ = try trial.open() }, throws: Self.isRolledBack)
    }

    @Test func `or lost its key says which file is missing, and continues with a new key in a new epoch`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 20)
        let last = try log.fold()
        try FileManager.default.removeItem(atPath: trial.keyFile.path)
        #expect { _ = try trial.open() } throws: { ($0 as? EvidenceError)?.code == .key }
        let opened = try EvidenceLog.beginEpoch(trial.place, now: Trial.now)
        #expect(opened.isKeyNew && opened.log.key.publicKey != log.key.publicKey)
        #expect(try LogEntry(LogReader(trial.log).entry(0)).previous == last)
        #expect(trial.faults() == [])
    }

    @Test func `or has another key than its own is not written to`() throws {
        let trial = try Trial()
        _ = try trial.grown(to: 20)
        try FileManager.default.removeItem(atPath: trial.keyFile.path)
        _ = try trial.keyFile.keyOrNew()
        #expect { _ = try trial.open() } throws: { ($0 as? EvidenceError)?.code == .key }
    }

    @Test func `is replaced by a copy with everything in it, of any size`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 20)
        let large = try log.keep([UInt8](repeating: 7, count: 18 << 20))
        let copy = "\(trial.folder.path)/copy"
        try FileManager.default.copyItem(atPath: trial.log.path, toPath: copy)
        try FileManager.default.removeItem(atPath: trial.log.tailPath)
        try EvidenceLog.replace(trial.place, with: LogFolder(path: copy))
        #expect(try trial.log.objectBytes(large).count == 18 << 20)
        #expect(trial.faults() == [])
    }

    @Test func `has as many epochs as were begun, each of which is checked`() throws {
        let trial = try Trial()
        _ = try trial.grown(to: 20)
        for _ in 0..<3 { _ = try EvidenceLog.beginEpoch(trial.place, now: Trial.now) }
        #expect(try LogReader(trial.log).position.origin == "archive.example/callark/acme/4")
        #expect(trial.faults() == [])
        let oldest = "previous/previous/previous/tile/entries/000.p/20"
        var bytes = try trial.bytes(oldest)
        bytes[100] ^= 1
        try trial.overwrite(oldest, bytes)
        #expect(!trial.faults().isEmpty)
    }

    @Test func `is held to a state that somebody kept`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 20)
        let kept = try log.fold()
        try log.append([trial.stored("x")])
        try log.fold()
        let other = LogPosition(origin: kept.origin, size: 20, root: .leaf([1]))
        let larger = LogPosition(origin: kept.origin, size: 22, root: kept.root)
        let stranger = LogPosition(origin: "another.example/log/1", size: 20, root: kept.root)
        for (state, isFine) in [(kept, true), (other, false), (larger, false), (stranger, false)] {
            let report = LogVerification(trial.log, known: [(state, "kept")]).report()
            #expect(report.isSound == isFine, "\(state): \(report.faults)")
            #expect(report.comparedStates == 1)
            if !isFine { #expect(report.faults.map(\.path) == ["kept"]) }
        }
        // Also after a new epoch has begun.
        _ = try EvidenceLog.beginEpoch(trial.place, now: Trial.now)
        for (state, isFine) in [(kept, true), (other, false)] {
            let report = LogVerification(trial.log, known: [(state, "kept")]).report()
            #expect(report.faults.isEmpty && report.comparedStates == 0)
            #expect(report.previous.flatMap(\.faults).map(\.path) == (isFine ? [] : ["kept"]), "\(state)")
        }
        let report = LogVerification(trial.log, known: [(stranger, "kept")]).report()
        #expect(report.faults.map(\.path) == ["kept"])
    }

    @Test func `takes what was accepted into the new epoch, with what it names, but no answers of anchors`() throws {
        let trial = try Trial()
        let old = try trial.grown(to: 20)
        let note = try old.keep(Array("a word".utf8))
        let (told, lost) = (try Self.explained(trial, note), try Self.explained(trial, try old.keep([1])))
        let anchored = LogEntry(
            .anchorAdded,
            time: Trial.now,
            actor: told.actor,
            organization: trial.organization,
            [.size: .number(20), .kind: .text("command"), .file: .text("anchors/20/x.json"), .object: .digest(note)]
        )
        try old.append([told, lost, anchored, try trial.stored("late")])
        try FileManager.default.removeItem(atPath: trial.log.objectPath(try #require(lost.digest(.note))))
        _ = try EvidenceLog.beginEpoch(trial.place, now: Trial.now)
        let reader = try LogReader(trial.log)
        #expect(reader.position.size == 3)
        #expect(try reader.entry(1) == told.encoded() && reader.entry(2) == trial.stored("late").encoded())
        #expect(try trial.log.objectBytes(note) == Array("a word".utf8))
        #expect(try reader.proof(of: 2).index == 2)
        #expect(LogVerification(trial.log).report().faults == [])
        // Twice in one log would be twice the recording.
        var seen = 0
        try trial.open().search { _, entry throws(EvidenceError) in
            if (try? LogEntry(entry))?.text(.taskID) == "late" { seen += 1 }
            return true
        }
        #expect(seen == 1)
    }

    private static func explained(_ trial: Trial, _ note: ContentDigest) throws -> LogEntry {
        LogEntry(
            .gapExplained,
            time: Trial.now,
            actor: Actor(name: "anna", via: .uid),
            organization: trial.organization,
            [.taskID: .text("task"), .reason: .text("test_call"), .note: .digest(note)]
        )
    }

    @Test func `says how much an earlier epoch has lost`() throws {
        let (trial, lost) = try Self.rolledBack()
        _ = try EvidenceLog.beginEpoch(trial.place, now: Trial.now)
        let report = LogVerification(trial.log).report()
        #expect(report.lost == 0 && report.previous.map(\.lost) == [100])
        #expect(try LogReader(trial.log.previous).lost(since: lost) == 100)
        let stranger = LogPosition(origin: lost.origin, size: 200, root: .leaf([1]))
        #expect(throws: EvidenceError.self) { try LogReader(trial.log.previous).lost(since: stranger) }
    }

    @Test func `or whose checkpoint is damaged continues without figures that may be the damage`() throws {
        for isRemembered in [true, false] {
            let trial = try Trial()
            let last = try trial.grown(to: 20).fold()
            let text = String(decoding: try trial.bytes("checkpoint"), as: UTF8.self)
            try trial.overwrite("checkpoint", Array(text.replacing("\n20\n", with: "\n90\n").utf8))
            if !isRemembered {
                try FileManager.default.removeItem(atPath: trial.keyFile.newestPath(trial.organization))
            }
            _ = try EvidenceLog.beginEpoch(trial.place, now: Trial.now)
            let previous = try LogEntry(LogReader(trial.log).entry(0)).previous
            #expect(previous == (isRemembered ? last : LogPosition(origin: last.origin, size: 0, root: .empty)))
            #expect(try trial.open().key.name == "archive.example/callark/acme/2")
        }
    }
}
