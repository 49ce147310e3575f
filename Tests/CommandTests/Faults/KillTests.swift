import Foundation
import Simulator
import Synchronization
import TestSupport
import Testing

/// SIGKILL to real processes, before or after each of their steps that make something durable.
@Suite struct `A process that is killed` {
    /// Large enough for a part file, small enough to make several groups.
    static let settings = ["CALLARK_DOWNLOADS_MEMORY_BYTES": "1048576", "CALLARK_DOWNLOADS_CONCURRENCY": "2"]
    /// Opens the archive, recovers it, and fetches nothing, so that what exists afterwards has not been fetched again.
    static let fetchingNothing = ["CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": "9000000000000000000"]

    /// What a run of these tests did, for its summary line.
    final class Tally: Sendable {
        private let counts = Mutex((kills: 0, missed: 0))

        /// - Returns: whether the process was killed: a step may not occur if another thread was faster.
        @discardableResult func note(_ ending: Program.Ending) -> Bool {
            let isKilled = ending.status == 128 + SIGKILL
            counts.withLock { if isKilled { $0.kills += 1 } else { $0.missed += 1 } }
            return isKilled
        }

        var kills: Int { counts.withLock(\.kills) }
        var missed: Int { counts.withLock(\.missed) }
    }

    /// Every step, but only a few of those in which SQLite writes a page or a large recording arrives piece by piece:
    /// no decision of ours lies between them.
    static func choice(_ moments: [Step], pages: Int, _ draws: inout Draws) -> [Step] {
        let isPage = { (step: Step) in
            step.kind == "write"
                && (step.path?.contains("manifest.sqlite") == true || step.path?.hasSuffix(".part$") == true)
        }
        return moments.filter { !isPage($0) } + moments.filter(isPage).shuffled(using: &draws).prefix(pages)
    }

    private func say(_ what: String, _ moments: [Step], _ tally: Tally, _ seed: UInt64) {
        let named = Dictionary(grouping: moments) { "\($0.kind ?? "") \($0.path ?? "")" }
            .map { "\($0.key): \($0.value.map(\.ordinal).sorted().map(String.init).joined(separator: " "))" }
        print("\(what) (seed \(seed)): \(tally.kills) kills, \(tally.missed) moments that did not come. Killed at")
        named.sorted().forEach { print("  \($0)") }
    }

    private func root(_ desk: Desk, _ name: String, _ offered: [String]) async throws -> Root {
        let root = Root(desk, name, offered: offered, environment: Self.settings)
        try await root.make()
        return root
    }

    /// Runs once without a fault to record the steps.
    private func moments(_ arguments: [String], of root: Root) async throws -> [Step] {
        let ending = try await root.run(arguments, log: root.path + "-log")
        try #require(ending.status == 0, "\(ending.errors)")
        return try Step.all(inLog: root.path + "-log")
    }

    @Test func `between any two steps of a pass, and then of the recovery, loses, doubles and falsifies nothing`()
        async throws
    {
        try await Desk.with(calls: 3, scale: 0.1, mix: .recordedInParts) { desk in
            let offered = desk.offered
            var draws = Draws()
            let sample = try await root(desk, "sample", offered)
            let all = try await moments(sample.pass, of: sample)
            try #require(all.contains { $0.path?.hasSuffix(".part$") == true && $0.kind == "write" })
            let chosen = Self.choice(all, pages: 24, &draws).drawn(24, &draws)
            let kills = chosen.map { step in
                (
                    first: Mishap(Bool.random(using: &draws) ? .killBefore : .killAfter, at: step),
                    second: Mishap(
                        Bool.random(using: &draws) ? .killBefore : .killAfter,
                        at: Step(ordinal: Int.random(in: 1...60, using: &draws))
                    )
                )
            }
            let tally = Tally()
            try await Array(kills.enumerated()).inParallel { number, kills in
                let root = try await self.root(desk, "kill-\(number)", offered)
                defer { root.remove() }
                tally.note(try await root.run(root.pass, kills.first))
                let first = try await root.held()
                // Whatever this second process does before it is killed too, it cannot fetch anything.
                tally.note(
                    try await root.run(["archive", "--retry-failed"], kills.second, environment: Self.fetchingNothing)
                )
                let second = try await root.held()
                #expect(first.isSubset(of: second), "\(kills)")
                try await root.expectCompletion(keeping: second, "\(kills)")
            }
            say("a pass, and its recovery", chosen, tally, draws.seed)
            // A second process may finish before its moment, and another thread may take a step first.
            #expect(tally.kills > chosen.count / 2, "too few of the moments came")
        }
    }

    @Test func `at any step of the evidence log leaves a log, a manifest and archives that agree after the next pass`()
        async throws
    {
        try await Desk.with(calls: 3, scale: 0.1, mix: .recordedInParts) { desk in
            let offered = desk.offered
            var draws = Draws()
            let sample = try await root(desk, "sample", offered)
            let names = [
                "tail", "checkpoint", "vkey", "log.key", ".acme.next", "/log$", "entries", "000", "objects", "lock$",
            ]
            let all = try await moments(sample.pass, of: sample).filter { step in
                names.contains { step.path?.contains($0) == true }
            }
            try #require(all.count > 30)
            let faults = all.drawn(16, &draws).map {
                Mishap(Bool.random(using: &draws) ? .killBefore : .killAfter, at: $0)
            }
            let tally = Tally()
            try await Array(faults.enumerated()).inParallel { number, fault in
                let root = try await self.root(desk, "log-\(number)", offered)
                defer { root.remove() }
                tally.note(try await root.run(root.pass, fault))
                let held = try await root.held()
                try await root.expectCompletion(keeping: held, "\(fault)")
            }
            say("a pass, at its evidence log", all, tally, draws.seed)
            #expect(tally.kills > faults.count / 2, "too few of the moments came")
        }
    }

    @Test func `at random, again and again on the same root, ends complete`() async throws {
        try await Desk.with(calls: 5, scale: 0.1, mix: .recordedInParts) { desk in
            var draws = Draws()
            let root = try await root(desk, "again", desk.offered)
            let tally = Tally()
            var held: Set<String> = []
            for round in 0..<40 {
                // Later and later, so that it makes progress.
                let step = Step(ordinal: Int.random(in: 1...(60 + 10 * round), using: &draws))
                let fault = Mishap(Bool.random(using: &draws) ? .killBefore : .killAfter, at: step)
                guard tally.note(try await root.run(root.pass, fault)) else { break }
                let now = try await root.held()
                #expect(held.isSubset(of: now), "seed \(draws.seed), round \(round): \(fault)")
                held = now
            }
            print("kills in a row on one root (seed \(draws.seed)): \(tally.kills)")
            try await root.expectCompletion(keeping: held, "seed \(draws.seed)")
        }
    }

    @Test(arguments: ["sealed", "stored"]) func `in a rebuild leaves a manifest, the old or the new`(_ what: String)
        async throws
    {
        try await Desk.with(calls: 3, scale: 0.1, mix: .recordedInParts) { desk in
            let offered = desk.offered
            var draws = Draws()
            let origin = try await root(desk, "origin", offered)
            if what == "sealed" {
                try #require(try await origin.run(origin.pass).status == 0)
            } else {
                // The pass stores everything, but cannot move it into place.
                let fault = Mishap(.EIO, at: Step(kind: "rename", path: ".tar$", ordinal: 1))
                try #require(try await origin.run(origin.pass, fault).status == 74)
            }
            let before = try await origin.held()
            try #require(before.count == offered.count)
            let all = try await moments(["rebuild", "--discard-old"], of: try await origin.copied(to: "sample"))
            let chosen = Self.choice(all, pages: 6, &draws).drawn(8, &draws)
            let faults = chosen.map { Mishap(Bool.random(using: &draws) ? .killBefore : .killAfter, at: $0) }
            let tally = Tally()
            try await Array(faults.enumerated()).inParallel { number, fault in
                let root = try await origin.copied(to: "rebuild-\(number)")
                defer { root.remove() }
                tally.note(try await root.run(["rebuild", "--discard-old"], fault))
                #expect(try await root.held() == before, "\(fault)")
                if number.isMultiple(of: 2) {
                    let again = try await root.run(["rebuild", "--discard-old"])
                    #expect(again.status == 0, "\(fault): \(again.errors)")
                    #expect(try await root.held() == before, "\(fault)")
                }
                try await root.expectCompletion(keeping: before, "\(fault)")
            }
            say("a rebuild of what is \(what)", chosen, tally, draws.seed)
        }
    }

    @Test func `in a fetch from the provider gives whole files the next time, and archives them once`() async throws {
        try await Desk.with(calls: 3, scale: 0.1, mix: .recordedInParts) { desk in
            let offered = desk.offered
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            let wanted = desk.simulator.servedRecordings().filter { $0.taskID == task }.map { $0.sha256() }.sorted()
            var draws = Draws()
            let sample = try await root(desk, "sample", offered)
            let all = try await moments(["fetch", task, "-o", sample.path + "/out"], of: sample)
            let chosen = Self.choice(all, pages: 6, &draws).drawn(8, &draws)
            let faults = chosen.map { Mishap(Bool.random(using: &draws) ? .killBefore : .killAfter, at: $0) }
            let tally = Tally()
            try await Array(faults.enumerated()).inParallel { number, fault in
                let root = try await self.root(desk, "fetch-\(number)", offered)
                defer { root.remove() }
                let out = root.path + "/out"
                tally.note(try await root.run(["fetch", task, "-o", out], fault))
                let held = try await root.held()
                let again = try await root.run(["fetch", task, "-o", out])
                #expect(again.status == 0, "\(fault): \(again.errors)")
                let sums = try await Program.run(
                    "sh",
                    ["-c", "cd \"$1/$2\" && sha256sum * | cut -c 1-64 | sort", "", out, task]
                )
                #expect(sums.output.split(separator: "\n").map(String.init) == wanted, "\(fault)")
                try await root.expectCompletion(keeping: held, "\(fault)")
            }
            say("a fetch from the provider", chosen, tally, draws.seed)
        }
    }
}

/// A process that is suspended for a while, or not alone.
@Suite struct `A pass` {
    @Test func `that is suspended in mid-download for longer than any timeout resumes when it is woken`()
        async throws
    {
        try await Desk.with(calls: 6, scale: 0.1, mix: .recordedInParts) { desk in
            var settings = `A process that is killed`.settings
            settings["CALLARK_DOWNLOADS_STALL_SECONDS"] = "3"
            settings["CALLARK_DOWNLOADS_ATTEMPTS"] = "20"
            let root = Root(desk, "stopped", offered: desk.offered, environment: settings)
            try await root.make()
            desk.simulator.inject(FaultRule(.media, .first(4), .slow(bytesPerSecond: 60_000)))
            let silent = try RawServer { $0.waitForEnd() }
            defer { silent.stop() }
            let pass = try root.start(root.pass)
            for _ in 0..<2 {
                let asked = desk.simulator.counters.requests(to: .media)
                try await eventually("no download began") {
                    desk.simulator.counters.requests(to: .media) > asked || !pass.isRunning
                }
                pass.signal(SIGSTOP)
                // Longer than a stall is tolerated: curl, which is as patient, times out meanwhile. For the provider,
                // more than an hour, so that every URL has expired.
                desk.simulator.clock.advance(by: .seconds(3700))
                let patience = ["-q", "-sS", "--noproxy", "*", "--max-time", "3.3", silent.url().absoluteString]
                try #require(try await Program.run("curl", patience).status == 28)
                pass.signal(SIGCONT)
            }
            let ending = try await pass.end()
            #expect(ending.status == 0, "\(ending.errors)")
            try await root.expectCompletion(keeping: try await root.held(), "stopped")
        }
    }

    @Test(arguments: [-3600, 3600]) func `whose clock is wrong by an hour archives what one with a right clock does`(
        _ clock: Int
    ) async throws {
        try await Desk.with(calls: 3, scale: 0.02, mix: .recorded) { desk in
            let root = Root(desk, "clock", offered: desk.offered)
            try await root.make()
            let shift = FaultShim.environment(root: root.path, clock: clock)
            let ending = try await root.run(root.pass, environment: shift)
            #expect(ending.status == 0, "\(ending.errors)")
            let times = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            let made = try await Root(desk, "shim", offered: []).run(["init", "--json"], environment: shift)
            let making = try times.parse(try made.objects.first?["created_time"]?.text ?? "")
            #expect(abs(making.timeIntervalSinceNow - Double(clock)) < 300, "the shim works")
            // A clock that is ahead does not list further than the provider's.
            let now = try await root.run(["archive", "--json"], environment: shift).objects.last
            let end = try times.parse(now?["to"]?.text ?? "")
            #expect(abs(end.timeIntervalSinceNow - Double(min(clock, 0))) < 300)
            try await root.expectCompletion(keeping: try await root.held(), "clock \(clock)")
        }
    }

    @Test func `and another one started at the same time: one works, the other names it`() async throws {
        try await Desk.with(calls: 4, scale: 0.05, mix: .recorded) { desk in
            // So that neither ends before the other one begins.
            desk.simulator.inject(FaultRule(.media, .always, .slow(bytesPerSecond: 50_000)))
            let root = Root(desk, "two", offered: desk.offered)
            try await root.make()
            let passes = try [root.start(root.pass), root.start(root.pass)]
            var endings: [Program.Ending] = []
            for pass in passes { endings.append(try await pass.end()) }
            endings.sort { $0.status < $1.status }
            #expect(endings.map(\.status) == [0, 75])
            #expect(try endings[1].complaint.contains(#/process \d+ is running a pass over/#))
            #expect(desk.simulator.counters.requests(to: .media) == root.offered.count)
            desk.simulator.clearFaults()
            try await root.expectCompletion(keeping: try await root.held(), "two at once")
        }
    }
}
