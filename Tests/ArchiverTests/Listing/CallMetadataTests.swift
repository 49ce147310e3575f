import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
@testable import Simulator
import TestSupport
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct CallMetadataTests {
    private let searching: @Sendable (inout CallArchive.Setup) -> Void = { $0.rules.searchesCalls = true }

    /// What the manifest knows about each call that has a recording, by task.
    private func calls(_ here: Installation) async throws -> [String: KnownCall] {
        let known = try await here.recordings().map { ($0.key.taskID.description, try #require($0.call)) }
        return Dictionary(known) { first, _ in first }
    }

    private func rebuild(_ here: Installation) async throws {
        let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
        _ = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: logger).run(
            now: here.now(),
            discardingOld: true
        ) { _ in }
    }

    @Test func `each recording says of its call what Search knows`() async throws {
        try await Installation.with(.small(calls: 20)) { here in
            let result = try await here.pass(change: searching)
            #expect(result.callMetadata?.absence == nil)
            let calls = try await calls(here)
            #expect(calls.count > 5)
            for (id, call) in calls {
                let task = try #require(here.simulator.world.task(id: id, organization: 0))
                let truth = here.simulator.world.facts(of: task)
                #expect(call.isSearched)
                #expect(call.facts.agent?.name == task.owner?.name)
                #expect(call.facts.agent?.id == task.owner?.id)
                #expect(call.facts.queue?.name == task.queue?.name)
                #expect(call.facts.site?.name == truth.site?.name)
                #expect(call.facts.team?.id == truth.team?.id)
                #expect(call.facts.origin == task.origin)
                #expect(call.facts.destination == task.destination)
                #expect(call.facts.direction == task.direction)
                #expect(call.facts.durationMilliseconds == task.created.distance(to: task.ended))
                #expect(call.facts.wrapUp == truth.wrapUpCode?.name)
                #expect(call.facts.termination == truth.terminationType)
            }
        }
    }

    @Test func `Search is asked by the page, and not at all if there is no news`() async throws {
        var options = SimulatorOptions.unlimited
        options.search.pageSize = 250
        try await Installation.with(.small(calls: 40), options: options) { here in
            let first = try await here.pass(change: searching)
            #expect(first.callMetadata?.searched == first.summary.tasks.listed)
            #expect(try #require(here.simulator.counters.requests[.search]) < 20)
            here.simulator.resetCounters()
            #expect(try await here.pass(change: searching).callMetadata == CallMetadataFinding())
            #expect(here.simulator.counters.requests[.search] == nil)
        }
    }

    @Test func `turned off, details come from the listing only, without other requests`() async throws {
        try await Installation.with(.small(calls: 12)) { here in
            let result = try await here.pass { $0.providers[0].crossChecksSearch = false }
            #expect(result.callMetadata == nil)
            #expect(here.simulator.counters.requests[.search] == nil)
            for (id, call) in try await calls(here) {
                let task = try #require(here.simulator.world.task(id: id, organization: 0))
                #expect(!call.isSearched)
                #expect(call.facts.agent?.name == task.owner?.name)
                #expect(call.facts.origin == task.origin)
                #expect(call.facts.wrapUp == task.reasonCode)
                #expect(call.facts.site == nil)
            }
        }
    }

    @Test func `a provider that does not allow it, or fails at it, costs the pass nothing`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            here.simulator.change { $0.search.isPermitted = false }
            let refused = try await here.pass(change: searching)
            #expect(refused.isComplete)
            #expect(try #require(refused.callMetadata?.absence).contains("403"))
            here.simulator.change { $0.search.isPermitted = true }
            here.simulator.inject(FaultRule(.search, .always, .status(500)))
            let failed = try await here.pass(change: searching)
            #expect(failed.isComplete)
            #expect(try #require(failed.callMetadata?.absence).contains("500"))
            #expect(try await calls(here).values.allSatisfy { !$0.isSearched })
            try await here.expectWhole()
        }
    }

    @Test func `what Search says late is there at once, and sealed archives stay as they are`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            here.simulator.change { $0.search.isPermitted = false }
            try await here.pass(change: searching)
            let sealed = try here.sealedFiles()
            here.simulator.change { $0.search.isPermitted = true }
            let later = try await here.pass(change: searching)
            #expect(later.isComplete)
            #expect(later.archives.isEmpty)
            #expect(try await calls(here).values.allSatisfy(\.isSearched))
            #expect(try here.sealedFiles() == sealed)
            // The day's next supplement includes it.
            let known = try await calls(here)
            try here.simulator.addRecording(to: try #require(here.recordedTasks.first))
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            try await here.pass(change: searching)
            let all = try await calls(here)
            #expect(all == known)
            try await rebuild(here)
            #expect(try await calls(here) == all)
        }
    }

    @Test func `a rebuilt manifest knows the same of each call, sealed and stored`() async throws {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(18)
        let world = try SimulatedWorld.small(
            days: ["2025-11-19", "2025-11-20"],
            calls: 16,
            clock: .at(Moment(evening.millisecondsSince1970))
        )
        try await Installation.with(world) { here in
            try await here.pass(.sinceLastPass, change: searching)
            let before = try await calls(here)
            #expect(before.values.contains { $0.isSearched })
            let archived = try await here.recordings(ListFilter(state: .recording(.archived))).map(\.call)
            try await rebuild(here)
            #expect(try await here.recordings(ListFilter(state: .recording(.archived))).map(\.call) == archived)
            // For the current day, the spool has what was known when a recording arrived; the next pass asks again.
            try await here.pass(.sinceLastPass, change: searching)
            let after = try await calls(here)
            #expect(Set(after.keys).isSuperset(of: before.keys))
            // A call that was in progress may have ended, and be known better.
            for (id, call) in before where call.isSearched { #expect(after[id] == call) }
        }
    }

    @Test func `the archive's own lines say it, to anyone who reads them without Callark`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            try await here.pass(change: searching)
            let name = try #require(try here.root.archives.list().first)
            let said = try Tool.run("tar", "-xOf", here.root.archivePath(name), "\(name)/metadata/tasks.jsonl")
            let lines = said.output.split(separator: "\n")
            #expect(lines.count == 8)
            for line in lines {
                let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                let search = try #require(object["search"] as? [String: Any])
                let id = try #require(object["task_id"] as? String)
                let task = try #require(here.simulator.world.task(id: id, organization: 0))
                #expect((search["lastAgent"] as? [String: Any])?["name"] as? String == task.owner?.name)
                #expect(search["id"] as? String == task.id)
            }
        }
    }
}
