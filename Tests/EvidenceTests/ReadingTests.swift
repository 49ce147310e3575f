import Foundation
import Recordings
import TestSupport
import Testing

@testable import Evidence

/// Reading a log from either end.
@Suite struct `The entries of a log` {
    @Test func `are given the newest first, accepted ones and those of earlier epochs included`() throws {
        let trial = try Trial()
        let old = try trial.grown(to: 300)
        try old.append([trial.stored("accepted")])
        try FileManager.default.removeItem(atPath: trial.keyFile.path)
        let log = try EvidenceLog.beginEpoch(trial.place, now: Trial.now).log
        try log.append([trial.stored("newest")])
        var seen: [String] = []
        try log.search { _, entry throws(EvidenceError) in
            seen.append((try? LogEntry(entry))?.text(.taskID) ?? "begun")
            return true
        }
        // What the old epoch had accepted and not published follows the first entry of the new one.
        let expected = ["newest", "accepted", "begun"] + (1..<300).reversed().map { "task-\($0)" } + ["begun"]
        #expect(seen == expected)
        seen = []
        try log.search { _, entry throws(EvidenceError) in
            seen.append((try? LogEntry(entry))?.text(.taskID) ?? "begun")
            return seen.count < 5
        }
        #expect(seen == Array(expected.prefix(5)))
    }

    @Test func `are those that the checkpoint signs, or that is an error`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 300)
        try log.append([trial.stored("accepted")])
        var count = 0
        try LogReader(trial.log).forEachProvenEntry { index, _ throws(EvidenceError) in
            #expect(index == Int64(count))
            count += 1
        }
        #expect(count == 301)
        let name = "tile/entries/000"
        var bytes = try trial.bytes(name)
        bytes[bytes.count / 2] ^= 1
        try trial.overwrite(name, bytes)
        #expect(
            performing: {
                try LogReader(trial.log).forEachProvenEntry { _, _ throws(EvidenceError) in }
            },
            throws: { ($0 as? EvidenceError)?.code == .damaged }
        )
    }

    @Test func `of recordings say the same, read by their places or taken apart`() throws {
        let trial = try Trial()
        var entry = try trial.stored("a-task")
        entry.actor = Actor(name: #"he "is" \ ,"path":"x"#, uid: 7, claims: ["SUDO_USER": #","archive":"y"#])
        let stored = try #require(StoredEntry(try entry.encoded()))
        #expect(stored.archive == entry.text(.archive) && stored.path == entry.text(.path))
        #expect(stored.sha256 == entry.digest(.sha256)?.description)
        #expect(stored.record == entry.digest(.record)?.description)
        let other = LogEntry(
            .dayReopened,
            time: Trial.now,
            actor: entry.actor,
            organization: trial.organization,
            [.day: .text("2025-11-20")]
        )
        #expect(StoredEntry(try other.encoded()) == nil)
    }
}

/// A copy of a log that replaces it.
@Suite struct `A copy of a log` {
    /// A log of 200 entries, and a copy of it.
    private static func copied() throws -> (trial: Trial, log: EvidenceLog, copy: LogFolder) {
        let trial = try Trial()
        let log = try trial.grown(to: 200)
        return (trial, log, try copy(trial, "copy"))
    }

    private static func copy(_ trial: Trial, _ name: String) throws -> LogFolder {
        let path = "\(trial.folder.path)/\(name)"
        try FileManager.default.copyItem(atPath: trial.log.path, toPath: path)
        return LogFolder(path: path)
    }

    @Test func `that is the newest takes the place of a damaged log, which is kept`() throws {
        let (trial, _, copy) = try Self.copied()
        let damaged = try trial.bytes("tile/entries/000.p/200")
        try trial.overwrite("checkpoint", [])
        try EvidenceLog.replace(trial.place, with: copy)
        let log = try trial.open()
        try log.append([trial.stored("next")])
        #expect(try log.fold().size == 201)
        #expect(trial.faults() == [])
        #expect(try trial.bytes("replaced/tile/entries/000.p/200") == damaged)
        #expect(try trial.bytes("replaced/checkpoint") == [])
    }

    @Test func `that lacks what is known, does not hold, or is of another key is refused, and nothing is changed`()
        throws
    {
        let (trial, log, copy) = try Self.copied()
        try log.append([trial.stored("later")])
        try log.fold()
        let before = try trial.files()
        #expect(
            performing: { try EvidenceLog.replace(trial.place, with: copy) },
            throws: {
                ($0 as? EvidenceError)?.code == .rolledBack
            }
        )
        let newest = try Self.copy(trial, "newest")
        try FileManager.default.removeItem(atPath: "\(newest.path)/tile/0/000.p/201")
        #expect(
            performing: { try EvidenceLog.replace(trial.place, with: newest) },
            throws: {
                ($0 as? EvidenceError)?.code == .damaged
            }
        )
        let stranger = try Trial()
        _ = try stranger.grown(to: 300)
        #expect(
            performing: { try EvidenceLog.replace(trial.place, with: stranger.log) },
            throws: {
                ($0 as? EvidenceError)?.code == .key
            }
        )
        #expect(
            performing: { try EvidenceLog.replace(trial.place, with: LogFolder(path: "/nowhere")) },
            throws: {
                ($0 as? EvidenceError)?.code == .missing
            }
        )
        #expect(try trial.files() == before && trial.faults() == [])
    }
}
