import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct ActivityComparisonTests {
    /// The events of this source; another one looks at the same time.
    private func events(_ here: Installation) async throws -> [Event] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        var events: [Event] = []
        for try await event in manifest.events()
        where event.kind == .taskNotListed && event.detail["named_by"] == "agent activities" {
            events.append(event)
        }
        return events
    }

    @Test func `calls that the listing leaves out are found by what their agents did, and archived`() async throws {
        var options = SimulatorOptions.unlimited
        options.tasks.hiddenShare = 0.3
        try await Installation.with(try .small(calls: 30, mix: .plain), options: options) { here in
            let first = try await here.pass()
            let found = try #require(first.activities?.tasksNotListed)
            #expect((3..<20).contains(found))
            #expect(first.activities?.absence == nil)
            #expect(first.summary.tasks.listed == 30)
            #expect(try await events(here).count == found)
            try await here.expectWhole()
            // Once they are known, they are not news.
            #expect(try await here.pass().activities?.tasksNotListed == 0)
            #expect(try await events(here).count == found)
        }
    }

    @Test func `a call that is left out and has no recording is asked about like any other`() async throws {
        var options = SimulatorOptions.unlimited
        options.tasks.hiddenShare = 1
        var mix = CallMix.plain
        mix.missingShare = 1
        try await Installation.with(try .small(calls: 4, mix: mix), options: options) { here in
            let result = try await here.pass()
            #expect(result.activities?.tasksNotListed == 4)
            #expect(result.summary.tasks.undetermined == 4)
            #expect(!result.isComplete)
        }
    }

    @Test func `a call that is left out counts after a rebuild as it did before`() async throws {
        var options = SimulatorOptions.unlimited
        options.tasks.hiddenShare = 0.5
        var mix = CallMix.plain
        mix.missingCalls = Set(stride(from: 0, to: 20, by: 2))
        try await Installation.with(try .small(calls: 20, mix: mix), options: options) { here in
            let before = try await here.pass()
            #expect(before.summary.tasks.undetermined > 0)
            #expect(!before.archives.isEmpty)
            _ = try await Rebuild(
                root: here.root,
                schedule: AskSchedule(),
                logger: Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
            )
            .run(now: here.now(), discardingOld: true) { _ in }
            let after = try await here.pass()
            #expect(after.summary.tasks.listed == before.summary.tasks.listed)
            #expect(after.summary.tasks.undetermined == before.summary.tasks.undetermined)
            #expect(!after.isComplete)
        }
    }

    @Test func `a call that began before the window is not taken for left out`() async throws {
        let days = ["2025-11-20", "2025-11-21"]
        try await Installation.with(try .small(days: days, calls: 12, scale: 1, mix: .plain)) { here in
            let result = try await here.pass(.day(try #require(ArchiveDay(days[1]))))
            #expect(result.activities?.tasksNotListed == 0)
            #expect(try #require(result.activities).activities > 0)
            #expect(Set(try await here.recordings().map(\.day.description)) == [days[1]])
        }
    }

    @Test func `a provider that does not allow it, or fails at it, costs the pass nothing`() async throws {
        try await Installation.with(try .small(mix: .plain)) { here in
            here.simulator.change { $0.activities.isPermitted = false }
            let refused = try await here.pass()
            #expect(refused.isComplete)
            #expect(try #require(refused.activities?.absence).contains("403"))
            here.simulator.change { $0.activities.isPermitted = true }
            here.simulator.inject(FaultRule(.activities, .always, .status(500)))
            let failed = try await here.pass()
            #expect(failed.isComplete)
            #expect(try #require(failed.activities?.absence).contains("500"))
            try await here.expectWhole()
        }
    }

    @Test func `makes no request if it is turned off`() async throws {
        try await Installation.with(try .small(mix: .plain)) { here in
            let result = try await here.pass { $0.providers[0].crossChecksActivities = false }
            #expect(result.activities == nil)
            #expect(here.simulator.counters.requests[.activities] == nil)
            #expect(result.isComplete)
        }
    }
}
