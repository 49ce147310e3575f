import Recordings
import Testing

@testable import Manifest

/// Recordings that the provider lists without a usable address.
@Suite struct UnusableTests {
    private static let problem = "a recording has no usable filePath"

    /// An answer about task 1 at `hours` after the morning, with one good recording or none.
    private func answer(_ fixture: Fixture, good: Bool, unusable: [String] = [problem], at hours: Int) async throws {
        let id = try Fixture.taskID(1)
        let capture = Capture(taskID: id, recordings: good ? [try Fixture.captured(id)] : [])
        let now = Fixture.morning + .hours(hours)
        try await fixture.store(
            try await fixture.answer([.capture(capture, unusable: unusable)], now: now),
            now: now
        )
    }

    private func summary(_ fixture: Fixture, after hours: Int) async throws -> PassSummary {
        try await fixture.manifest.reconciliation(
            organization: fixture.acme,
            window: Fixture.morning..<(Fixture.morning + .hours(1)),
            at: Fixture.standpoint(after: .hours(hours))
        ).total
    }

    private func gaps(_ fixture: Fixture, after hours: Int) async throws -> [Gap] {
        try await fixture.rows(after: .hours(hours)).compactMap { if case .gap(let gap) = $0 { gap } else { nil } }
    }

    @Test(arguments: [true, false], [CaptureRequest.requested, .undetermined])
    func `keep their task open until the horizon, and are named after it`(
        good: Bool,
        request: CaptureRequest
    ) async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1, request: request)])
            for hours in [1, 2, 9, 100] {
                try await answer(fixture, good: good, at: hours)
                let row = try #require(try await fixture.manifest.tasks(try Fixture.taskID(1)).first)
                #expect(row.refusal == Self.problem)
                #expect(row.nextAskTime != nil)
                let figures = try await summary(fixture, after: hours)
                #expect(!figures.isComplete)
                #expect(figures.recordings.known == (good ? 1 : 0))
                #expect(figures.recordings.unexplained == 1)
                let day = try #require(
                    try await fixture.manifest.dayStatuses(at: Fixture.standpoint(after: .hours(hours))).first
                )
                #expect([day.stored, day.gaps, day.unexplained] == [good ? 1 : 0, 1, 1])
            }
            if good { try await fixture.seal() }
            try await answer(fixture, good: good, at: 169)
            #expect(try await fixture.manifest.tasks(try Fixture.taskID(1)).first?.nextAskTime == nil)
            let figures = try await summary(fixture, after: 170)
            #expect(!figures.isComplete)
            #expect([figures.recordings.gaps, figures.recordings.unexplained] == [1, 1])
            let gap = try #require(try await gaps(fixture, after: 170).first)
            #expect(gap.reason == .unusable)
            #expect(gap.detail == Self.problem)
            #expect(gap.explanation == nil)
            #expect(try await fixture.rows(after: .hours(170)).count == (good ? 2 : 1))
            #expect(try await fixture.rows(ListFilter(state: .gap), after: .hours(170)) == [.gap(gap)])
            let events = try await fixture.manifest.events(task: try Fixture.taskID(1)).collected()
            #expect(events.map(\.kind) == [.gapOpened, .recordingUnusable], "the same again is no news")
            #expect(events.last?.detail["reason"] == Self.problem)
        }
    }

    @Test func `are forgotten once the provider lists them as it should`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            try await answer(fixture, good: false, at: 1)
            #expect(try await gaps(fixture, after: 1).map(\.reason) == [.unusable])
            for hours in [2, 3] { try await answer(fixture, good: true, unusable: [], at: hours) }
            #expect(try await gaps(fixture, after: 3).isEmpty)
            #expect(try await summary(fixture, after: 3).isComplete)
            #expect(try await fixture.manifest.tasks(try Fixture.taskID(1)).first?.asks == nil, "settled")
        }
    }

    @Test func `open the question of a settled task again`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            for hours in [1, 2] { try await answer(fixture, good: true, unusable: [], at: hours) }
            #expect(try await summary(fixture, after: 2).isComplete)
            try await answer(fixture, good: true, unusable: ["b", "a", "b"], at: 3)
            #expect(try await gaps(fixture, after: 3).map(\.detail) == ["a; b"])
            #expect(try await !summary(fixture, after: 3).isComplete)
        }
    }

    @Test func `are not refusals, and a refusal is not one of them`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            try await answer(fixture, good: true, at: 1)
            let refused = TaskAnswer.refused(try Fixture.taskID(1), reason: "404")
            _ = try await fixture.answer([refused], now: Fixture.morning + .hours(2))
            #expect(try await gaps(fixture, after: 2).isEmpty, "of a task with recordings")
            let events = try await fixture.manifest.events(task: try Fixture.taskID(1)).collected()
            #expect(events.map(\.kind) == [.gapOpened, .recordingUnusable, .taskRefused])
        }
    }
}
