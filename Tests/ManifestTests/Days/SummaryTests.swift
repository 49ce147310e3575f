import Foundation
import Recordings
import Testing

@testable import Manifest

@Suite struct SummaryTests {
    private func summary(_ fixture: Fixture, after: Duration = .hours(1)) async throws -> PassSummary {
        try await fixture.manifest.reconciliation(
            organization: fixture.acme,
            window: Fixture.morning..<(Fixture.morning + .hours(2)),
            at: Fixture.standpoint(after: after)
        ).total
    }

    @Test func `the figures of a window add up`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known(1...6)
            try await fixture.store(Array(work.prefix(3)))
            let now = Fixture.morning + .hours(1)
            let failing = RecordingFailure(row: work[3].row, reason: "no", attempts: 8, retryNotBefore: now + .hours(1))
            try await fixture.manifest.noteFailed(failing, now: now)
            _ = try await fixture.list([
                try Fixture.task(10, request: .notRequested), try Fixture.task(11, request: .undetermined),
                try Fixture.task(12, status: "assigned", request: .undetermined), try Fixture.task(13),
                try Fixture.task(14, status: "assigned"), try Fixture.task(15, created: Fixture.morning + .hours(3)),
            ])
            let figures = try await summary(fixture)
            #expect(figures.tasks.listed == 11)
            #expect(figures.tasks.captureRequested == 8)
            #expect(figures.tasks.notRequested == 1)
            #expect(figures.tasks.undetermined == 1)
            #expect(figures.tasks.unresolved == 1)
            #expect(figures.tasks.inProgress == 1)
            #expect(figures.recordings.known == 6)
            #expect(figures.recordings.stored == 3)
            #expect(figures.recordings.failed == 1)
            #expect(figures.recordings.pending == 2)
            #expect(figures.recordings.gaps == 1)
            #expect(figures.recordings.expected == 7)
            #expect(figures.recordings.explained == 0)
            #expect(figures.recordings.unexplained == 2)
            #expect(figures.recordings.awaited == 1 && figures.recordings.missing == 1)
            let reasons = [GapReason.notAskedYet: 1, .downloadFailed: 1, .captureNotRequested: 1]
            #expect(figures.recordings.reasons == reasons)
            #expect(!figures.isComplete)
            let day = try #require(
                try await fixture.manifest.dayStatuses(organization: fixture.acme, at: Fixture.standpoint()).first
            )
            let counts = [day.archived, day.stored, day.pending, day.failed, day.gaps, day.undetermined]
            #expect(counts == [0, 3, 2, 1, 2, 1] as [Int])
            #expect(day.expected == 8)
            #expect([day.awaited, day.unexplained, day.unrepaired] == [2, 3, 0] as [Int])
        }
    }

    @Test func `a window is complete when all is held or explained, and not before`() async throws {
        try await Fixture.with { fixture in
            #expect(try await summary(fixture).isComplete)
            let work = try await fixture.known([1])
            #expect(try await !summary(fixture).isComplete, "pending")
            try await fixture.store(work)
            #expect(try await summary(fixture).isComplete, "stored")
            #expect(try await !summary(fixture, after: .hours(20)).isComplete, "stored, and the day is over")
            try await fixture.seal()
            #expect(try await summary(fixture, after: .hours(20)).isComplete, "archived")
            _ = try await fixture.list([try Fixture.task(2, status: "assigned", request: .undetermined)])
            #expect(try await summary(fixture).isComplete, "under way")
            _ = try await fixture.list([try Fixture.task(2, request: .undetermined)])
            #expect(try await !summary(fixture).isComplete, "undetermined")
            _ = try await fixture.list([try Fixture.task(2, request: .requested)])
            #expect(try await !summary(fixture).isComplete, "an open gap")
            _ = try await fixture.answer([.refused(try Fixture.taskID(2), reason: "404")])
            #expect(try await !summary(fixture).isComplete, "refused, and asked again until the horizon")
            #expect(try await !summary(fixture, after: .hours(169)).isComplete, "refused to the end")
            let empty = TaskAnswer.capture(Capture(taskID: try Fixture.taskID(2), recordings: []))
            _ = try await fixture.answer([empty], now: Fixture.morning + .hours(2))
            #expect(try await !summary(fixture, after: .hours(2)).isComplete, "not refused any more")
            #expect(try await !summary(fixture, after: .hours(168) + .seconds(2)).isComplete, "past the horizon")
            #expect(try await fixture.explain(2).isDone)
            #expect(try await summary(fixture, after: .hours(168) + .seconds(2)).isComplete, "explained")
            #expect(try await summary(fixture, after: .hours(2)).isComplete, "explained, however early")
            #expect(try await summary(fixture).recordings.explained == 1)
            _ = try await fixture.list([try Fixture.task(2, request: .notRequested)])
            #expect(try await summary(fixture).isComplete, "not requested after all")
            #expect(try await summary(fixture).recordings.gaps == 0)
        }
    }

    @Test func `a summary is written as the interface has it`() throws {
        var summary = PassSummary()
        summary.tasks.captureRequested = 46
        let text = try JSONColumn.text(summary)
        #expect(text.contains(#""capture_requested":46"#))
        #expect(try JSONColumn.value(PassSummary.self, text) == summary)
    }

    @Test func `days are told apart, and only what is finished is left out of the counting`() async throws {
        try await Fixture.with { fixture in
            let yesterday = try (1...2).map { try Fixture.task($0, created: Fixture.morning - .hours(24)) }
            _ = try await fixture.list(yesterday + [try Fixture.task(3)])
            let answers = try [1, 2, 3].map { number in
                let id = try Fixture.taskID(number)
                return TaskAnswer.capture(Capture(taskID: id, recordings: [try Fixture.captured(id, number)]))
            }
            try await fixture.store(try await fixture.answer(answers))
            let before = ArchiveDay(Fixture.morning - .hours(24), in: .gmt)
            try await fixture.seal(before)
            let days = try await fixture.manifest.dayStatuses(at: Fixture.standpoint())
            #expect(days.map(\.day) == [before, Fixture.today])
            #expect(days.map(\.archived) == [2, 0])
            #expect(days.map(\.stored) == [0, 1])
            let since = try await fixture.manifest.dayStatuses(since: Fixture.today, at: Fixture.standpoint())
            #expect(since.count == 1)
        }
    }
}
