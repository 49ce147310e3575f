import Foundation
import Simulator
import TestSupport
import Testing

/// Real answers, checked against the provider's own description by an independent validator.
@Suite struct OpenAPITests {
    private var strictMix: CallMix {
        var mix = CallMix.typical
        // Older tenants' identifiers contradict the file, which says UUID.
        mix.opaqueIdentifierShare = 0
        return mix
    }

    private func violations(
        _ path: String,
        _ method: String,
        _ status: Int,
        _ answers: [Client.Answer]
    ) async throws -> String {
        try await withTemporaryFolder { folder in
            let files = try answers.enumerated().map { number, answer in
                let file = folder.appending(path: "\(number).json")
                try answer.body.write(to: file)
                return file.path()
            }
            let api = try ProviderDescription.path()
            let script = try Fixture.path("validate.py")
            let result = try await Tool.finish("python3", [script, api, path, method, String(status)] + files)
            return result.status == 0 ? "" : "exit \(result.status): \(result.text)"
        }
    }

    @Test func `task listings are as described`() async throws {
        try await withSimulator(calls: 300, mix: strictMix, options: .strict) { _, client async throws in
            let answer = try await client.allTasks()
            #expect(try answer.data().count == 315)
            #expect(try await violations("/v1/tasks", "get", 200, [answer]) == "")
        }
    }

    @Test func `tasks that have only begun are as described`() async throws {
        let noon = SimulatedClock.Start.at(Moment(1_763_640_000_000))
        try await withSimulator(calls: 300, mix: strictMix, options: .strict, clock: noon) { _, client async throws in
            let answer = try await client.allTasks()
            #expect((100..<200).contains(try answer.data().count))
            #expect(try await violations("/v1/tasks", "get", 200, [answer]) == "")
        }
    }

    @Test func `agents' activities are as described`() async throws {
        try await withSimulator(calls: 300, mix: strictMix, options: .strict) { _, client async throws in
            let query = "from=1763596800000&to=1763683199999&pageSize=1000"
            let answer = try await client.activities(query)
            #expect(try answer.data().count == 1000)
            #expect(try await violations("/v1/agents/activities", "get", 200, [answer]) == "")
            let refused = try await client.activities("pageSize=10")
            #expect(refused.status == 400)
            #expect(try await violations("/v1/agents/activities", "get", 400, [refused]) == "")
        }
    }

    @Test func `statistics are as described`() async throws {
        try await withSimulator(calls: 300, mix: strictMix, options: .strict) { _, client async throws in
            for (path, status) in [("queues", 200), ("agents", 200), ("queues", 400), ("agents", 400)] {
                let from = status == 200 ? "from=1763596800000&" : ""
                for more in ["", "&interval=15"] {
                    let query = "\(from)to=1763683199999\(more)"
                    let answer = try await client.statistics(path, query)
                    #expect(answer.status == status)
                    if status == 200 { #expect(try answer.data().count > 6) }
                    #expect(try await violations("/v1/\(path)/statistics", "get", status, [answer]) == "")
                }
            }
        }
    }

    @Test func `refusals of a search are as described`() async throws {
        try await withSimulator(calls: 5, options: .strict) { simulator, client async throws in
            let url = "\(simulator.origin)/search"
            let refused = try await client.fetch(
                url,
                ["--data-binary", #"{"query":"{taskDetails(to:1){tasks{id}}}"}"#]
            )
            #expect(refused.status == 400)
            #expect(try await violations("/search", "post", 400, [refused]) == "")
        }
    }

    @Test func `captures are as described, with segments and without`() async throws {
        try await withSimulator(calls: 100, mix: strictMix, options: .strict) { simulator, client async throws in
            let ids = simulator.world.tasks().map(\.id)
            var answers = [Client.Answer]()
            for (number, batch) in stride(from: 0, to: ids.count, by: 10).map({ ids[$0..<min($0 + 10, ids.count)] })
                .enumerated()
            {
                let more = "\"includeSegments\":\(number.isMultiple(of: 2)),\"includeVARecordings\":true"
                answers.append(try await client.captures(of: Array(batch), more: more))
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(try await violations("/v1/captures/query", "post", 200, answers) == "")
        }
    }

    @Test func `refusals are as described`() async throws {
        try await withSimulator(options: .strict) { simulator, client async throws in
            let missing = try await client.tasks("pageSize=10")
            #expect(missing.status == 400)
            #expect(try await violations("/v1/tasks", "get", 400, [missing]) == "")
            simulator.revokeAccessTokens()
            let revoked = try await client.allTasks()
            #expect(revoked.status == 401)
            #expect(try await violations("/v1/tasks", "get", 401, [revoked]) == "")
        }
    }

    @Test func `sites are as described`() async throws {
        try await withSimulator(calls: 0, options: .strict) { simulator, client async throws in
            let base = "\(simulator.origin)/organization/\(simulator.organizationID)"
            func send(_ method: String, _ path: String, _ body: String = "") async throws -> Client.Answer {
                let content = body.isEmpty ? [] : ["-H", "Content-Type: application/json", "--data-binary", body]
                return try await client.fetch("\(base)/\(path)", ["-X", method] + content)
            }
            let template = "/organization/{orgid}"
            let all = try await client.fetch("\(base)/site")
            #expect(try await violations("\(template)/site", "get", 200, [all]) == "")
            let page = try await client.fetch("\(base)/v2/site?page=0&pageSize=3")
            #expect(try await violations("\(template)/v2/site", "get", 200, [page]) == "")
            let sites = try #require(try JSONSerialization.jsonObject(with: all.body) as? [[String: Any]])
            let depot = try #require(sites.first { $0["name"] as? String == "Old Depot" })
            let id = try #require(depot["id"] as? String)
            let one = try await client.fetch("\(base)/site/\(id)")
            let same = String(decoding: one.body, as: UTF8.self)
            let put = try await send("PUT", "site/\(id)", same)
            #expect(try await violations("\(template)/site/{id}", "get", 200, [one]) == "")
            #expect(try await violations("\(template)/site/{id}", "put", 200, [put]) == "")
            let profile = try #require(depot["multimediaProfileId"] as? String)
            let new = #"{"name":"Quay","active":true,"multimediaProfileId":"\#(profile)"}"#
            let made = try await send("POST", "site", new)
            #expect(try await violations("\(template)/site", "post", 201, [made]) == "")
            let taken = try await send("POST", "site", new)
            #expect(try await violations("\(template)/site", "post", 409, [taken]) == "")
            let wrong = try await send("POST", "site", "{}")
            #expect(try await violations("\(template)/site", "post", 400, [wrong]) == "")
            let bulk = #"{"items":[{"itemIdentifier":1,"item":\#(new),"requestAction":"SAVE"}]}"#
            let answer = try await send("POST", "site/bulk", bulk)
            #expect(answer.status == 207)
            #expect(try await violations("\(template)/site/bulk", "post", 207, [answer]) == "")
            let main = try #require(sites.first { $0["name"] as? String == "Main" }?["id"] as? String)
            let inUse = try await send("DELETE", "site/\(main)")
            #expect(try await violations("\(template)/site/{id}", "delete", 412, [inUse]) == "")
            let gone = try await send("GET", "site/x")
            #expect(try await violations("\(template)/site/{id}", "get", 404, [gone]) == "")
        }
    }

    @Test func `the validator finds what is wrong`() async throws {
        try await withSimulator(calls: 300) { _, client async throws in
            let answer = try await client.allTasks()
            let found = try await violations("/v1/tasks", "get", 200, [answer])
            #expect(found.contains("owner"))
        }
    }
}
