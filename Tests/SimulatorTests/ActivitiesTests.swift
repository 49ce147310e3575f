import Foundation
import Testing

@testable import Simulator

@Suite struct ActivitiesTests {
    private static let day = 1_763_596_800_000  // 2025-11-20T00:00:00Z
    private static let halfDay = 43_200_000

    private func taskIDs(_ answer: Client.Answer) throws -> [String] {
        try answer.data().compactMap { $0["taskId"] as? String }
    }

    @Test func `agents' activities name every task that an agent was busy with, and no other`() async throws {
        try await withSimulator(calls: 60) { simulator, client async throws in
            var named: Set<String> = []
            for half in 0..<3 {
                let from = Self.day + half * Self.halfDay
                let answer = try await client.activities("from=\(from)&to=\(from + Self.halfDay)&pageSize=1000")
                named.formUnion(try taskIDs(answer))
                let starts = try answer.data().compactMap { $0["startTime"] as? Int }
                #expect(starts == starts.sorted())
                #expect(starts.allSatisfy { $0 >= from && $0 < from + Self.halfDay })
            }
            #expect(named == Set(simulator.world.tasks().filter { $0.owner != nil }.map(\.id)))
        }
    }

    @Test func `pages follow one another, and end where the records do that can be fetched`() async throws {
        try await withSimulator(calls: 100) { simulator, client async throws in
            let query = "from=\(Self.day)&to=\(Self.day + 86_399_999)&channelTypes=telephony"
            let all = try taskIDs(await client.activities("\(query)&pageSize=1000"))
            var paged: [String] = []
            for page in 0..<50 {
                paged += try taskIDs(await client.activities("\(query)&pageSize=20&page=\(page)"))
            }
            #expect(all.count > 100)
            #expect(paged == all)
            simulator.change { $0.activities.maxRows = 200 }
            #expect(try await client.activities("\(query)&pageSize=20&page=9").status == 200)
            #expect(try await client.activities("\(query)&pageSize=20&page=10").status == 400)
        }
    }

    @Test func `an activity under way has no end yet`() async throws {
        let noon = SimulatedClock.Start.at(Moment(1_763_640_000_000))
        try await withSimulator(calls: 3000, scale: 1, clock: noon) { _, client async throws in
            let rows = try await client.activities("from=\(1_763_640_000_000 - 600_000)&pageSize=1000").data()
            let open = rows.filter { $0["endTime"] as? Int == -1 }
            #expect(!open.isEmpty)
            #expect(open.allSatisfy { $0["active"] as? Bool == true })
            #expect(rows.count > open.count)
        }
    }

    @Test(arguments: [
        "", "from=x", "from=1763596800000&to=1763683200000", "from=1763596800000&to=4102444800000",
        "from=1763596800&to=1763596900", "from=1763596800000&to=1763600000000&pageSize=1001",
        "from=1763596800000&to=1763600000000&page=-1", "from=1763596800000&to=1763500000000",
    ])
    func `a bad question is refused`(query: String) async throws {
        try await withSimulator(calls: 5) { _, client async throws in
            #expect(try await client.activities(query).status == 400)
        }
    }

    @Test func `a provider that does not permit it answers 403`() async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            simulator.change { $0.activities.isPermitted = false }
            #expect(try await client.activities("from=\(Self.day)&to=\(Self.day + 1000)").status == 403)
        }
    }

    @Test func `hidden tasks are left out of the listing only`() async throws {
        var options = SimulatorOptions()
        options.tasks.hiddenShare = 0.3
        try await withSimulator(calls: 60, options: options) { simulator, client async throws in
            let all = Set(simulator.world.tasks().map(\.id))
            let listed = Set(try await client.allTasks().data().compactMap { $0["id"] as? String })
            #expect(listed.isSubset(of: all))
            #expect((1..<40).contains(all.count - listed.count))
            let recorded = try #require(
                simulator.world.tasks().first { !listed.contains($0.id) && !$0.recordings.isEmpty }
            )
            #expect(try await !client.urls(of: recorded.id).isEmpty)
        }
    }
}
