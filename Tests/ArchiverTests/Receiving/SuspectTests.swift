import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import TestSupport
import Testing

@testable import Archiver
@testable import Simulator

/// A cache that serves half of a file for a while, as if it were all of it, must not cost half of a call.
@Suite struct `A recording that is served by half` {
    /// A day with few calls, one of which is cut off; its header says how much sound there should be.
    private func withHalf(
        _ tag: Fault.CutTag,
        _ body: (Installation, SimulatedRecording) async throws -> Void
    ) async throws {
        try await Installation.with(.small(calls: 6, scale: 0.05, mix: .plain)) { here in
            let served = try #require(
                here.simulator.servedRecordings().first { !$0.held.sound.layout.isStreaming }
            )
            here.simulator.inject(
                FaultRule(.media, .always, .cut(share: 0.5, tag: tag), pathContains: served.recording.id)
            )
            try await body(here, served.recording)
        }
    }

    private func suspects(_ here: Installation) async throws -> [SuspectRow] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        return try await manifest.suspects(here.organization)
    }

    private func advance(_ here: Installation, hours: Int) {
        here.simulator.clock.advance(by: .seconds(Int64(hours) * 3600))
        here.simulator.resetCounters()
    }

    private func versions(_ here: Installation, of id: String) async throws -> [RecordingRow] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        let task = try #require(try await here.recordings().first { $0.key.recordingID.description == id }).key.taskID
        return try await Retrieval(root: here.root, manifest: manifest).recordings(of: task, organization: nil)
            .filter { $0.key.recordingID.description.hasPrefix(id) }
    }

    @Test(arguments: Fault.CutTag.allCases)
    func `is held and told, and whole in a supplement as soon as the provider has it whole`(
        _ tag: Fault.CutTag
    ) async throws {
        try await withHalf(tag) { here, recording in
            let first = try await here.pass(.sinceLastPass)
            #expect(first.isComplete)
            #expect(first.summary.recordings.suspect == 1)
            #expect(first.days.contains { $0.isClosed && $0.summary.recordings.suspect == 1 })
            #expect(try await suspects(here).map(\.suspect.recordingID.description) == [recording.id])
            here.simulator.clearFaults()
            advance(here, hours: 2)
            let second = try await here.pass(.sinceLastPass)
            #expect(second.isComplete)
            #expect(here.simulator.counters.requests(to: .media) == 1)
            #expect(second.archives.map(\.name.sequence) == [2])
            #expect(try await suspects(here).isEmpty)
            let (held, offered) = (try await here.held(), here.offered())
            #expect(Set(held.map(\.sha256)).isSuperset(of: offered.map(\.sha256)))
            #expect(held.count == offered.count + 1)
            let both = try await versions(here, of: recording.id)
            #expect(both.map(\.held?.suspicion).map { $0 == nil } == [true, false], "the better one first")
            let (whole, half) = (both[0], both[1])
            let digits = try #require(whole.held).digest.description.prefix(16)
            #expect(whole.key.recordingID.description == "\(recording.id).sha256-\(digits)")
            let line = try lines(here, sequence: 2).first { $0["recording_id"] == whole.key.recordingID.description }
            #expect(line?["supersedes"] == "data/\(half.key.taskID)/\(half.file)")
            #expect(try await here.verify() == [])
            #expect(try here.root.openArchives() == [])
            advance(here, hours: 300)
            #expect(try await here.pass(.day(here.day)).isComplete)
            #expect(here.simulator.counters.requests(to: .media) == 0, "nothing is looked at any more")
        }
    }

    /// The lines of an archive's metadata as GNU tar returns them: their text members.
    private func lines(_ here: Installation, sequence: Int) throws -> [[String: String]] {
        let name = ArchiveName(organization: try here.organization, day: try here.day, sequence: sequence)
        let said = try Tool.run("tar", "-xOf", here.root.archivePath(name), "\(name)/metadata/recordings.jsonl")
        return try said.output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (object ?? [:]).compactMapValues { $0 as? String }
        }
    }

    @Test(arguments: Fault.CutTag.allCases)
    func `is asked for by a condition every second time, if the store says what it gives`(
        _ tag: Fault.CutTag
    ) async throws {
        try await withHalf(tag) { here, recording in
            try await here.pass(.sinceLastPass)
            func look(afterHours hours: Int) async throws -> Int {
                advance(here, hours: hours)
                #expect(try await here.pass(.sinceLastPass).isComplete)
                #expect(here.simulator.counters.requests(to: .media) == 1)
                return here.simulator.counters.statuses[304] ?? 0
            }
            #expect(try await look(afterHours: 1) == 0, "the first look fetches the bytes")
            #expect(try await look(afterHours: 2) == (tag == .none ? 0 : 1))
            #expect(try await look(afterHours: 4) == 0, "what said that nothing has changed may be what cut them off")
            #expect(try await look(afterHours: 8) == (tag == .none ? 0 : 1))
            #expect(try await suspects(here).map(\.looks) == [4])
            here.simulator.clearFaults()
            #expect(try await look(afterHours: 16) == 0)
            #expect(try await suspects(here).isEmpty)
            #expect(try await versions(here, of: recording.id).count == 2)
        }
    }

    @Test func `is looked at less and less often, and by a condition every second time`() async throws {
        try await withHalf(.own) { here, recording in
            try await here.pass(.sinceLastPass)
            var looks: [Int: [Int]] = [:]
            for hour in 1...14 {
                advance(here, hours: 1)
                #expect(try await here.pass(.sinceLastPass).isComplete)
                let requests = here.simulator.counters.requests(to: .media)
                if requests > 0 { looks[requests, default: []].append(hour) }
            }
            // An hour after it arrived, then two, four and eight hours after the previous check.
            #expect(looks[1] == [1, 3, 7])
            #expect(looks.count == 1)
            #expect(try await suspects(here).map(\.looks) == [3])
            #expect(try await versions(here, of: recording.id).count == 1)
            // A person who names the day wants to know now.
            here.simulator.resetCounters()
            try await here.pass(.day(here.day))
            #expect(here.simulator.counters.requests(to: .media) == 1)
            advance(here, hours: 2000)
            try await here.pass(.sinceLastPass)
            #expect(here.simulator.counters.requests(to: .media) <= 1)
            here.simulator.resetCounters()
            try await here.pass(.sinceLastPass)
            #expect(here.simulator.counters.requests(to: .media) == 0)
            #expect(try await suspects(here).map(\.nextLook) == [nil])
        }
    }

    @Test func `is in both versions after a rebuild, and what was acknowledged too`() async throws {
        try await withHalf(.own) { here, recording in
            let other = try #require(
                here.simulator.servedRecordings().last {
                    !$0.held.sound.layout.isStreaming && $0.recording.id != recording.id
                }
            )
            here.simulator.inject(
                FaultRule(.media, .always, .cut(share: 0.5, tag: .own), pathContains: other.recording.id)
            )
            try await here.pass(.sinceLastPass)
            let manifest = try Manifest(of: here.root, mode: .readWrite)
            let words = Acknowledgement(note: "case 4711", author: "ann", authorUID: 1000, time: here.now())
            let known = try await manifest.acknowledge(
                [try #require(TaskID(other.taskID))],
                organization: nil,
                with: words
            )
            #expect(known.isDone)
            try manifest.close()
            here.simulator.clearFaults()
            here.simulator.inject(
                FaultRule(.media, .always, .cut(share: 0.5, tag: .own), pathContains: other.recording.id)
            )
            advance(here, hours: 2)
            #expect(try await here.pass(.sinceLastPass).isComplete)
            let (held, before) = (try await here.held(), try await suspects(here).map(\.suspect))
            #expect(before.map(\.acknowledgement) == [words])
            let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
            let rebuild = Rebuild(root: here.root, schedule: AskSchedule(), logger: logger)
            #expect(try await rebuild.run(now: here.now()) { _ in }.unreadable.isEmpty)
            #expect(try await here.held() == held)
            #expect(try await suspects(here).map(\.suspect) == before)
        }
    }

    @Test func `is held once, whatever comes, if the look brings no recording`() async throws {
        try await withHalf(.own) { here, recording in
            try await here.pass(.sinceLastPass)
            let held = try await here.held()
            here.simulator.clearFaults()
            here.simulator.inject(FaultRule(.media, .always, .html200, pathContains: recording.id))
            advance(here, hours: 2)
            let result = try await here.pass(.sinceLastPass)
            #expect(result.isComplete)
            #expect(result.summary.recordings.suspect == 1)
            #expect(try await here.held() == held)
        }
    }
}

extension WaveLayout {
    fileprivate var isStreaming: Bool { self == .streamingZero || self == .streamingMaximum }
}
