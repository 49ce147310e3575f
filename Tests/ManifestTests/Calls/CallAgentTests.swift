import Foundation
import Recordings
import Testing

@testable import Manifest

@Suite struct `Every agent of a call` {
    /// A recording in which the agents of `Fixture.call` with these numbers took part.
    private func captured(_ task: TaskID, agents: [Int]) throws -> CapturedRecording {
        var recording = try Fixture.captured(task)
        let ids = agents.map { "\"cccccccc-0000-4000-8000-00000000000\($0)\"" }.joined(separator: ",")
        recording.json = ProviderJSON(redacted: #"{"attributes":{"participants":[\#(ids),"+155****0001"]}}"#)
        return recording
    }

    /// Call 1 of agent 1, who consulted agent 2, and call 2 of agent 2.
    private func consulted(_ fixture: Fixture) async throws -> [RecordingWork] {
        _ = try await fixture.list([try Fixture.call(1), try Fixture.call(2)])
        let (first, second) = (try Fixture.taskID(1), try Fixture.taskID(2))
        return try await fixture.answer([
            .capture(Capture(taskID: first, recordings: [try captured(first, agents: [1, 2])])),
            .capture(Capture(taskID: second, recordings: [try captured(second, agents: [2])])),
        ])
    }

    private func agents(_ manifest: Manifest, _ number: Int) async throws -> [String?] {
        let filter = ListFilter(task: try Fixture.taskID(number))
        let calls = try await manifest.calls(filter, at: Fixture.standpoint()).collected()
        return try #require(calls.first).call?.facts.agents.map(\.name) ?? []
    }

    private func tasks(_ fixture: Fixture, _ agent: String, most: Int) async throws -> [TaskID] {
        let filter = ListFilter(call: CallFilter(agent: agent))
        let calls = fixture.manifest.calls(filter, at: Fixture.standpoint(), maxCandidates: most)
        return try await calls.collected().map(\.taskID)
    }

    @Test func `is known by name and found, not only the last`() async throws {
        try await Fixture.with { fixture in
            _ = try await consulted(fixture)
            #expect(try await agents(fixture.manifest, 1) == ["Agent 1", "Agent 2"])
            #expect(try await agents(fixture.manifest, 2) == ["Agent 2"])
            let both = [try Fixture.taskID(1), try Fixture.taskID(2)]
            for most in [0, 1, CallSearch.maxCandidates] {
                #expect(try await tasks(fixture, "agent 2", most: most) == both)
                #expect(try await tasks(fixture, "CCCCCCCC-0000-4000-8000-000000000002", most: most) == both)
                #expect(try await tasks(fixture, "Agent 1", most: most) == [both[0]])
                #expect(try await tasks(fixture, "Agent 3", most: most) == [])
            }
            #expect(try await fixture.manifest.parties(.agent)?.compactMap(\.name) == ["Agent 1", "Agent 2"])
        }
    }

    @Test func `stays known when another one is the last`() async throws {
        try await Fixture.with { fixture in
            _ = try await consulted(fixture)
            _ = try await fixture.list([try Fixture.call(3, task: 1, status: "abandoned")])
            #expect(try await agents(fixture.manifest, 1) == ["Agent 3", "Agent 1", "Agent 2"])
        }
    }

    @Test func `needs no row if there is one agent`() async throws {
        try await Fixture.with { fixture in
            _ = try await consulted(fixture)
            #expect(try await run("sqlite3", [fixture.path, "SELECT count(*) FROM call_agent"]) == "1\n")
            let view = "SELECT agent_id, agent FROM call_agents_readable"
            #expect(
                try await run("sqlite3", [fixture.path, view]) == "cccccccc-0000-4000-8000-000000000002|Agent 2\n"
            )
        }
    }

    @Test func `is known again after a rebuild`() async throws {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await consulted(fixture))
            let (archive, tasks) = try await fixture.seal()
            let rebuilt = try Manifest.create(path: fixture.path + ".rebuilt")
            _ = try await rebuilt.restore(
                archive,
                organizationID: fixture.acmeID,
                tasks: Listed(tasks),
                recordings: Listed(entries),
                schedule: AskSchedule(),
                now: Fixture.morning + .hours(2)
            )
            for number in 1...2 {
                #expect(try await agents(rebuilt, number) == agents(fixture.manifest, number))
            }
        }
    }
}
