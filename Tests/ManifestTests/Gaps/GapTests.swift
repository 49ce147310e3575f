import Foundation
import GRDB
import Recordings
import Testing

@testable import Manifest

@Suite struct `A gap` {
    private func answer(
        _ fixture: Fixture,
        _ number: Int = 1,
        recordings: [Int] = [],
        trackingID: String? = nil,
        at hours: Int
    ) async throws -> [RecordingWork] {
        let id = try Fixture.taskID(number)
        let capture = Capture(taskID: id, recordings: try recordings.map { try Fixture.captured(id, $0) })
        let now = Fixture.morning + .hours(hours)
        return try await fixture.answer([.capture(capture, trackingID: trackingID)], now: now)
    }

    private func fail(_ fixture: Fixture, _ work: RecordingWork, _ code: GapReason) async throws {
        let now = Fixture.morning + .hours(1)
        let failure = RecordingFailure(row: work.row, code: code, reason: "no", attempts: 8, retryNotBefore: now)
        try await fixture.manifest.noteFailed(failure, now: now)
    }

    @Test func `says when the provider was asked, how often, and what it answered`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            var first = try #require(try await fixture.gaps().first).evidence
            #expect(first.nextAsk != nil)
            first.nextAsk = nil
            #expect(first == GapEvidence(asks: 0, found: 0))
            for (hours, id) in [(1, "A"), (2, "B"), (5, "C")] {
                _ = try await answer(fixture, trackingID: id, at: hours)
            }
            let gap = try #require(try await fixture.gaps(after: .hours(5)).first)
            #expect(gap.reason == .notYetAvailable)
            let evidence = GapEvidence(
                firstAsked: Fixture.morning + .hours(1),
                lastAsked: Fixture.morning + .hours(5),
                asks: 3,
                found: 0,
                trackingID: "C",
                nextAsk: Fixture.morning + .hours(5) + .minutes(30)
            )
            #expect(gap.evidence == evidence)
            #expect(try await fixture.gaps(after: .hours(170)).map(\.reason) == [.neverAvailable])
            _ = try await fixture.answer([.refused(gap.taskID, reason: "404", trackingID: "D")])
            let refused = try #require(try await fixture.gaps().first)
            #expect(refused.reason == .refusedByProvider)
            #expect(refused.detail == "404")
            #expect(refused.evidence.trackingID == "D")
        }
    }

    @Test func `is added up as it is listed`() async throws {
        try await Fixture.with { fixture in
            let failed = try await fixture.known(1...3)
            _ = try await fixture.list(try (4...6).map { try Fixture.task($0) })
            for work in failed.dropFirst() { try await fail(fixture, work, .downloadFailed) }
            _ = try await fixture.explain(2)
            for isExplained in [nil, false, true] {
                for reason in [nil, GapReason.downloadFailed] {
                    let filter = GapFilter(organization: fixture.acme, reason: reason, isExplained: isExplained)
                    let listed = try await fixture.manifest.gaps(filter, at: Fixture.standpoint())
                    let added = try await fixture.manifest
                        .reduceGaps(filter, at: Fixture.standpoint(), into: []) { $0.append($1.taskID) }
                    #expect(!added.isEmpty)
                    #expect(added.sorted() == listed.map(\.taskID).sorted())
                }
            }
        }
    }

    @Test func `that fills closes itself and keeps its history`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1), try Fixture.task(2)])
            for hours in [1, 2] { _ = try await answer(fixture, trackingID: "A", at: hours) }
            #expect(try await fixture.story(1) == [.gapOpened])
            let work = try await answer(fixture, recordings: [1], at: 3)
            #expect(try await fixture.gaps(after: .hours(3)).map(\.taskID) == [try Fixture.taskID(2)])
            #expect(try await fixture.story(1) == [.gapOpened], "a recording that is listed is not held yet")
            try await fixture.store(work)
            #expect(try await fixture.story(1) == [.gapOpened, .gapFilled])
            let events = try await fixture.manifest.events(task: try Fixture.taskID(1)).collected()
            #expect(events[0].detail == ["found": "0", "reason": "not_yet_available", "tracking_id": "A"])
            #expect(events[1].detail["open_since"] == (Fixture.morning + .hours(1)).description)
            _ = try await answer(fixture, recordings: [1], at: 5)
            #expect(try await fixture.story(1).count == 2)
            // A recording that existed at once has no events of a gap.
            try await fixture.store(try await answer(fixture, 2, recordings: [2], at: 3))
            #expect(try await fixture.story(2) == [])
        }
    }

    @Test func `of two recordings is filled by the second`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            _ = try await answer(fixture, at: 1)
            let work = try await answer(fixture, recordings: [1, 2], at: 3)
            try await fixture.store([work[0]])
            #expect(try await fixture.story(1) == [.gapOpened])
            try await fixture.store([work[1]])
            #expect(try await fixture.story(1) == [.gapOpened, .gapFilled])
        }
    }

    @Test func `is filled by what a killed process had stored without saying so`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            _ = try await answer(fixture, at: 1)
            let work = try await answer(fixture, recordings: [1], at: 3)
            let name = try await fixture.manifest.openArchive(
                for: fixture.acme,
                day: Fixture.today,
                now: Fixture.morning
            )
            try await fixture.manifest.noteAdopted(
                name,
                extent: ArchiveExtentRow(tarBytes: 2048, journalBytes: 900),
                recordings: [try fixture.entry(work[0], offset: 1024)],
                schedule: nil,
                now: Fixture.morning + .hours(4)
            )
            #expect(try await fixture.story(1) == [.gapOpened, .gapFilled])
        }
    }

    @Test func `that was explained and filled is another one if the recording is lost again`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            try await fail(fixture, work[0], .downloadFailed)
            #expect(try await fixture.explain(1).isDone)
            #expect(try await fixture.gaps(isExplained: true).count == 1)
            let entry = try #require(try await fixture.store(work).first)
            let (archive, _) = try await fixture.seal()
            let damaged = DamagedRecording(
                archive: archive.name,
                taskID: entry.key.taskID,
                offset: entry.offset
            )
            try await fixture.manifest.noteDamaged([damaged], now: Fixture.morning + .hours(25))
            try await fail(fixture, work[0], .purgedUpstream)
            #expect(try await fixture.gaps(isExplained: false).map(\.reason) == [.lost])
        }
    }

    @Test func `that turns out to be none is withdrawn`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            _ = try await answer(fixture, at: 1)
            _ = try await fixture.list([try Fixture.task(1, request: .notRequested)])
            #expect(try await fixture.story(1) == [.gapOpened, .gapWithdrawn])
            #expect(try await fixture.gaps() == [])
        }
    }

    @Test(arguments: [GapReason.downloadFailed, .damagedAtProvider, .purgedUpstream, .refusedByProvider])
    func `is a recording that failed, with its code, until it is stored`(_ code: GapReason) async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            try await fail(fixture, work[0], code)
            let gap = try #require(try await fixture.gaps(code).first)
            #expect(gap.recording == work[0].captured.key)
            #expect(gap.evidence.attempts == 8)
            #expect(gap.detail == "no")
            #expect(try await fixture.recordings().map(\.failureCode) == [code])
            let view = "SELECT reason_code FROM recordings_readable"
            #expect(try await run("sqlite3", [fixture.path, view]) == "\(code.rawValue)\n")
            try await fixture.store(work)
            #expect(try await fixture.gaps() == [])
            #expect(try await fixture.recordings().map(\.failureCode) == [nil])
            #expect(try await fixture.story(1) == [.recordingFailed, .gapOpened, .gapFilled])
        }
    }

    @Test func `of a recording that is listed no more is purged, and one that is refused is refused`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.known([1, 2])
            _ = try await answer(fixture, 1, trackingID: "A", at: 2)
            _ = try await fixture.answer([.refused(try Fixture.taskID(2), reason: "404", trackingID: "B")])
            #expect(try await fixture.gaps().map(\.reason) == [.purgedUpstream, .refusedByProvider])
            let events = try await fixture.manifest.events().collected().filter { $0.kind == .recordingFailed }
            #expect(events.map { $0.detail["code"] } == ["purged_upstream", "refused_by_provider"])
            #expect(events.map { $0.detail["tracking_id"] } == ["A", "B"])
        }
    }
}

@Suite struct `An explanation` {
    private func unexplained(_ fixture: Fixture) async throws -> Int {
        try await fixture.gaps(isExplained: false).count
    }

    @Test func `names its author, and is in the log of events also after it was withdrawn`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1), try Fixture.task(2)])
            let result = try await fixture.explain(1)
            #expect(result.gaps.map(\.explanation?.author) == ["ann"])
            #expect(try await fixture.gaps(isExplained: true) == result.gaps)
            #expect(try await fixture.gaps(isExplained: false).map(\.taskID) == [try Fixture.taskID(2)])
            let back = try await fixture.manifest.withdrawExplanations(
                [try Fixture.taskID(1)],
                organization: fixture.acme,
                by: Actor(name: "bob", uid: 1001)
            ) { _ in Fixture.standpoint() }
            #expect(back.isDone)
            #expect(try await unexplained(fixture) == 2)
            let events = try await fixture.manifest.events(task: try Fixture.taskID(1)).collected()
            #expect(events.map(\.kind) == [.gapExplained, .explanationWithdrawn])
            #expect(events.map(\.actor?.name) == ["ann", "bob"])
            #expect(events.map(\.actor?.uid) == [nil, 1001])
            #expect(events[0].detail["note"] == "a line test")
            let again = try await fixture.manifest.withdrawExplanations(
                [try Fixture.taskID(1)],
                organization: nil,
                by: Actor(name: "bob", uid: 1001)
            ) { _ in Fixture.standpoint() }
            #expect(again.withoutGap == [try Fixture.taskID(1)])
        }
    }

    @Test func `keeps the account that gave it apart from what was claimed`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            let claims = ["SUDO_USER": "ann \"x\"", "LOGNAME": "ü"]
            let actor = Actor(name: "4294967295", uid: .max, claims: claims)
            let explanation = GapExplanation(reason: .other, note: "x", by: actor, time: Fixture.morning)
            let id = try Fixture.taskID(1)
            let result = try await fixture.manifest.explain([id], organization: nil, with: explanation) { _ in
                Fixture.standpoint()
            }
            #expect(result.gaps.map(\.explanation) == [explanation])
            #expect(try await fixture.gaps(isExplained: true).map(\.explanation) == [explanation])
            #expect(try await fixture.manifest.events(task: id).collected().last?.actor == actor)
        }
    }

    @Test func `covers what was missing when it was given, and nothing that fails later`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            let id = try Fixture.taskID(1)
            let now = Fixture.morning + .hours(1)
            _ = try await fixture.answer([.capture(Capture(taskID: id, recordings: []))])
            #expect(try await fixture.explain(1).isDone)
            #expect(try await unexplained(fixture) == 0)
            let captured = try [1, 2].map { try Fixture.captured(id, $0) }
            let work = try await fixture.answer([.capture(Capture(taskID: id, recordings: captured))])
            for work in work {
                let failure = RecordingFailure(row: work.row, reason: "no", attempts: 1, retryNotBefore: now)
                try await fixture.manifest.noteFailed(failure, now: now)
                #expect(try await unexplained(fixture) == 1)
                #expect(try await fixture.explain(1).isDone)
                #expect(try await unexplained(fixture) == 0)
            }
            let problem = TaskAnswer.capture(Capture(taskID: id, recordings: captured), unusable: ["no filePath"])
            _ = try await fixture.answer([problem])
            #expect(try await fixture.gaps(isExplained: false).map(\.reason) == [.unusable])
            #expect(try await fixture.explain(1).isDone)
            #expect(try await unexplained(fixture) == 0)
            let other = TaskAnswer.capture(Capture(taskID: id, recordings: captured), unusable: ["another"])
            _ = try await fixture.answer([other])
            #expect(try await unexplained(fixture) == 1)
        }
    }

    @Test func `is given to all of the tasks or to none`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            try await fixture.store(try await fixture.known([2]))
            let tasks = try [1, 2, 3].map { try Fixture.taskID($0) }
            let explanation = GapExplanation(reason: .other, note: "x", author: "ann", time: Fixture.morning)
            let result = try await fixture.manifest.explain(tasks, organization: nil, with: explanation) { _ in
                Fixture.standpoint()
            }
            #expect(!result.isDone)
            #expect(result.unknown == [tasks[2]])
            #expect(result.withoutGap == [tasks[1]])
            #expect(try await unexplained(fixture) == 1)
            #expect(try await fixture.story(1) == [])
        }
    }

    @Test func `is given beside a pass that writes`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list(try (1...40).map { try Fixture.task($0) })
            let other = try Manifest(path: fixture.path, mode: .readWrite)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 100..<160 { _ = try await fixture.list([try Fixture.task(number)]) }
                }
                group.addTask {
                    let explanation = GapExplanation(reason: .other, note: "x", author: "ann", time: Fixture.morning)
                    for number in 1...40 {
                        let id = try Fixture.taskID(number)
                        _ = try await other.explain([id], organization: nil, with: explanation) { _ in
                            Fixture.standpoint()
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.gaps(isExplained: true).count == 40)
            try other.close()
        }
    }
}
