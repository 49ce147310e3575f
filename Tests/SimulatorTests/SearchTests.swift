import Foundation
import Testing

@testable import Simulator

@Suite struct SearchTests {
    private static let day = 1_763_596_800_000  // 2025-11-20T00:00:00Z
    private static let nextDay = 1_763_683_200_000

    private func document(_ fields: String, root: String = "taskDetails", list: String = "tasks") -> String {
        """
        query x($from: Long!, $to: Long!, $filter: TaskDetailsFilters, $pagination: Pagination) {
          \(root)(from: $from, to: $to, filter: $filter, pagination: $pagination) {  # a comment
            \(list) { \(fields) }
            pageInfo { hasNextPage endCursor }
          }
        }
        """
    }

    private func ask(
        _ client: Client,
        _ fields: String = "id createdTime",
        _ variables: [String: Any] = [:],
        document: String? = nil,
        parameters: String = ""
    ) async throws -> Client.Answer {
        var all: [String: Any] = ["from": Self.day, "to": Self.nextDay]
        all.merge(variables) { $1 }
        let body = try JSONSerialization.data(withJSONObject: [
            "query": document ?? self.document(fields), "variables": all,
        ])
        return try await client.fetch(
            "\(client.simulator.origin)/search\(parameters)",
            ["-H", "Content-Type: application/json", "--data-binary", String(decoding: body, as: UTF8.self)]
        )
    }

    private func page(_ answer: Client.Answer) throws -> (rows: [[String: Any]], next: String?) {
        let data = try #require(try answer.json()["data"] as? [String: Any])
        let list = try #require(data["taskDetails"] as? [String: Any])
        let info = try #require(list["pageInfo"] as? [String: Any])
        let rows = try #require(list["tasks"] as? [[String: Any]])
        return (rows, info["hasNextPage"] as? Bool == true ? info["endCursor"] as? String : nil)
    }

    private func error(_ answer: Client.Answer) throws -> String {
        let errors = try #require(try answer.json()["errors"] as? [[String: Any]])
        return try #require(errors.first?["message"] as? String)
    }

    @Test func `pages by cursor bring every contact once, the newest first`() async throws {
        try await withSimulator(calls: 600) { simulator, client async throws in
            var rows: [[String: Any]] = []
            var sizes: [Int] = []
            var cursor: String?
            repeat {
                let answer = try await ask(client, "id createdTime", ["pagination": ["cursor": cursor ?? "0"]])
                let (page, next) = try page(answer)
                rows += page
                sizes.append(page.count)
                cursor = next
            } while cursor != nil
            #expect(sizes == [250, 250, 130])
            #expect(rows.compactMap { $0["id"] as? String } == simulator.world.tasks().map(\.id).reversed())
            let times = rows.compactMap { $0["createdTime"] as? Int }
            #expect(times == times.sorted(by: >))
        }
    }

    @Test func `records say what became of their contacts`() async throws {
        try await withSimulator(calls: 100) { simulator, client async throws in
            let fields = """
                id lastAgent { id name } lastQueue { id name duration } lastTeam { name } terminationType \
                totalDuration connectedDuration recordingCount captureRequested
                """
            let rows = try page(await ask(client, fields)).rows
            let tasks = Dictionary(uniqueKeysWithValues: simulator.world.tasks().map { ($0.id, $0) })
            for row in rows {
                let id = try #require(row["id"] as? String)
                let task = try #require(tasks[id])
                #expect(Set(row.keys).count == 9)
                #expect((row["lastAgent"] as? [String: Any])?["name"] as? String == task.owner?.name)
                #expect((row["lastQueue"] as? [String: Any])?["id"] as? String == task.queue?.id)
                #expect(row["terminationType"] as? String == simulator.world.facts(of: task).terminationType)
                #expect(row["totalDuration"] as? Int64 == task.created.distance(to: task.ended))
                #expect(row["captureRequested"] as? Bool == task.captureRequested)
                #expect((row["recordingCount"] as? Int == 0) == task.recordings.isEmpty)
            }
        }
    }

    @Test func `agents' sessions are one for each agent and day, with what the day brought`() async throws {
        try await withSimulator(calls: 200) { simulator, client async throws in
            let fields = "agentSessionId agentId startTime channelInfo { channelType connectedCount }"
            let document = document(fields, root: "agentSession", list: "agentSessions")
            let answer = try await ask(client, "", ["from": Self.day - 60_000], document: document)
            let data = try #require(try answer.json()["data"] as? [String: Any])
            let list = try #require(data["agentSession"] as? [String: Any])
            let rows = try #require(list["agentSessions"] as? [[String: Any]])
            let met = simulator.world.tasks().filter { $0.owner != nil }
            #expect(rows.count == Set(met.map(\.owner)).count)
            let counts = rows.flatMap { $0["channelInfo"] as? [[String: Any]] ?? [] }
            #expect(counts.reduce(0) { $0 + ($1["connectedCount"] as? Int ?? 0) } == met.count)
        }
    }

    @Test func `a contact under way has no end yet`() async throws {
        let noon = SimulatedClock.Start.at(Moment(1_763_640_000_000))
        try await withSimulator(calls: 3000, scale: 1, clock: noon) { _, client async throws in
            let rows = try page(await ask(client, "id isActive endedTime totalDuration")).rows
            let active = rows.filter { $0["isActive"] as? Bool == true }
            #expect(!active.isEmpty && active.count < rows.count)
            #expect(active.allSatisfy { $0["endedTime"] is NSNull && $0["totalDuration"] is NSNull })
        }
    }

    @Test func `filters choose among contacts`() async throws {
        try await withSimulator(calls: 60) { simulator, client async throws in
            let ids = simulator.world.tasks().prefix(3).map(\.id)
            let any = ["or": ids.map { ["id": ["equals": $0]] }]
            #expect(try page(await ask(client, "id", ["filter": any])).rows.count == 3)
            let queue = try #require(simulator.world.tasks().first { $0.queue != nil }?.queue)
            let both: [String: Any] = [
                "and": [
                    ["channelType": ["equals": "telephony"]], ["lastQueue": ["id": ["equals": queue.id]]],
                    ["origin": ["notequals": "+1"]],
                ]
            ]
            let expected = simulator.world.tasks().count { $0.queue == queue && $0.channelType == "telephony" }
            #expect(try page(await ask(client, "id", ["filter": both])).rows.count == expected)
            let many = ["or": (0...1000).map { ["id": ["equals": "\($0)"]] }]
            #expect(try await ask(client, "id", ["filter": many]).status == 400)
        }
    }

    @Test func `bounds may be in the document, as in the provider's samples`() async throws {
        try await withSimulator(calls: 20) { _, client async throws in
            let text = """
                { taskDetails(from: \(Self.day), to: \(Self.nextDay), pagination: { cursor: "0" }) { tasks { id }
                pageInfo { hasNextPage } } }
                """
            #expect(try page(await ask(client, document: text)).rows.count == 21)
        }
    }

    @Test func `seconds bring nothing, and a time to come is as good as now`() async throws {
        try await withSimulator(calls: 20) { _, client async throws in
            let seconds = try page(await ask(client, "id", ["from": Self.day / 1000, "to": Self.nextDay / 1000]))
            #expect(seconds.rows.isEmpty)
            let future = try page(await ask(client, "id", ["to": Self.nextDay + 30 * 86_400_000]))
            #expect(future.rows.count == 21)
        }
    }

    @Test(
        arguments: [
            ["from": NSNull()], ["to": NSNull()], ["from": 1_763_683_200_001], ["from": 1_600_000_000_000],
            ["to": 1_863_683_200_000],
        ] as [[String: any Sendable]]
    )
    func `bad bounds are refused`(variables: [String: any Sendable]) async throws {
        try await withSimulator(calls: 5) { _, client async throws in
            #expect(try await ask(client, "id", variables).status == 400)
        }
    }

    @Test func `an error in the document comes with status 200`() async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            for (fields, name) in [("id queue { id }", "queue"), ("id lastQueue { number }", "lastQueue/number")] {
                let answer = try await ask(client, fields)
                #expect(answer.status == 200)
                #expect(try error(answer).contains("FieldUndefined@[taskDetails/tasks/\(name)]"))
            }
            #expect(try error(await ask(client, document: document("id", root: "tickets"))).contains("FieldUndefined"))
            #expect(try error(await ask(client, document: "{ taskDetails(from: ")).contains("InvalidSyntax"))
            simulator.change { $0.search.undefinedFields = ["origin"] }
            #expect(try error(await ask(client, "id origin")).contains("origin"))
        }
    }

    @Test func `it ends where the records do that can be reached, and refuses what is too large`() async throws {
        try await withSimulator(calls: 600) { simulator, client async throws in
            simulator.change { $0.search.maxRows = 300 }
            let second = try page(await ask(client, "id", ["pagination": ["cursor": "250"]]))
            #expect(second.rows.count == 50)
            #expect(second.next == nil)
            for cursor in ["\(Int.max)", "301"] {
                let beyond = try page(await ask(client, "id", ["pagination": ["cursor": cursor]]))
                #expect(beyond.rows.isEmpty && beyond.next == nil, "\(cursor)")
            }
            simulator.change { $0.search.tooMany = 500 }
            #expect(try await ask(client).status == 413)
        }
    }

    @Test func `scope, organization, method and permission are looked at`() async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            #expect(try await ask(client, parameters: "?orgId=\(simulator.organizationID)").status == 200)
            #expect(try await ask(client, parameters: "?orgId=other").status == 403)
            #expect(try await client.fetch("\(simulator.origin)/search").status == 405)
            var other = client
            other.token = simulator.issueAccessToken(scope: "cjp:config")
            #expect(try await ask(other).status == 200)
            other.token = simulator.issueAccessToken(scope: "spark:all")
            #expect(try await ask(other).status == 403)
            simulator.change { $0.search.isPermitted = false }
            #expect(try await ask(client).status == 403)
        }
    }
}
