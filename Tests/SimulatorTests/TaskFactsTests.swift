import Foundation
import Testing

@testable import Simulator

@Suite struct TaskFactsTests {
    private let world: SimulatedWorld

    init() throws {
        world = try SimulatedWorld(seed: 7, days: ["2025-11-20"], callsPerDay: 1000)
    }

    private var all: [(task: SimulatedTask, facts: TaskFacts)] { world.tasks().map { ($0, world.facts(of: $0)) } }

    @Test func `the parts of a task follow one another and fill it`() {
        for (task, facts) in all {
            let times = [task.created, facts.queued, facts.rang, facts.connected, task.ended].compactMap(\.self)
            #expect(times == times.sorted())
            let parts = [
                facts.selfServiceDuration, facts.queueDuration, facts.ringingDuration, facts.connectedDuration,
                facts.holdDuration, facts.wrapUpDuration,
            ]
            #expect(parts.allSatisfy { $0 >= 0 })
            let whole = task.created.distance(to: task.ended)
            let lead = facts.queued ?? facts.rang ?? task.ended
            let unmanned = task.kind == .outdial ? task.created.distance(to: lead) : 0
            #expect(parts.dropLast().reduce(unmanned, +) == whole)
        }
    }

    @Test func `what a task did not get to is not reported for it`() {
        for (task, facts) in all {
            #expect((facts.team == nil) == (task.owner == nil))
            #expect((facts.connected == nil) == (task.owner == nil))
            #expect((facts.wrapUpCode == nil) == (task.owner == nil))
            #expect((facts.queued == nil) == (task.queue == nil))
            #expect((facts.entryPoint == nil) == (task.kind == .outdial))
            if task.kind == .abandoned { #expect(facts.terminationType == "abandoned") }
            if task.kind == .selfService { #expect(facts.terminationType == "self_service") }
        }
        let ends = all.reduce(into: [String: Int]()) { $0[$1.facts.terminationType, default: 0] += 1 }
        #expect(Set(ends.keys) == ["normal", "abandoned", "self_service", "sudden_disconnect"])
        #expect(ends["normal"] ?? 0 > 700)
    }

    @Test func `a conversation begins with its recording`() {
        for (task, facts) in all where !task.recordings.isEmpty {
            #expect(facts.connected == task.recordings.filter { $0.callType == "main" }.map(\.start).min())
        }
    }

    @Test func `an agent is of one team, and a team of one site`() {
        let met = all.filter { $0.task.owner != nil }
        let teams = Dictionary(grouping: met) { $0.task.owner?.id }.values.map { Set($0.map(\.facts.team)) }
        #expect(teams.allSatisfy { $0.count == 1 })
        let sites = Dictionary(grouping: met) { $0.facts.team }.values.map { Set($0.map(\.facts.site)) }
        #expect(sites.count == 6)
        #expect(sites.allSatisfy { $0.count == 1 })
    }

    @Test func `the facts are the same in each look`() {
        #expect(all.map(\.facts) == all.map(\.facts))
    }
}
