import Foundation
import Simulator
import Testing

/// The platform of 2021 (wxcc-api 2.1, 6): four endpoints, and older answers.
@Suite struct EarlyAccessTests {
    private static let options: SimulatorOptions = {
        var options = SimulatorOptions()
        options.isEarlyAccess = true
        return options
    }()

    private func recording(_ entry: [String: Any]?) throws -> [String: Any] {
        try #require(entry?["recording"] as? [String: Any])
    }

    @Test func `recordings come in an object with a status, their attributes in a list`() async throws {
        try await withSimulator(options: Self.options) { simulator, client async throws in
            let served = simulator.servedRecordings()
            let task = try #require(served.first?.taskID)
            let body = """
                {"orgId":"\(simulator.organizationID)","taskIds":["\(task)"],"urlExpiration":30,"includeSegments":true}
                """
            let answer = try await client.captures(body)
            #expect(answer.status == 200)
            let entry = try recording(try answer.data().first)
            #expect(entry["status"] as? String == "Completed")
            let artifacts = try #require(entry["artifacts"] as? [[String: Any]])
            let expected = served.filter { $0.taskID == task }
            #expect(Set(artifacts.compactMap { $0["id"] as? String }) == Set(expected.map(\.recording.id)))
            let first = try #require((artifacts.first?["attributes"] as? [[String: Any]])?.first)
            #expect(first["callType"] == nil && first["fileName"] is String)
            let url = try #require(first["filePath"] as? String)
            #expect(try await client.fetch(url, withToken: false).status == 200)
        }
    }

    @Test func `what is still to come is pending, and what never comes is not found`() async throws {
        try await withSimulator(options: Self.options) { simulator, client async throws in
            let task = try #require(simulator.servedRecordings().first?.taskID)
            simulator.holdBackCaptures(of: task, until: simulator.clock.now + .seconds(60))
            let pending = try await client.captures(of: [task]).data().first
            #expect(try recording(pending)["status"] as? String == "Pending")
            let unknown = try await client.captures(of: ["unknown"]).data().first
            #expect(try recording(unknown)["status"] as? String == "Not Found")
        }
    }

    @Test(arguments: [
        "/v1/tasks", "/v1/captures/query", "/v1/agents/activities", "/v1/contactCenter/agents/activities", "/search",
        "/organization/93912f11-6017-404b-bf14-5331890b1797",
    ])
    func `what came with the later platform is not there`(path: String) async throws {
        try await withSimulator(options: Self.options) { simulator, client async throws in
            #expect(simulator.apiBaseURL == "\(simulator.origin)/v1/contactCenter")
            #expect(try await client.fetch(simulator.origin + path).status == 404)
        }
    }
}
