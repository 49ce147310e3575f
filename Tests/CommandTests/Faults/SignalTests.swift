import Foundation
import Simulator
import Testing

/// However a pass ends, the next one resumes from there.
@Suite struct `An interrupted pass` {
    /// Two downloads at a time, each slow enough to be caught in the middle.
    private static let unhurried = ["CALLARK_DOWNLOADS_CONCURRENCY": "2"]

    private func slowDown(_ desk: Desk) {
        desk.simulator.inject(FaultRule(.media, .always, .slow(bytesPerSecond: 5_000)))
    }

    private func start(_ desk: Desk) throws -> Program {
        try desk.start("archive", "--day", desk.day, environment: Self.unhurried)
    }

    /// The archive is correct and complete after one more pass.
    private func expectCompletion(_ desk: Desk, _ context: Comment = "") async throws {
        desk.simulator.clearFaults()
        let next = try await desk.run("archive", "--day", desk.day)
        #expect(next.status == 0, "\(context) \(next.errors)")
        let verification = try await desk.run("verify")
        #expect(verification.status == 0, "\(context) \(verification.output)")
        #expect(try await desk.archived() == desk.offered, context)
    }

    @Test(arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
    func `by a signal ends after what is under way, with its code`(_ signal: Int32, _ status: Int32) async throws {
        try await Desk.with(calls: 10) { desk in
            slowDown(desk)
            let pass = try start(desk)
            try await eventually("no download began") { desk.simulator.counters.requests(to: .media) >= 3 }
            pass.signal(signal)
            let ending = try await pass.end()
            #expect(ending.status == status)
            #expect(ending.errors.contains("stopping after what is in progress"))
            #expect(try desk.archives() == [])
            let stored = try await desk.run("list", "--state", "stored", "--json").objects.count - 1
            #expect(stored >= 1)
            try await expectCompletion(desk)
        }
    }

    @Test func `by two signals ends at once`() async throws {
        try await Desk.with(calls: 4) { desk in
            desk.simulator.inject(FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60))))
            let pass = try start(desk)
            try await eventually("no download began") { desk.simulator.counters.requests(to: .media) >= 1 }
            pass.signal(SIGTERM)
            try await eventually("the first signal was not seen") { try pass.errorsSoFar().contains("stopping") }
            pass.signal(SIGINT)
            #expect(try await pass.end().status == 130)
            try await expectCompletion(desk)
        }
    }

    @Test func `that is killed, again and again, loses and falsifies nothing`() async throws {
        try await Desk.with(calls: 14) { desk in
            desk.simulator.inject(FaultRule(.media, .share(0.5), .slow(bytesPerSecond: 60_000)))
            var draws = Draws()
            print("kills after drawn downloads (seed \(draws.seed))")
            var moments: [Int] = []
            for _ in 0..<5 {
                let asked = desk.simulator.counters.requests(to: .media)
                let later = Int.random(in: 0...6, using: &draws)
                moments.append(later)
                let pass = try start(desk)
                try await eventually("the pass did nothing") {
                    desk.simulator.counters.requests(to: .media) >= asked + later || !pass.isRunning
                }
                pass.signal(SIGKILL)
                _ = try await pass.end()
            }
            try await expectCompletion(desk, "killed after \(moments) further downloads, seed \(draws.seed)")
        }
    }

    @Test func `that is killed while it seals is resumed`() async throws {
        try await Desk.with(calls: 14) { desk in
            for _ in 0..<3 {
                let pass = try start(desk)
                try await eventually("the pass did not get so far") {
                    if !pass.isRunning { return true }
                    let spool = try? FileManager.default.contentsOfDirectory(atPath: "\(desk.root)/spool")
                    return (spool ?? []).contains { $0.hasSuffix(".tmp") }
                }
                pass.signal(SIGKILL)
                _ = try await pass.end()
            }
            try await expectCompletion(desk)
        }
    }

    @Test func `holds the lock as long as it lives, and no longer`() async throws {
        try await Desk.with(calls: 4) { desk in
            desk.simulator.inject(FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60))))
            let first = try start(desk)
            try await eventually("no download began") { desk.simulator.counters.requests(to: .media) >= 1 }
            let second = try await desk.run("archive", "--day", desk.day)
            #expect(second.status == 75)
            #expect(try second.complaint.contains("pass"))
            // Reading is possible meanwhile.
            #expect(try await desk.run("status").status == 0)
            #expect(try await desk.run("list").status == 0)
            first.signal(SIGKILL)
            _ = try await first.end()
            try await expectCompletion(desk)
        }
    }
}

/// Commands that only read and ask have nothing to save, and end as soon as they are told to.
@Suite struct `A command without anything to save` {
    @Test(arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
    func `is ended by a signal with its code and a summary`(_ signal: Int32, _ status: Int32) async throws {
        try await Desk.with(calls: 0) { desk in
            desk.simulator.inject(FaultRule(.tasks, .always, .stall(afterBytes: 0, .seconds(60))))
            let command = try desk.start("config", "check", "--json")
            try await eventually("the provider is not asked") { desk.simulator.counters.requests(to: .tasks) >= 1 }
            command.signal(signal)
            let ending = try await command.end()
            #expect(ending.status == status)
            #expect(ending.errors == "")
            // A process that the signal itself ends prints no summary.
            let objects = try ending.objects
            #expect(objects.count { $0["type"]?.text == "summary" } == 1)
            #expect(objects.last?["complete"] == .boolean(false))
        }
    }
}
