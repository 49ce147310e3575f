import GRDB
import Recordings
import Testing

@testable import Manifest

/// The counts of other sources, and what they are compared with.
@Suite struct DayComparisonTests {
    private func comparison(_ fixture: Fixture, _ day: String, _ differences: [String]) throws -> DayComparison {
        DayComparison(
            organization: fixture.acme,
            day: try #require(ArchiveDay(day)),
            source: .search,
            time: Fixture.morning,
            figures: ["tasks": 1],
            differences: differences
        )
    }

    @Test func `only what does not fit is a disagreement, of the days that are asked about`() async throws {
        try await Fixture.with { fixture in
            #expect(try await fixture.manifest.disagreements(fixture.acme) == [])
            let rows = try [
                comparison(fixture, "2025-11-18", ["a"]), comparison(fixture, "2025-11-19", []),
                comparison(fixture, "2025-11-20", ["b", "c"]),
            ]
            for row in rows { try await fixture.manifest.noteComparison(row) }
            var absent = rows[0]
            (absent.day, absent.absence) = (rows[1].day, "refused")
            absent.source = .queueStatistics
            (absent.figures, absent.differences) = ([:], [])
            try await fixture.manifest.noteComparison(absent)
            #expect(try await fixture.manifest.disagreements(fixture.acme) == [rows[0], rows[2]])
            let last = rows[2].day...rows[2].day
            #expect(try await fixture.manifest.disagreements(fixture.acme, days: last) == [rows[2]])
        }
    }

    @Test func `a day is counted as it stands`() async throws {
        try await Fixture.with { fixture in
            let tasks = try (1...4).map { try Fixture.task($0) }
            _ = try await fixture.list(tasks)
            let id = tasks[0].id
            let recordings = try [1, 2].map { try Fixture.captured(id, $0) }
            _ = try await fixture.answer([.capture(Capture(taskID: id, recordings: recordings))])
            let day = try #require(try await fixture.manifest.tasks(id).first).day
            let listed = try await fixture.manifest.listedCount(fixture.acme, day: day)
            let counts = try await fixture.manifest.dayCounts(fixture.acme, day: day)
            #expect(listed == ListedCount(tasks: counts.tasks, captureRequested: counts.captureRequested))
            #expect(counts.tasks == 4 && counts.captureRequested == 4 && counts.recordings == 2)
            #expect(try await fixture.manifest.listedCount(fixture.acme, day: day.next) == ListedCount())
        }
    }

    /// A manifest has millions of tasks, and queries cover one day of them.
    @Test(arguments: [DayQuery.listed, DayQuery.tasks, DayQuery.recordings, DueCall.select])
    func `no question walks through more tasks than its day has`(_ query: String) async throws {
        try await Fixture.with { fixture in
            let plan = try await fixture.manifest.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query.unbound).map { try $0["detail"] as String }
            }
            let bounds = "(organization=? AND created_time>? AND created_time<?)"
            #expect(plan.contains("SEARCH task USING INDEX task_by_time \(bounds)"), "\(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        }
    }
}

extension String {
    /// With numbers instead of its arguments, which do not affect a plan.
    fileprivate var unbound: String { replacing(/:[a-z_]+/, with: "1") }
}
