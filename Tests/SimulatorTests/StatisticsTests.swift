import Foundation
import Testing

@testable import Simulator

@Suite struct StatisticsTests {
    private static let day = 1_763_596_800_000  // 2025-11-20T00:00:00Z
    private static let quarter = 15 * 60_000
    /// All of the day except its last quarter of an hour, because a request spans less than 24 hours.
    private static let whole = "from=\(day)&to=\(day + 86_400_000 - quarter)"

    private func sum(_ rows: [[String: Any]], _ key: String) -> Int {
        rows.reduce(0) { $0 + ($1[key] as? Int ?? 0) }
    }

    private func channels(_ rows: [[String: Any]]) -> [[String: Any]] {
        rows.flatMap { $0["channels"] as? [[String: Any]] ?? [] }
    }

    @Test(arguments: ["", "&interval=15", "&interval=30", "&interval=60"])
    func `queues' counts are those of the world, in intervals or not`(interval: String) async throws {
        try await withSimulator(calls: 400) { simulator, client async throws in
            let end = Moment(Int64(Self.day + 86_400_000 - Self.quarter))
            let queued = simulator.world.tasks().filter { $0.queue != nil && $0.created < end }
            let rows = try await client.statistics("queues", Self.whole + interval).data()
            #expect(sum(rows, "totalEnqueuedTasks") == queued.count)
            #expect(sum(rows, "totalAcceptedTasks") == queued.count { $0.owner != nil })
            #expect(sum(rows, "totalAbandonedTasks") == queued.count { $0.kind == .abandoned })
            let refused = sum(rows, "totalRejectedTasks")
            #expect(refused > 0)
            #expect(sum(rows, "totalOfferedTasks") == sum(rows, "totalAcceptedTasks") + refused)
            #expect(sum(rows, "totalAssignedTasks") == 0)
            let step = Int(interval.dropFirst(10)) ?? 0
            let starts = Set(rows.compactMap { $0["intervalStartTime"] as? Int })
            #expect(step == 0 ? starts == [Self.day] : starts.allSatisfy { ($0 - Self.day) % (step * 60_000) == 0 })
        }
    }

    @Test func `counts belong to where a contact began, averages to where it ended`() async throws {
        try await withSimulator(calls: 2000, scale: 1) { simulator, client async throws in
            let found = simulator.world.tasks().first { task in
                task.queue != nil && task.owner != nil
                    && task.created.milliseconds / Int64(Self.quarter) != task.ended.milliseconds / Int64(Self.quarter)
            }
            let task = try #require(found)
            let queue = try #require(task.queue)
            func rows(_ moment: Moment) async throws -> [[String: Any]] {
                let start = moment.milliseconds - moment.milliseconds % Int64(Self.quarter)
                let query = "from=\(start)&to=\(start + Int64(Self.quarter))&queueIds=\(queue.id)"
                return try await client.statistics("queues", query).data().filter {
                    $0["channelType"] as? String == task.channelType
                }
            }
            func inQuarter(_ moment: Moment, _ time: KeyPath<SimulatedTask, Moment>) -> [SimulatedTask] {
                simulator.world.tasks().filter {
                    $0.queue == queue && $0.channelType == task.channelType
                        && $0[keyPath: time].milliseconds / Int64(Self.quarter)
                            == moment.milliseconds / Int64(Self.quarter)
                }
            }
            #expect(try await sum(rows(task.created), "totalEnqueuedTasks") == inQuarter(task.created, \.created).count)
            let ended = inQuarter(task.ended, \.ended).filter { $0.owner != nil }.map { simulator.world.facts(of: $0) }
            let mean = Double(ended.reduce(0) { $0 + $1.connectedDuration + $1.holdDuration }) / Double(ended.count)
            let told = try #require(try await rows(task.ended).first?["averageHandledTime"] as? Double)
            #expect(abs(told - mean) < 1)
        }
    }

    @Test func `agents' numbers are those of the world`() async throws {
        try await withSimulator(calls: 400) { simulator, client async throws in
            let end = Moment(Int64(Self.day + 86_400_000 - Self.quarter))
            let rows = try await client.statistics("agents", Self.whole).data()
            let met = simulator.world.tasks().filter { $0.owner != nil }
            #expect(sum(channels(rows), "totalAcceptedTasks") == met.count { $0.created < end })
            let ended = met.filter { $0.ended < end }.map { simulator.world.facts(of: $0) }
            #expect(sum(channels(rows), "totalEngagedDuration") == Int(ended.reduce(0) { $0 + $1.connectedDuration }))
            #expect(sum(channels(rows), "totalWrapUpDuration") == Int(ended.reduce(0) { $0 + $1.wrapUpDuration }))
            let agent = try #require(met.first?.owner)
            let one = try await client.statistics("agents", Self.whole + "&agentIds=\(agent.id),unknown").data()
            #expect(one.compactMap { $0["agentName"] as? String } == [agent.name])
            #expect(one.first?["teamName"] as? String == simulator.world.staff[0].team(of: agent).member.name)
        }
    }

    @Test func `bounds are rounded down to quarters of hours`() async throws {
        try await withSimulator(calls: 200) { _, client async throws in
            let exact = try await client.statistics("queues", "from=\(Self.day)&to=\(Self.day + 40 * Self.quarter)")
            let odd = "from=\(Self.day + 899_999)&to=\(Self.day + 40 * Self.quarter + 899_999)"
            #expect(try await client.statistics("queues", odd).body == exact.body)
        }
    }

    @Test(arguments: [
        "", "from=1763596800000", "to=1763596800000", "from=x&to=1763596800000",
        "from=1763596800000&to=1763683200000", "from=1763683200000&to=1763596800000",
        "from=1763596800000&to=1763600400000&interval=20",
        "from=1763596800000&to=1763600400000&queueIds=\((0...100).map(String.init).joined(separator: ","))",
    ])
    func `a bad question is refused`(query: String) async throws {
        try await withSimulator(calls: 5) { _, client async throws in
            #expect(try await client.statistics("queues", query).status == 400)
        }
    }

    @Test func `the early-access platform wants an interval and whole quarters, and spells as it did`() async throws {
        try await withSimulator(calls: 60) { _, client async throws in
            let base = "/v1/contactCenter"
            #expect(try await client.statistics("queues", Self.whole, base: base).status == 400)
            let odd = "from=\(Self.day + 1)&to=\(Self.day + Self.quarter)&interval=15"
            #expect(try await client.statistics("queues", odd, base: base).status == 400)
            let rows = try await client.statistics("queues", Self.whole + "&interval=60", base: base).data()
            #expect(rows.allSatisfy { $0["averageHandleTime"] != nil && $0["averageHandledTime"] == nil })
            let agents = try await client.statistics("agents", Self.whole + "&interval=60", base: base).data()
            #expect(!agents.isEmpty && agents.allSatisfy { $0["channel"] is [[String: Any]] })
        }
    }

    @Test(arguments: [404, 410]) func `after their end of life there are none`(status: Int) async throws {
        try await withSimulator(calls: 5) { simulator, client async throws in
            simulator.change { $0.statistics.endOfLife = status }
            for kind in ["queues", "agents"] {
                #expect(try await client.statistics(kind, Self.whole).status == status)
            }
        }
    }
}
