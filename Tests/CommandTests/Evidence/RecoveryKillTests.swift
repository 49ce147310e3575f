import Evidence
import Foundation
import Recordings
import Simulator
import TestSupport
import Testing

/// SIGKILL to `callark log recover`, before or after each of its steps: what it had not done is done by the next pass, or by
/// the command itself. Judge: the stand-alone verifier.
@Suite struct `A recovery of a log that is killed` {
    private func copy(_ source: String, to destination: String) async throws {
        try? FileManager.default.removeItem(atPath: destination)
        let copied = try await Program.run("cp", ["-a", source, destination])
        try #require(copied.status == 0, "\(copied.errors)")
    }

    /// A pass over the day before, which has no calls.
    private func passBefore(_ desk: Desk) async throws -> Program.Ending {
        let day = try #require(ArchiveDay(desk.day)?.previous)
        return try await desk.run("archive", "--day", "\(day)")
    }

    /// Archives a day, and puts the log back to what it was before that. Nothing of the day is in it.
    /// - Parameter isForgotten: whether what is remembered next to the key is gone too, as after a restore.
    private func loseTheDay(_ desk: Desk, isForgotten: Bool) async throws {
        #expect(try await passBefore(desk).status == 0)
        try await copy(desk.log.path, to: "\(desk.folder)/early")
        try await desk.archiveDay()
        try await copy("\(desk.folder)/early", to: desk.log.path)
        if isForgotten {
            try FileManager.default.removeItem(atPath: "\(desk.root)/spool/credentials/log.key.acme.newest")
        }
    }

    private func recover(_ desk: Desk, _ fault: Mishap? = nil, log: String? = nil) async throws -> Program.Ending {
        let environment = FaultShim.environment(root: desk.root, fault, log: log)
        return try await desk.run("log", "recover", environment: environment)
    }

    /// The log proves the day again, each recording once, in one new epoch.
    private func expectRecovered(_ desk: Desk, _ context: String) async throws {
        let verified = try await desk.run("log", "verify")
        #expect(verified.status == 0, "\(context): \(verified.output)\(verified.errors)")
        let stored = try desk.entries(.recordingStored).compactMap { $0.text(.path) }
        #expect(stored.count == desk.simulator.servedRecordings().count, "\(context): \(stored)")
        #expect(Set(stored).count == stored.count, "\(context): \(stored)")
        #expect(try desk.entries(.archiveAdopted).count >= 1, "\(context)")
        let closed = try desk.entries(.dayClosed).map { $0.text(.day) }
        #expect(closed.contains(desk.day), "\(context): \(closed)")
        #expect(desk.log.epochs.count == 2, "\(context)")
        let judged = try await desk.judged(["log", desk.log.path])
        #expect(judged.status == 0, "\(context): \(judged.output)")
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(desk.root)/log")
        #expect(names.sorted() == [".lock", "acme"], "\(context)")
        let again = try await desk.run("log", "recover")
        #expect(again.output.contains("nothing was changed"), "\(context): \(again.output)")
    }

    @Test(arguments: [false, true])
    func `at any step goes on at the next pass, or when it is run again`(_ isForgotten: Bool) async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            var draws = Draws()
            let seed = draws.seed
            try await loseTheDay(desk, isForgotten: isForgotten)
            let lost = "\(desk.folder)/lost"
            try await copy(desk.root, to: lost)
            let steps = "\(desk.folder)/steps"
            let whole = try await recover(desk, log: steps)
            try #require(whole.status == 0, "\(whole.errors)")
            try await expectRecovered(desk, "without a kill")
            // SQLite writes a page at a time: no decision of ours lies between those steps.
            let all = try Step.all(inLog: steps).filter {
                !($0.kind == "write" && $0.path?.contains("manifest.sqlite") == true)
            }
            // The moment that the whole suite is about: the epoch is there, and nothing is adopted yet.
            let begun = try #require(all.first { $0.kind == "rename" && $0.path == "/acme$" })
            let drawn = all.drawn(8, &draws).map {
                Mishap(Bool.random(using: &draws) ? .killBefore : .killAfter, at: $0)
            }
            for (number, fault) in ([Mishap(.killAfter, at: begun)] + drawn).enumerated() {
                let context = "seed \(seed), \(fault)"
                try await copy(lost, to: desk.root)
                let killed = try await recover(desk, fault)
                #expect([0, 128 + SIGKILL].contains(killed.status), "\(context): \(killed.errors)")
                let pass = try await passBefore(desk)
                #expect([0, 65].contains(pass.status), "\(context): \(pass.errors)")
                // Before the new epoch is in its place, the log is the one to which nothing may be written.
                if pass.status == 65 || !number.isMultiple(of: 2) {
                    let again = try await recover(desk)
                    #expect(again.status == 0, "\(context): \(again.errors)")
                }
                try await expectRecovered(desk, context)
            }
        }
    }
}
