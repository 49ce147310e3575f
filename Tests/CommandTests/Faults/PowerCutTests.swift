import Foundation
import Simulator
import Testing

/// A machine that loses power: only what was flushed is certain to exist.
@Suite struct `A power cut` {
    /// Waits until the process has stopped itself.
    /// - Returns: whether it did; the step may not occur.
    private func waitForStop(_ process: Program) async throws -> Bool {
        try await eventually("neither stopped nor ended") {
            !process.isRunning || state(process) == "T"
        }
        return process.isRunning
    }

    private func state(_ process: Program) -> Substring? {
        let stat = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
        return stat?.split(separator: ")").last?.split(separator: " ").first
    }

    /// While SQLite creates the file or removes its WAL, readers have to wait.
    private func keepsReadersOut(_ step: Step) -> Bool {
        ["manifest.sqlite$", "-journal$", "-shm$"].contains { step.path?.hasSuffix($0) == true }
            || step.kind == "unlink"
    }

    @Test func `before any step leaves everything that was called stored or archived by then`() async throws {
        try await Desk.with(calls: 3, scale: 0.1, mix: .recordedInParts) { desk in
            let offered = desk.offered
            let settings = `A process that is killed`.settings
            var draws = Draws()
            let sample = Root(desk, "sample", offered: offered, environment: settings)
            try await sample.make()
            let ending = try await sample.run(sample.pass, log: sample.path + "-log")
            try #require(ending.status == 0, "\(ending.errors)")
            let all = try Step.all(inLog: sample.path + "-log")
            let chosen = `A process that is killed`.choice(all, pages: 12, &draws).drawn(8, &draws)
            let seed = draws.seed
            let cuts = chosen.map { step in (step: step, remainder: PowerCut.Remainder.allCases, seed: draws.next()) }
            try await Array(cuts.enumerated()).inParallel { number, cut in
                let context = "power cut before \(cut.step), seed \(seed)"
                let root = Root(desk, "cut-\(number)", offered: offered, environment: settings)
                defer { root.remove() }
                let shadow = root.path + "-shadow"
                try PowerCut.prepareShadow(shadow)
                try await root.make(shadow: shadow)
                let pass = try root.start(root.pass, Mishap(.stopBefore, at: cut.step), shadow: shadow)
                let isStopped = try await self.waitForStop(pass)
                let held = isStopped && self.keepsReadersOut(cut.step) ? [] : try await root.held()
                pass.signal(SIGKILL)
                _ = try await pass.end()
                let powerCut = try await PowerCut(of: root.path, shadow: shadow)
                for (turn, remainder) in cut.remainder.enumerated() {
                    var draws = Draws(seed: cut.seed)
                    let after = Root(desk, "cut-\(number)-\(turn)", offered: offered, environment: settings)
                    defer { after.remove() }
                    try powerCut.leave(after.path, remainder, &draws)
                    #expect(held.isSubset(of: try await after.held()), "\(context), \(remainder) of the rest")
                    try await after.expectCompletion(keeping: held, "\(context), \(remainder) of the rest")
                }
            }
            print("power cuts (seed \(seed)): \(2 * cuts.count)")
        }
    }
}
