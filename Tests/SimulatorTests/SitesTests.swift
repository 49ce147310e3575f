import Foundation
import Simulator
import Testing

/// The habits of wxcc-api 10, seen by curl.
@Suite struct SitesTests {
    private struct Desk {
        let simulator: Simulator
        let client: Client

        func ask(_ method: String, _ path: String, _ body: String? = nil) async throws -> Client.Answer {
            let content = body.map { ["-H", "Content-Type: application/json", "--data-binary", $0] } ?? []
            let url = "\(simulator.origin)/organization/\(simulator.organizationID)/\(path)"
            return try await client.fetch(url, ["-X", method] + content)
        }

        func sites() async throws -> [[String: Any]] {
            let answer = try await ask("GET", "site")
            return try #require(try JSONSerialization.jsonObject(with: answer.body) as? [[String: Any]])
        }

        func site(_ name: String) async throws -> [String: Any] {
            try #require(try await sites().first { $0["name"] as? String == name })
        }

        func id(_ name: String) async throws -> String { try #require(try await site(name)["id"] as? String) }

        func text(_ site: [String: Any]) throws -> String {
            String(decoding: try JSONSerialization.data(withJSONObject: site), as: UTF8.self)
        }

        /// A site as a client creates one, with `more` members.
        func new(_ name: String, _ more: String = "") async throws -> String {
            let profile = try #require(try await sites().first?["multimediaProfileId"] as? String)
            let organization = simulator.organizationID
            return """
                {"name":"\(name)","active":true,"multimediaProfileId":"\(profile)","organizationId":"\(organization)"\(more)}
                """
        }

        func items(_ answer: Client.Answer) throws -> [Int: [String: Any]] {
            let rows = try #require(try answer.json()["items"] as? [[String: Any]])
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["itemIdentifier"] as? Int ?? 0, $0) })
        }
    }

    private func withDesk(
        options: SimulatorOptions = SimulatorOptions(),
        _ body: (Desk) async throws -> Void
    ) async throws {
        try await withSimulator(calls: 0, options: options) { simulator, client async throws in
            try await body(Desk(simulator: simulator, client: client))
        }
    }

    @Test func `a site lives from its making to its end`() async throws {
        try await withDesk { desk in
            let made = try await desk.ask("POST", "site", try await desk.new("Quay", #","level":3"#))
            #expect(made.status == 201)
            let id = try #require(try made.json()["id"] as? String)
            #expect(try made.json()["version"] as? Int == 0)
            #expect(try made.json()["level"] as? Int == 3)
            let body = try await desk.new("Quay 2", #","id":"\#(id)","version":0"#)
            let changed = try await desk.ask("PUT", "site/\(id)", body)
            #expect(changed.status == 200)
            #expect(try changed.json()["version"] as? Int == 1)
            #expect(try changed.json()["level"] == nil)
            #expect(try await desk.ask("PUT", "site/\(id)", body).status == 409)
            let deleted = try await desk.ask("DELETE", "site/\(id)")
            #expect(deleted.status == 204 && deleted.body.isEmpty)
            #expect(try await desk.ask("GET", "site/\(id)").status == 404)
            #expect(try await desk.ask("DELETE", "site/\(id)").status == 404)
        }
    }

    static let refusals: [(more: String, without: String, words: String)] = [
        ("", "name", "name: is required"), ("", "active", "active: is required"),
        ("", "multimediaProfileId", "multimediaProfileId: is required"),
        (#","id":"x""#, "", "cannot have an id"), (#","name":"ü""#, "", "name: has characters"),
        (#","multimediaProfileId":"x""#, "", "multimediaProfileId: not found"),
        (#","organizationId":"11111111-2222-4333-8444-555555555555""#, "", "organizationId: is not"),
    ]

    @Test(arguments: refusals)
    func `a wrong site is refused with the field's name`(more: String, without: String, words: String) async throws {
        try await withDesk { desk in
            var site = try #require(
                try JSONSerialization.jsonObject(with: Data(try await desk.new("Quay").utf8)) as? [String: Any]
            )
            site[without] = nil
            let extra = try JSONSerialization.jsonObject(with: Data("{\(more.dropFirst())}".utf8)) as? [String: Any]
            site.merge(extra ?? [:]) { $1 }
            let answer = try await desk.ask("POST", "site", try desk.text(site))
            #expect(answer.status == 400)
            #expect(answer.text.contains(words))
        }
    }

    @Test func `taken names, sites in use and the provider's own are protected`() async throws {
        try await withDesk { desk in
            #expect(try await desk.ask("POST", "site", try await desk.new("Main")).status == 409)
            let inUse = try await desk.ask("DELETE", "site/\(try await desk.id("Main"))")
            #expect(inUse.status == 412 && inUse.text.contains("Team 1"))
            let own = try await desk.site("Default_Site")
            #expect(own["systemDefault"] as? Bool == true)
            let id = try #require(own["id"] as? String)
            #expect(try await desk.ask("PUT", "site/\(id)", try desk.text(own)).status == 400)
            #expect(try await desk.ask("DELETE", "site/\(id)").status == 400)
        }
    }

    @Test func `the sites are those at which calls are handled, and the same for the same seed`() async throws {
        var names: [[String]] = []
        for _ in 0..<2 {
            try await withDesk { desk in
                names.append(try await desk.sites().map { "\($0["id"] ?? "") \($0["name"] ?? "")" })
            }
        }
        #expect(names[0] == names[1])
        #expect(["Main", "Harbour", "Hillside"].allSatisfy { name in names[0].contains { $0.hasSuffix(" \(name)") } })
    }

    @Test func `the list comes in pages, no larger than the provider likes`() async throws {
        var options = SimulatorOptions()
        options.sites.largestPage = 2
        try await withDesk(options: options) { desk in
            var names: [String] = []
            for page in 0..<4 {
                let answer = try await desk.ask("GET", "v2/site?page=\(page)&pageSize=1000")
                names += try answer.data().compactMap { $0["name"] as? String }
                let meta = try #require(try answer.json()["meta"] as? [String: Any])
                #expect(meta["pageSize"] as? Int == 2 && meta["totalRecords"] as? Int == 5)
            }
            #expect(names == (try await desk.sites().compactMap { $0["name"] as? String }))
            desk.simulator.change { $0.sites.servesVersion2 = false }
            #expect(try await desk.ask("GET", "v2/site").status == 404)
        }
    }

    @Test func `a bulk call answers each item for itself`() async throws {
        try await withDesk { desk in
            #expect(try await desk.ask("POST", "site/bulk", #"{"items":[]}"#).status == 207)
            let made = try await desk.new("Quay")
            let withID = try await desk.new("Dock", #","id":"x""#)
            let main = try await desk.site("Main")
            let depot = try await desk.site("Old Depot")
            let id = try #require(depot["id"] as? String)
            let text = """
                {"items":[{"itemIdentifier":1,"item":\(made),"requestAction":"SAVE"},
                {"itemIdentifier":2,"item":\(withID),"requestAction":"SAVE"},
                {"itemIdentifier":3,"item":\(made),"requestAction":"SAVE"},
                {"itemIdentifier":4,"item":{"id":"\(id)"},"requestAction":"DELETE"},
                {"itemIdentifier":5,"item":\(try desk.text(main)),"requestAction":"DELETE"},
                {"itemIdentifier":6,"item":\(try desk.text(depot)),"requestAction":"DELETE"},
                {"itemIdentifier":7,"item":\(made),"requestAction":"PATCH"}]}
                """
            let answer = try await desk.ask("POST", "site/bulk", text)
            #expect(answer.status == 207)
            let items = try desk.items(answer)
            #expect((1...7).map { items[$0]?["status"] as? Int } == [201, 400, 409, 400, 412, 204, 400])
            let href = try #require(items[1]?["href"] as? String)
            #expect(href.hasSuffix("/site/\(try await desk.id("Quay"))"))
            let errors = [2, 4].map { "\(items[$0]?["apiError"] ?? "")" }
            #expect(errors[0].contains("cannot have an id"))
            #expect(errors[1].contains("System generated"))
            #expect(try await desk.ask("GET", "site/\(id)").status == 404)
            // No one may rely on the items' order.
            let first = try #require((try answer.json()["items"] as? [[String: Any]])?.first)
            #expect(first["itemIdentifier"] as? Int == 7)
        }
    }

    @Test func `writing takes a scope of its own, and another organization none of ours`() async throws {
        try await withDesk { desk in
            var reader = desk.client
            reader.token = desk.simulator.issueAccessToken(scope: "cjp:config_read")
            let reading = Desk(simulator: desk.simulator, client: reader)
            #expect(try await reading.ask("GET", "site").status == 200)
            let body = try await desk.new("Quay")
            let id = try await desk.id("Old Depot")
            #expect(try await reading.ask("POST", "site", body).status == 403)
            #expect(try await reading.ask("POST", "site/bulk", #"{"items":[]}"#).status == 403)
            #expect(try await reading.ask("PUT", "site/\(id)", body).status == 403)
            #expect(try await reading.ask("DELETE", "site/\(id)").status == 403)
            let other = "\(desk.simulator.origin)/organization/11111111-2222-4333-8444-555555555555/site"
            #expect(try await desk.client.fetch(other).status == 403)
        }
    }

    @Test(arguments: ["site", "site/x", "site/bulk", "v2/site"])
    func `nothing is patched`(path: String) async throws {
        try await withDesk { desk in
            let answer = try await desk.ask("PATCH", path, "{}")
            #expect(answer.status == 405)
            #expect(try answer.json()["error"] as? String == "Method Not Allowed")
        }
    }
}
