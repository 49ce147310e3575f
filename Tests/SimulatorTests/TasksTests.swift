import Foundation
import TestSupport
import Testing

@testable import Simulator

@Suite struct TasksTests {
    private static let day = 1_763_596_800_000  // 2025-11-20T00:00:00Z

    private func ids(_ answer: Client.Answer) throws -> [String] {
        try answer.data().map { try #require($0["id"] as? String) }
    }

    @Test func `pages have 100 tasks unless asked, 1000 at most, and ascend`() async throws {
        try await withSimulator(calls: 1200, scale: 0.01) { simulator, client async throws in
            #expect(try ids(await client.tasks("from=\(Self.day)")).count == 100)
            let page = try await client.tasks("from=\(Self.day)&pageSize=5000")
            #expect(try ids(page) == simulator.world.tasks().prefix(1000).map(\.id))
        }
    }

    @Test func `a walk over createdTime finds every task once`() async throws {
        try await withSimulator(calls: 400, days: ["2025-11-20", "2025-11-21"]) { simulator, client async throws in
            var (found, from) = ([String](), Self.day)
            while true {
                let rows = try await client.tasks("from=\(from)&pageSize=150").data()
                let known = Set(found)
                found += try rows.map { try #require($0["id"] as? String) }.filter { !known.contains($0) }
                guard rows.count == 150 else { break }
                let attributes = try #require(rows[149]["attributes"] as? [String: Any])
                from = try #require(attributes["createdTime"] as? Int)
            }
            #expect(found == simulator.world.tasks().map(\.id))
        }
    }

    @Test func `from is inclusive unless told otherwise, to is not`() async throws {
        try await withSimulator(calls: 40) { simulator, client async throws in
            let tasks = Array(simulator.world.tasks())
            let (from, to) = (tasks[5].created, tasks[9].created)
            func expected(_ first: (Moment) -> Bool) -> [String] {
                tasks.filter { first($0.created) && $0.created < to }.map(\.id)
            }
            let query = "from=\(from.milliseconds)&to=\(to.milliseconds)"
            #expect(try ids(await client.tasks(query)) == expected { $0 >= from })
            simulator.change { $0.tasks.excludesFrom = true }
            #expect(try ids(await client.tasks(query)) == expected { $0 > from })
        }
    }

    @Test(arguments: [
        "", "from=", "from=yesterday", "from=1763596800", "from=0", "from=-1", "from=99999999999999999999",
        "from=1763596800000&to=abc", "from=1763596800000&to=1763500000000", "from=1763596800000&pageSize=0",
        "from=1763596800000&pageSize=x", "from=1763596800000&to=9223372036854775807",
        "from=1740000000000&to=1763600000000",
    ])
    func `a bad question is refused with the envelope`(query: String) async throws {
        try await withSimulator(calls: 5) { _, client async throws in
            let answer = try await client.tasks(query, ["-H", "TrackingId: TEST_7"])
            #expect(answer.status == 400)
            #expect(answer.headers["trackingid"] == "TEST_7")
            let body = try answer.json()
            #expect(body["trackingId"] as? String == "TEST_7")
            #expect((body["error"] as? [String: Any])?["key"] as? String == "400")
        }
    }

    @Test func `channel types filter, other parameters do not`() async throws {
        try await withSimulator(calls: 100) { _, client async throws in
            let from = "from=\(Self.day)&pageSize=1000"
            #expect(try ids(await client.tasks("\(from)&channelTypes=telephony")).count == 100)
            #expect(try ids(await client.tasks("\(from)&channelTypes=email,chat")).count == 5)
            #expect(try ids(await client.tasks("\(from)&channelTypes=fax")).isEmpty)
            #expect(try ids(await client.tasks("\(from)&channelType=telephony&page=2")).count == 105)
        }
    }

    @Test func `too many matches are 413 if that is wanted, and another organization is 403`() async throws {
        try await withSimulator(calls: 50) { simulator, client async throws in
            simulator.change { $0.tasks.tooMany = 20 }
            #expect(try await client.tasks("from=\(Self.day)&pageSize=10").status == 413)
            let tenth = simulator.world.tasks().map(\.created)[10]
            #expect(try await client.tasks("from=\(Self.day)&to=\(tenth.milliseconds)").status == 200)
            #expect(try await client.tasks("from=\(Self.day)&orgId=other").status == 403)
        }
    }

    @Test func `whether a capture was requested becomes known as time passes`() async throws {
        var mix = CallMix.typical
        mix.undeterminedShare = 1
        let afternoon = SimulatedClock.Start.at(Moment(Int64(Self.day) + 14 * 3_600_000))
        try await withSimulator(calls: 60, mix: mix, clock: afternoon) { simulator, client async throws in
            func unknown() async throws -> Int {
                let rows = try await client.allTasks().data().compactMap { $0["attributes"] as? [String: Any] }
                return rows.count { !($0["captureRequested"] is Bool) }
            }
            #expect(try await unknown() > 10)
            simulator.clock.advance(by: .seconds(36 * 3600))
            #expect(try await unknown() == 0)
            let id = simulator.world.tasks().map(\.id)[0]
            simulator.setCaptureRequested(nil, of: id)
            #expect(try await unknown() == 1)
        }
    }

    @Test func `an absent agent is written as null, as no key and as empty strings`() async throws {
        try await withSimulator(calls: 500) { _, client async throws in
            let rows = try await client.allTasks().data().compactMap { $0["attributes"] as? [String: Any] }
            #expect(rows.contains { $0["owner"] is NSNull })
            #expect(rows.contains { $0["owner"] == nil })
            #expect(rows.contains { ($0["queue"] as? [String: String])?["id"] == "" })
        }
    }

    @Test func `calls appear when their time has come and go through their states`() async throws {
        let noon = Moment(Int64(Self.day) + 43_200_000)
        try await withSimulator(calls: 2000, scale: 1, clock: .at(noon)) { simulator, client async throws in
            let rows = try await client.tasks("from=\(noon.milliseconds - 1_800_000)&pageSize=1000").data()
            let states = Set(rows.compactMap { ($0["attributes"] as? [String: Any])?["status"] as? String })
            #expect(states.isSuperset(of: ["assigned", "completed", "abandoned"]))
            let late = try await client.tasks(
                "from=\(simulator.clock.now.milliseconds + 60_000)&to=\(Self.day + 86_400_000)"
            )
            #expect(try late.data().isEmpty)
        }
    }

    @Test func `the early-access paths answer, unknown ones and wrong methods do as the framework does`() async throws {
        try await withSimulator { simulator, client async throws in
            let early = "\(simulator.apiBaseURL)/contactCenter/tasks?from=\(Self.day)"
            #expect(try await client.fetch(early).status == 200)
            for (path, method, status) in [
                ("/tasks/1", "GET", 404), ("/tasks", "POST", 405), ("/captures/query", "GET", 405),
            ] {
                let answer = try await client.fetch("\(simulator.apiBaseURL)\(path)", ["-X", method])
                #expect(answer.status == status)
                #expect(try answer.json()["error"] is String)
                #expect(try answer.json()["status"] as? Int == status)
            }
        }
    }

    @Test func `large answers are compressed for who asks, and only for them`() async throws {
        try await withSimulator(calls: 200) { simulator, client async throws in
            let gzip = ["-H", "Accept-Encoding: gzip"]
            #expect(try await client.tasks("from=\(Self.day)&pageSize=1000", gzip).headers["content-encoding"] == nil)
            simulator.change { $0.compressionThreshold = 70_000 }
            let plain = try await client.tasks("from=\(Self.day)&pageSize=1000")
            #expect(plain.headers["content-encoding"] == nil && plain.body.count > 70_000)
            let packed = try await client.tasks("from=\(Self.day)&pageSize=1000", gzip)
            #expect(packed.headers["content-encoding"] == "gzip")
            let unpacked = try await Tool.finish("gzip", ["-dc"], input: packed.body)
            #expect(unpacked.status == 0 && unpacked.output == plain.body)
        }
    }

    @Test func `the quota is kept by organization, and who asks too early waits on`() async throws {
        var options = SimulatorOptions()
        options.requestsPerMinute = 3
        try await withSimulator(options: options) { simulator, client async throws in
            for _ in 0..<3 { #expect(try await client.allTasks().status == 200) }
            for _ in 0..<2 {
                let answer = try await client.allTasks()
                #expect(answer.status == 429)
                let wait = try #require(answer.headers["retry-after"].flatMap { Int($0) })
                #expect((1...60).contains(wait))
            }
            #expect(simulator.counters.statuses[429] == 2)
            simulator.clock.advance(by: .seconds(60))
            #expect(try await client.allTasks().status == 200)
        }
    }
}
