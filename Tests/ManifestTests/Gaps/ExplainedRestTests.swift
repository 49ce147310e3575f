import Foundation
import Recordings
import Testing

@testable import Manifest

@Suite struct `What is explained` {
    private let created = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    /// When it was explained, when it last failed, and after how long it is retried, all in hours.
    @Test(
        arguments: [
            (10, 9, 1), (10, 10, 1), (10, 11, 1), (10, 12, 2), (10, 14, 4), (10, 18, 8), (10, 26, 16), (10, 42, 24),
            (10, 66, 24), (10, 140, 24), (10, 144, nil), (10, 167, nil), (10, 1000, nil), (160, 166, nil),
            (166, 166, 1), (167, 167, nil), (900, 900, nil),
        ] as [(Int, Int, Int?)]
    )
    func `is tried again at growing intervals until the horizon`(explained: Int, failed: Int, wait: Int?) {
        let next = AskSchedule(horizon: .hours(168)).nextTry(
            failed: created + .hours(failed),
            explained: created + .hours(explained),
            created: created
        )
        #expect(next == wait.map { created + .hours(failed + $0) })
    }

    private func isTried(_ fixture: Fixture, at hours: Int) async throws -> Bool {
        let due = try await fixture.manifest.tasksAwaitingBytes(
            organization: fixture.acme,
            window: nil,
            wantedBefore: Fixture.morning + .hours(hours) + .milliseconds(1),
            after: nil,
            limit: 10
        )
        return !due.isEmpty
    }

    private func fail(_ fixture: Fixture, _ work: RecordingWork, at hours: Int) async throws {
        let now = Fixture.morning + .hours(hours)
        let failure = RecordingFailure(row: work.row, reason: "no", attempts: 8, retryNotBefore: now)
        try await fixture.manifest.noteFailed(failure, schedule: AskSchedule(), now: now)
    }

    @Test func `rests between its tries, and for ever after the horizon, unless somebody asks or takes it back`()
        async throws
    {
        try await Fixture.with { fixture in
            let manifest = fixture.manifest
            let work = try #require(try await fixture.known([1]).first)
            try await fail(fixture, work, at: 2)
            #expect(try await isTried(fixture, at: 2), "what nobody has explained is tried by every pass")
            _ = try await fixture.explain(1, now: Fixture.morning + .hours(3))
            #expect(try await !isTried(fixture, at: 3))
            #expect(try await isTried(fixture, at: 4))
            try await fail(fixture, work, at: 6)
            #expect(try await !isTried(fixture, at: 8))
            #expect(try await isTried(fixture, at: 9))
            try await fail(fixture, work, at: 167)
            #expect(try await !isTried(fixture, at: 100_000))
            let elsewhere = (Fixture.morning - .hours(2))..<Fixture.morning
            try await manifest.wakeExplained(fixture.acme, window: elsewhere, now: Fixture.morning + .hours(200))
            #expect(try await !isTried(fixture, at: 200))
            try await manifest.wakeExplained(fixture.acme, window: nil, now: Fixture.morning + .hours(200))
            #expect(try await isTried(fixture, at: 200))
            try await fail(fixture, work, at: 200)
            #expect(try await !isTried(fixture, at: 300))
            try await manifest.wakeExplained([try Fixture.taskID(1)], now: Fixture.morning + .hours(300))
            #expect(try await isTried(fixture, at: 300))
            try await fail(fixture, work, at: 300)
            #expect(try await !isTried(fixture, at: 301))
            _ = try await manifest.withdrawExplanations(
                [try Fixture.taskID(1)],
                organization: nil,
                by: Actor(name: "bob", uid: 1)
            ) {
                _ in
                Fixture.standpoint(after: .hours(301))
            }
            #expect(try await isTried(fixture, at: 301))
        }
    }

    @Test func `is asked about by the schedule alone, also if a pass is impatient`() async throws {
        try await Fixture.with { fixture in
            let tasks = try [1, 2].map { try Fixture.task($0) }
            _ = try await fixture.list(tasks)
            for number in [1, 2] {
                let capture = Capture(taskID: try Fixture.taskID(number), recordings: [])
                _ = try await fixture.answer([.capture(capture)], now: Fixture.morning + .hours(1))
            }
            _ = try await fixture.explain(1, now: Fixture.morning + .hours(1))
            func asked(sparing: Bool, at minutes: Int) async throws -> [TaskID] {
                try await fixture.manifest.openQuestions(
                    organization: fixture.acme,
                    window: nil,
                    dueBy: Fixture.morning + .hours(1) + .minutes(minutes),
                    impatientIn: Fixture.morning..<(Fixture.morning + .hours(24)),
                    sparingExplained: sparing,
                    after: nil,
                    limit: 10
                )
                .map(\.id)
            }
            let ids = tasks.map(\.id)
            #expect(try await asked(sparing: true, at: 4) == [ids[1]])
            #expect(try await asked(sparing: false, at: 4) == ids)
            #expect(try await asked(sparing: true, at: 5) == ids)
        }
    }
}
