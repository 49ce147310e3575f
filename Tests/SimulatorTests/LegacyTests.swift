import Foundation
import TestSupport
import Testing

@testable import Simulator

/// The legacy records, requested by curl with signatures by openssl.
@Suite struct LegacyTests {
    private static let day = 1_763_596_800_000  // 2025-11-20T00:00:00Z

    /// `Authorization` as the lab guides make it.
    private func authorization(
        _ simulator: Simulator,
        key: String? = nil,
        user: String? = nil,
        suffix: String? = nil
    ) async throws -> String {
        let organization = simulator.organization
        let digest = try await Tool.finish(
            "openssl",
            ["dgst", "-sha1", "-hmac", key ?? organization.legacyKey, "-binary"],
            input: Data((user ?? organization.legacyUser).utf8)
        )
        return digest.output.base64EncodedString() + (suffix ?? ";tenantId=\(organization.tenantID)")
    }

    private func fetch(
        _ client: Client,
        _ path: String,
        authorization: String? = nil,
        user: String? = nil,
        _ arguments: [String] = []
    ) async throws -> Client.Answer {
        let signed: String
        if let authorization { signed = authorization } else { signed = try await self.authorization(client.simulator) }
        let headers = [
            "-H", "Authorization: \(signed)", "-H", "From: \(user ?? client.simulator.organization.legacyUser)",
        ]
        return try await client.fetch(
            "\(client.simulator.legacyBaseURL)/\(path)",
            headers + arguments,
            withToken: false
        )
    }

    private func query(_ client: Client, _ type: String, _ text: String, csv: Bool = false) async throws
        -> Client.Answer
    {
        let format = csv ? ["-H", "Accept: text/csv"] : []
        return try await fetch(client, type, ["-G", "--data-urlencode", "q=\(text)"] + format)
    }

    private func question(_ columns: [String], from: Int = day, hours: Int = 48, more: String = "") -> String {
        let aggregations = columns.enumerated().map {
            #"{"id":\#($0.offset),"filterGroups":[{"operator":"AND","valueFilters":[]}],"#
                + #""aggregationType":"VALUE","computeColumnName":"\#($0.element)"}"#
        }
        return #"{"anchorId":"1","dateBegin":[\#(from)],"dateEnd":[\#(from + hours * 3_600_000)],\#(more)"#
            + #""activityType":"INTERACTION","aggregations":[\#(aggregations.joined(separator: ","))]}"#
    }

    @Test func `a signature of the user opens the user's tenant, with and without spaces`() async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            let task = try #require(simulator.world.tasks().first { _ in true })
            let tenant = simulator.organization.tenantID
            for suffix in [";tenantId=\(tenant)", "; tenantId=\(tenant)", " ;tenantId = \(tenant)"] {
                let signed = try await authorization(simulator, suffix: suffix)
                #expect(try await fetch(client, "csrs/\(task.id)", authorization: signed).status == 200)
            }
            simulator.change { $0.legacy.requiresTenant = false }
            let alone = try await authorization(simulator, suffix: "")
            #expect(try await fetch(client, "csrs/\(task.id)", authorization: alone).status == 200)
        }
    }

    @Test func `a wrong key, user or tenant is refused, and says which`() async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            let task = try #require(simulator.world.tasks().first { _ in true })
            let path = "csrs/\(task.id)"
            let wrongKey = try await fetch(
                client,
                path,
                authorization: try await authorization(simulator, key: "other")
            )
            #expect(wrongKey.status == 401 && wrongKey.text.contains("signature"))
            let wrongUser = try await fetch(client, path, user: "somebody@example.com")
            #expect(wrongUser.status == 401)
            let nobody = try await client.fetch("\(simulator.legacyBaseURL)/\(path)", withToken: false)
            #expect(nobody.status == 401)
            let bearer = try await client.fetch("\(simulator.legacyBaseURL)/\(path)")
            #expect(bearer.status == 401)
            for suffix in [";tenantId=1", ";tenantId=", ";tenant=\(simulator.organization.tenantID)", ""] {
                let signed = try await authorization(simulator, suffix: suffix)
                let answer = try await fetch(client, path, authorization: signed)
                #expect(answer.status == 403 && answer.text.contains("tenant"))
            }
        }
    }

    @Test func `one organization's key does not open another's tenant`() async throws {
        let other = SimulatedOrganization(name: "beta", id: "11111111-2222-4333-8444-555555555555")
        let world = try SimulatedWorld(seed: 7, organizations: [.acme, other], days: ["2025-11-20"], callsPerDay: 5)
        try await Simulator.running(world) { simulator in
            let client = Client(simulator)
            let foreign = try #require(world.tasks(organization: 1).first { _ in true })
            #expect(try await fetch(client, "csrs/\(foreign.id)").status == 404)
            let signed = try await authorization(simulator, suffix: ";tenantId=\(other.tenantID)")
            #expect(try await fetch(client, "csrs/\(foreign.id)", authorization: signed).status == 403)
        }
    }

    @Test func `every task has a session record that says what became of it`() async throws {
        try await withSimulator(calls: 30) { simulator, client async throws in
            for task in simulator.world.tasks() {
                let facts = simulator.world.facts(of: task)
                let record = try await fetch(client, "csrs/\(task.id)").json()
                #expect(record["sid"] as? String == task.id)
                #expect(record["cstts"] as? Int64 == task.created.milliseconds)
                #expect(record["ani"] as? String == task.origin)
                #expect(record["agentName"] as? String == task.owner?.name)
                #expect(record["teamName"] as? String == facts.team?.name)
                #expect(record["siteName"] as? String == facts.site?.name)
                #expect(record["active"] as? Int == 0)
                #expect(record["currentState"] as? String == "ended")
                let type = try #require(record["terminationType"] as? String)
                #expect(["normal", "abandoned", "self_service"].contains(type))
                #expect((type == "abandoned") == (task.kind == .abandoned))
            }
        }
    }

    @Test func `a session's activities form a chain from new to ended`() async throws {
        try await withSimulator(calls: 40) { simulator, client async throws in
            var events: Set<String> = []
            for task in simulator.world.tasks() {
                var (time, event) = (task.created.milliseconds, "new")
                var found: [String] = []
                while true {
                    let record = try await fetch(client, "cars/\(task.id)-\(time)-\(event)").json()
                    found.append(event)
                    #expect(record["session"] as? String == task.id)
                    #expect(record["cstts"] as? Int64 == time)
                    time = try #require(record["cetts"] as? Int64)
                    guard let next = record["nextState"] as? String else { break }
                    event = next
                }
                #expect(found.last == "ended" && time == task.ended.milliseconds)
                #expect(found.contains("connected") == (task.owner != nil))
                #expect(found.count == simulator.world.facts(of: task).activities(of: task).count)
                events.formUnion(found)
            }
            #expect(
                events.isSuperset(of: ["new", "ivr-connected", "parked", "connect", "connected", "on-hold", "ended"])
            )
        }
    }

    @Test func `a contact under way has no end yet`() async throws {
        let noon = SimulatedClock.Start.at(Moment(1_763_640_000_000))
        try await withSimulator(calls: 3000, scale: 1, clock: noon) { simulator, client async throws in
            let now = simulator.clock.now
            let task = try #require(
                simulator.world.tasks().first { $0.created < now - .seconds(30) && $0.ended > now + .seconds(60) }
            )
            let record = try await fetch(client, "csrs/\(task.id)").json()
            #expect(record["active"] as? Int == 1)
            #expect(record["terminationType"] is NSNull)
            let activities = simulator.world.facts(of: task).activities(of: task).filter { $0.start <= now }
            let last = try #require(activities.last)
            let car = try await fetch(client, "cars/\(task.id)-\(last.start.milliseconds)-\(last.event)").json()
            #expect(car["cetts"] is NSNull && car["nextState"] is NSNull)
            #expect(try await fetch(client, "cars/\(task.id)-\(task.ended.milliseconds)-ended").status == 404)
        }
    }

    @Test func `agents have sessions and activities that lead to their contacts`() async throws {
        try await withSimulator(calls: 20) { simulator, client async throws in
            let task = try #require(simulator.world.tasks().first { $0.owner != nil })
            let session = try #require(
                try await fetch(client, "csrs/\(task.id)").json()["agentSessionId"] as? String
            )
            let asr = try await fetch(client, "asrs/\(session)").json()
            #expect(asr["agentName"] as? String == task.owner?.name)
            let rang = try #require(simulator.world.facts(of: task).rang)
            let id = "\(session)-\(task.channelType)-\(rang.milliseconds)-ringing"
            let aar = try await fetch(client, "aars/\(id)").json()
            #expect(aar["callSessionId"] as? String == task.id)
            #expect(aar["currentState"] as? String == "Ringing")
        }
    }

    @Test(arguments: [
        "csrs/00000000-0000-4000-8000-000000000000", "csrs/x", "cars/x",
        "cars/00000000-0000-4000-8000-000000000000-1-new",
        "asrs/x", "aars/x", "aars/a-b-c-d", "tasks/x", "csrs/a/b",
    ])
    func `what is not there is 404`(path: String) async throws {
        try await withSimulator(calls: 3) { _, client async throws in
            #expect(try await fetch(client, path).status == 404)
        }
    }

    @Test(arguments: [
        "", "x", "[]", "{}", #"{"dateBegin":1}"#, #"{"dateBegin":[]}"#, #"{"dateBegin":[2],"dateEnd":[1]}"#,
        #"{"dateBegin":[1],"aggregations":[{"aggregationType":"SUM","computeColumnName":"sid"}]}"#,
        #"{"dateBegin":[1],"aggregations":[{"aggregationType":"VALUE"}]}"#,
        #"{"dateBegin":[1],"aggregations":[{"aggregationType":"VALUE","computeColumnName":"none"}]}"#,
    ])
    func `a query that cannot be read is 400`(text: String) async throws {
        try await withSimulator(calls: 3) { _, client async throws in
            #expect(try await query(client, "csrs", text).status == 400)
        }
    }

    @Test func `a query gives a row a record, in JSON and in CSV that Python reads`() async throws {
        try await withSimulator(calls: 30) { simulator, client async throws in
            let tasks = Array(simulator.world.tasks())
            let answer = try await query(client, "csrs", question(["sid", "agentName"])).json()
            let metadata = try #require(answer["datasetMetadata"] as? [String: Any])
            #expect(metadata["isComplete"] as? Bool == true)
            #expect(metadata["numberOfRecordsFound"] as? Int == tasks.count)
            let rows = try #require(answer["data"] as? [[String: Any]])
            #expect(Set(rows.compactMap { $0["sid"] as? String }) == Set(tasks.map(\.id)))
            let csv = try await query(client, "csrs", question(["sid", "agentName"]), csv: true)
            #expect(csv.headers["content-type"] == "text/csv")
            let program = """
                import csv, io, json, sys
                rows = list(csv.DictReader(io.TextIOWrapper(sys.stdin.buffer, "utf-8-sig", newline="")))
                json.dump([[r["sid"], r["agentName"]] for r in rows], sys.stdout)
                """
            let read = try await Tool.finish("python3", ["-c", program], input: csv.body)
            let pairs = try #require(try JSONSerialization.jsonObject(with: read.output) as? [[String]])
            #expect(Set(pairs) == Set(tasks.map { [$0.id, $0.owner?.name ?? ""] }))
        }
    }

    @Test func `a query keeps to its time, its number and its filters`() async throws {
        try await withSimulator(calls: 60) { simulator, client async throws in
            let morning = question(["sid"], hours: 12)
            let sids = try await query(client, "csrs", morning).data().compactMap { $0["sid"] as? String }
            let expected = simulator.world.tasks().filter { $0.created < Moment(Int64(Self.day + 43_200_000)) }
            #expect(Set(sids) == Set(expected.map(\.id)))
            let few = try await query(client, "csrs", question(["sid"], more: #""numberOfRecords":5,"#)).json()
            #expect((few["data"] as? [Any])?.count == 5)
            #expect((few["datasetMetadata"] as? [String: Any])?["isComplete"] as? Bool == false)
            let last = try await query(
                client,
                "csrs",
                question(["sid"], more: #""numberOfRecords":1,"lastNRecords":true,"#)
            ).data()
            #expect(last.first?["sid"] as? String == Array(simulator.world.tasks()).last?.id)
            let filter = #"{"columnName":"terminationType","operator":"EQUAL","value":"abandoned"}"#
            let filtered = question(["sid"]).replacing(#""valueFilters":[]"#, with: #""valueFilters":[\#(filter)]"#)
            let abandoned = try await query(client, "csrs", filtered).data().compactMap { $0["sid"] as? String }
            #expect(Set(abandoned) == Set(simulator.world.tasks().filter { $0.kind == .abandoned }.map(\.id)))
        }
    }

    @Test func `counts are grouped by what the query says`() async throws {
        try await withSimulator(calls: 60) { simulator, client async throws in
            let text = question(["sid"]).replacing("VALUE", with: "COUNT").replacing(
                #""activityType""#,
                with:
                    #""aggregateQueryProperties":{"rowSegmentSet":[{"columnName":"queueName","name":"Queue"}]},"activityType""#
            )
            let rows = try await query(client, "csrs", text).data()
            let counts = Dictionary(
                rows.compactMap { row -> (String, Int)? in
                    (row["queueName"] as? String).flatMap { name in (row["sid"] as? Int).map { (name, $0) } }
                }
            ) { first, _ in first }
            #expect(counts == Dictionary(grouping: simulator.world.tasks()) { $0.queue?.name ?? "" }.mapValues(\.count))
        }
    }

    @Test func `all kinds of records answer queries`() async throws {
        try await withSimulator(calls: 20) { simulator, client async throws in
            let tasks = Array(simulator.world.tasks())
            let cars = try await query(client, "cars", question(["sid", "session"])).data()
            let expected = tasks.flatMap { simulator.world.facts(of: $0).activities(of: $0) }.count
            #expect(cars.count == expected)
            let met = tasks.filter { $0.owner != nil }
            let asrs = try await query(client, "asrs", question(["agentName"], from: Self.day - 3_600_000)).data()
            #expect(asrs.count == Set(met.compactMap { $0.owner?.id }).count)
            #expect(try await query(client, "aars", question(["callSessionId"])).data().count == 3 * met.count)
        }
    }
}
