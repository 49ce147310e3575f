import DailyArchive
import Foundation
import Manifest
import Recordings
import Simulator
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct WitnessTests {
    private let searchOnly: (inout CallArchive.Setup) -> Void = { $0.providers[0].crossChecksActivities = false }

    private func events(_ kind: Event.Kind, _ here: Installation) async throws -> [Event] {
        let manifest = try Manifest(path: here.root.manifestPath, mode: .readOnly)
        defer { try? manifest.close() }
        var events: [Event] = []
        for try await event in manifest.events() where event.kind == kind { events.append(event) }
        return events
    }

    @Test func `calls that the listing leaves out are found by Search, and archived`() async throws {
        var options = SimulatorOptions.unlimited
        options.tasks.hiddenShare = 0.3
        try await Installation.with(try .small(calls: 30, mix: .plain), options: options) { here in
            let first = try await here.pass(change: searchOnly)
            let witness = try #require(first.witnesses.first)
            let hidden = try #require(witness.figures["not_listed"])
            #expect((3..<20).contains(hidden))
            #expect(!witness.fits)
            #expect(try await events(.taskNotListed, here).count == hidden)
            #expect(first.summary.tasks.listed == 30)
            try await here.expectWhole()
            // Known by now, they are no news, and then the day needs no witness any more.
            let second = try await here.pass(change: searchOnly)
            #expect(second.witnesses.map(\.fits) == [true])
            #expect(try await here.pass(change: searchOnly).witnesses == [])
        }
    }

    @Test func `a call that Search says was recorded is asked for, whatever the listing says`() async throws {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            let task = try #require(here.recordedTasks.first)
            here.simulator.setCaptureRequested(false, of: task)
            let result = try await here.pass(change: searchOnly)
            #expect(try #require(result.witnesses.first).figures["claimed"] == 1)
            #expect(try await events(.captureClaimed, here).map(\.task?.description) == [task])
            try await here.expectWhole()
            // The listing goes on saying no, and the word for it counts.
            let again = try await here.pass(change: searchOnly)
            #expect(again.summary.tasks.captureRequested == 4 && again.summary.tasks.notRequested == 0)
        }
    }

    @Test func `a source that refuses costs the pass nothing and is named`() async throws {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            here.simulator.change { $0.search.isPermitted = false }
            let refused = try await here.pass(change: searchOnly)
            #expect(refused.isComplete)
            #expect(refused.witnesses == [])
            #expect(try #require(refused.witnessAbsence).contains("403"))
            #expect(here.simulator.counters.requests(to: .search) == 1)
        }
    }

    @Test func `where it is turned off nobody is asked`() async throws {
        try await Installation.with(try .small(calls: 4, mix: .plain)) { here in
            let result = try await here.pass { $0.providers[0].crossChecksSearch = false }
            #expect(result.witnesses == [] && result.witnessAbsence == nil)
            #expect(here.simulator.counters.requests[.search] == nil)
        }
    }

    @Test(arguments: [
        (SearchCount(contacts: 10, recorded: 8), 10, 8, 0), (SearchCount(contacts: 10, recorded: 9), 10, 8, 1),
        (SearchCount(contacts: 0), 10, 0, 1), (SearchCount(contacts: 9, recorded: 7), 10, 8, 0),
        (SearchCount(contacts: 10, recorded: 8, notListed: 2), 10, 8, 1),
        (SearchCount(contacts: 10, recorded: 8, notListed: 1, claimed: 1), 10, 8, 2),
    ])
    func `only what is missing is a difference`(_ count: SearchCount, _ tasks: Int, _ requested: Int, _ lines: Int) {
        var known = DayCounts()
        (known.tasks, known.captureRequested) = (tasks, requested)
        #expect(count.differences(from: known).count == lines)
    }
}
