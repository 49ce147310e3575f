import Foundation
import Testing

@testable import Simulator

@Suite struct FaultTests {
    /// What curl received of one recording while `fault` applied to it.
    private func outcome(
        _ fault: Fault,
        _ arguments: [String] = [],
        then check: (Client.Answer, Data) async throws -> Void
    ) async throws {
        try await withSimulator(calls: 10) { simulator, client async throws in
            let served = try #require(simulator.servedRecordings().first { $0.byteCount > 5000 })
            let url = try #require(try await client.urls(of: served.taskID)[served.recording.id])
            simulator.inject(FaultRule(.media, .first(1), fault, pathContains: served.recording.id))
            try await check(try await client.fetch(url, arguments, withToken: false), served.content())
            #expect(simulator.counters.faults == 1)
            let next = try await client.fetch(url, withToken: false)
            #expect(next.status == 200 && next.exit == 0)
        }
    }

    @Test func `a truncated body ends before its declared length`() async throws {
        try await outcome(.truncate(afterBytes: 1000)) { answer, content in
            #expect(answer.exit == 18 && answer.body == content.prefix(1000))
            #expect(answer.headers["content-length"] == String(content.count))
        }
        try await outcome(.truncate(afterBytes: .max)) { answer, content in
            #expect(answer.exit == 18 && answer.body.count == content.count - 1)
        }
    }

    @Test func `a reset is a reset`() async throws {
        try await outcome(.reset(afterBytes: 1000)) { answer, content in
            #expect(answer.exit == 56 && answer.body.count < content.count)
        }
    }

    @Test func `a shortened body looks complete`() async throws {
        try await outcome(.shortened(toBytes: 1000)) { answer, content in
            #expect(answer.exit == 0 && answer.body == content.prefix(1000))
            #expect(answer.headers["content-length"] == "1000")
        }
    }

    @Test func `a stalled body resumes after its pause`() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        try await outcome(.stall(afterBytes: 1000, .milliseconds(600))) { answer, content in
            #expect(answer.exit == 0 && answer.body == content)
            #expect(clock.now - start > .milliseconds(600))
        }
    }

    @Test func `a slow body comes whole at its pace`() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        try await outcome(.slow(bytesPerSecond: 20_000), ["-r", "0-9999"]) { answer, content in
            #expect(answer.exit == 0 && answer.body == content.prefix(10_000))
            #expect(clock.now - start > .milliseconds(450))
        }
    }

    @Test func `a chunked body has no length and is whole`() async throws {
        try await outcome(.chunked) { answer, content in
            #expect(answer.exit == 0 && answer.body == content)
            #expect(answer.headers["transfer-encoding"] == "chunked" && answer.headers["content-length"] == nil)
        }
    }

    @Test func `a range can be ignored`() async throws {
        try await outcome(.ignoreRange, ["-r", "10-19"]) { answer, content in
            #expect(answer.status == 200 && answer.body == content)
        }
    }

    @Test func `an object can change under its reader`() async throws {
        try await outcome(.changingETag) { answer, content in
            #expect(answer.status == 200 && answer.body.count == content.count && answer.body != content)
        }
    }

    @Test(arguments: [
        (Fault.html200, 200, "text/html", "<!DOCTYPE html>"), (.json200, 200, "application/json", "{"),
        (.xmlSlowDown, 503, "application/xml", "SlowDown"),
        (.xmlExpired, 403, "application/xml", "Request has expired"),
        (.xmlExpiredToken, 400, "application/xml", "ExpiredToken"), (.emptyBody, 200, "", ""),
        (.status(502, body: "<html>Bad Gateway", headers: ["Content-Type": "text/html"]), 502, "text/html", "Bad"),
        (.status(503), 503, "", ""),
    ])
    func `other answers take the place of the bytes`(fault: Fault, status: Int, type: String, text: String)
        async throws
    {
        try await outcome(fault) { answer, _ in
            #expect(answer.status == status && answer.headers["content-type", default: ""] == type)
            #expect(text.isEmpty ? answer.body.isEmpty : answer.text.contains(text))
        }
    }

    @Test func `API calls fail as told, and then no more`() async throws {
        var options = SimulatorOptions()
        options.faults = [
            FaultRule(.tasks, .first(2), .status(503)),
            FaultRule(.captures, .always, .status(429, headers: ["Retry-After": "1"])),
            FaultRule(.token, .first(1), .truncate(afterBytes: 10)),
        ]
        try await withSimulator(options: options) { simulator, client async throws in
            for status in [503, 503, 200] { #expect(try await client.allTasks().status == status) }
            #expect(try await client.captures(of: ["1"]).headers["retry-after"] == "1")
            #expect(try await client.token(client.refresh).exit == 18)
            #expect(try await client.token(client.refresh).status == 200)
            simulator.clearFaults()
            #expect(try await client.captures(of: ["1"]).status == 200)
        }
    }

    @Test func `a share of the requests is met, the same ones for the same seed`() {
        let now = Moment(0)
        func met(_ seed: UInt64) -> [Bool] {
            var plan = FaultPlan(seed: seed, rules: [FaultRule(.media, .share(0.25), .html200)])
            return (0..<1000).map { _ in plan.strike(at: .media, path: "/media/a", now: now) != nil }
        }
        #expect(met(1) == met(1) && met(1) != met(2))
        #expect((200...300).contains(met(1).count { $0 }))
        var plan = FaultPlan(seed: 1, rules: [FaultRule(.media, .always, .html200, pathContains: "b")])
        #expect(plan.strike(at: .media, path: "/media/a", now: now) == nil)
        #expect(plan.strike(at: .tasks, path: "/b", now: now) == nil)
    }

    @Test func `stopping ends a stalled connection at once, and the same simulator starts again`() async throws {
        let world = try SimulatedWorld(seed: 7, days: ["2025-11-20"], callsPerDay: 10, scale: 0.02)
        let simulator = Simulator(world: world)
        let port = try await simulator.start()
        simulator.inject(FaultRule(.tasks, .always, .stall(afterBytes: 5, .seconds(300))))
        let client = Client(simulator)
        async let stalled = client.allTasks()
        while simulator.counters.requests(to: .tasks) == 0 { await Task.yield() }
        await simulator.stop()
        #expect(try await stalled.exit != 0)
        #expect(simulator.port == 0)
        simulator.clearFaults()
        #expect(try await simulator.start(port: port) == port)
        #expect(try await client.allTasks().status == 200)
        await #expect(throws: SimulatorError.self) { try await Simulator(world: world).start(port: port) }
        await simulator.stop()
    }
}
