import Evidence
import Foundation
import Recordings
import Synchronization
import TestSupport
import Testing

/// SIGKILL to processes that write to a log, before or after each of their steps, and power cuts there. The remaining
/// log can always continue, and has every accepted entry, once, in order.
@Suite struct `A writer of a log that is killed` {
    /// A log in a folder of its own, whose writers are processes.
    private struct Writers: Sendable {
        let folder: String

        init(_ folder: String) { self.folder = folder }

        /// Removed with everything in it.
        static func with(_ body: (Writers) async throws -> Void) async throws {
            let base = URL(filePath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
            let writers = Writers("\(base)/callark-log-\(UUID())")
            defer { try? FileManager.default.removeItem(atPath: writers.folder) }
            try await Turns.shared.run { try await body(writers.made("whole")) }
        }

        func made(_ name: String) throws -> Writers {
            let writers = Writers("\(folder)/\(name)")
            try FileManager.default.createDirectory(atPath: writers.root, withIntermediateDirectories: true)
            return writers
        }

        /// The key is below it too: the state remembered beside it is part of what a crash may lose.
        var root: String { "\(folder)/root" }

        var log: LogFolder { LogFolder(path: "\(root)/log/acme") }

        func run(
            _ arguments: [String],
            _ fault: Mishap? = nil,
            log: String? = nil,
            shadow: String? = nil
        ) async throws -> Program.Ending {
            let environment = FaultShim.environment(root: root, fault, log: log, shadow: shadow)
            let command = ["\(root)/log", "\(root)/keys/log.key"] + arguments
            return try await Program.run("evidence-trial", command, environment: environment)
        }

        /// Copies the log to another place.
        func copied(to other: Writers) async throws {
            let copy = try await Program.run("cp", ["-a", root, other.folder])
            try #require(copy.status == 0, "\(copy.errors)")
        }

        /// The names of all entries of recordings, published and accepted.
        func names() throws -> [String] {
            let reader = try LogReader(log)
            var entries: [[UInt8]] = []
            try reader.forEachEntry { _, entry throws(EvidenceError) in entries.append(entry) }
            entries += try reader.acceptedEntries()
            return entries.compactMap { try? LogEntry($0) }.compactMap { $0.text(.taskID) }
        }
    }

    /// The names of the entries that a run has printed as accepted.
    private static func accepted(_ ending: Program.Ending) -> [String] {
        ending.output.split(separator: "\n").flatMap { line -> [String] in
            let fields = line.split(separator: " ")
            guard fields.count == 4, let first = Int(fields[1]), let count = Int(fields[2]) else { return [] }
            return (first..<(first + count)).map { "\(fields[0])-\($0)" }
        }
    }

    /// The log is sound, has what was accepted, and can continue.
    private func expectToGoOn(
        _ writers: Writers,
        accepted: [String],
        offered: [String],
        _ context: String
    ) async throws {
        let more = try await writers.run(["append", "after", "3", "2"])
        #expect(more.status == 0, "\(context): \(more.errors)")
        let folded = try await writers.run(["fold"])
        #expect(folded.status == 0, "\(context): \(folded.errors)")
        let report = LogVerification(writers.log).report()
        #expect(report.isSound, "\(context): \(report.faults)")
        let names = try writers.names()
        let own = names.filter { !$0.hasPrefix("after") }
        // Entries that were not accepted may exist nevertheless: whole groups of them, in order.
        #expect(own.starts(with: accepted), "\(context): \(own.count) of \(accepted.count)")
        #expect(offered.starts(with: own), "\(context)")
        #expect(names.suffix(3) == ["after-0", "after-1", "after-2"], "\(context)")
        let drafts = try FileManager.default.subpathsOfDirectory(atPath: writers.log.path).filter {
            $0.hasSuffix(".tmp")
        }
        #expect(drafts.count <= 1, "\(context): \(drafts)")
    }

    private static let offered = (0..<8).map { "a-\($0)" } + (0..<260).map { "b-\($0)" }

    /// Begins a log, accepts and publishes some entries, and then enough to fill a tile, each in a process of its own.
    private static let work = [["append", "a", "8", "3"], ["fold"], ["append", "b", "260", "130"], ["fold"]]

    /// A moment in one of these processes.
    private struct Moment: Sendable {
        var process: Int
        var fault: Mishap
    }

    /// Does the work until a process is killed.
    private func work(_ writers: Writers, _ moment: Moment? = nil, shadow: String? = nil) async throws
        -> (accepted: [String], isKilled: Bool)
    {
        var accepted: [String] = []
        for (number, arguments) in Self.work.enumerated() {
            let fault = moment?.process == number ? moment?.fault : nil
            let ending = try await writers.run(arguments, fault, shadow: shadow)
            accepted += Self.accepted(ending)
            if ending.status != 0 {
                try #require(fault != nil && ending.status == 128 + SIGKILL, "\(ending.errors)")
                return (accepted, true)
            }
        }
        return (accepted, false)
    }

    /// Every step of the work.
    private func moments(_ writers: Writers) async throws -> [(process: Int, step: Step)] {
        var moments: [(process: Int, step: Step)] = []
        for (number, arguments) in Self.work.enumerated() {
            let log = "\(writers.folder)/steps-\(number)"
            try #require(try await writers.run(arguments, log: log).status == 0)
            moments += try Step.all(inLog: log).map { (number, $0) }
        }
        return moments
    }

    /// Some of them, drawn.
    private func drawn(
        _ usual: Int,
        of writers: Writers,
        _ draws: inout Draws,
        _ actions: [Mishap.Action]
    ) async throws -> [Moment] {
        let all = try await moments(writers)
        try #require(all.count > 60)
        let wanted = ProcessInfo.processInfo.environment["CALLARK_TEST_STEPS"].flatMap { Int($0) } ?? usual
        return all.shuffled(using: &draws).prefix(wanted).map { moment in
            let action = actions.randomElement(using: &draws) ?? .killBefore
            return Moment(process: moment.process, fault: Mishap(action, at: moment.step))
        }
    }

    @Test func `between any two steps leaves a log that can continue`() async throws {
        try await Writers.with { whole in
            var draws = Draws()
            let seed = draws.seed
            let faults = try await drawn(24, of: whole, &draws, [.killBefore, .killAfter])
            let kills = Mutex(0)
            try await Array(faults.enumerated()).inParallel(2) { number, fault in
                let writers = try whole.made("kill-\(number)")
                defer { try? FileManager.default.removeItem(atPath: writers.folder) }
                let done = try await work(writers, fault)
                if done.isKilled { kills.withLock { $0 += 1 } }
                try await expectToGoOn(writers, accepted: done.accepted, offered: Self.offered, "\(fault)")
            }
            let count = kills.withLock { $0 }
            print("kills of writers of a log (seed \(seed)): \(count) of \(faults.count)")
            #expect(count == faults.count)
        }
    }

    @Test func `and whose power is cut there too, loses nothing that was accepted`() async throws {
        try await Writers.with { whole in
            var draws = Draws()
            let seed = draws.seed
            let faults = try await drawn(10, of: whole, &draws, [.killBefore])
            let seeds = faults.map { _ in draws.next() }
            try await Array(zip(faults, seeds).enumerated()).inParallel(2) { number, fault in
                let writers = try whole.made("cut-\(number)")
                defer { try? FileManager.default.removeItem(atPath: writers.folder) }
                let shadow = writers.folder + "/shadow"
                try PowerCut.prepareShadow(shadow)
                let done = try await work(writers, fault.0, shadow: shadow)
                let cut = try await PowerCut(of: writers.root, shadow: shadow)
                var own = Draws(seed: fault.1)
                for (round, remainder) in PowerCut.Remainder.allCases.enumerated() {
                    let left = try whole.made("left-\(number)-\(round)")
                    defer { try? FileManager.default.removeItem(atPath: left.folder) }
                    try FileManager.default.removeItem(atPath: left.root)
                    try cut.leave(left.root, remainder, &own)
                    let context = "seed \(seed), \(fault.0), \(remainder)"
                    try await expectToGoOn(left, accepted: done.accepted, offered: Self.offered, context)
                }
            }
        }
    }

    @Test func `while it begins an epoch leaves the old log or the new one, and the next one begins`() async throws {
        try await Writers.with { whole in
            var draws = Draws()
            let seed = draws.seed
            try #require(try await whole.run(["append", "a", "8", "8"]).status == 0)
            try #require(try await whole.run(["fold"]).status == 0)
            // Accepted and not published: whichever log goes on has them, once.
            try #require(try await whole.run(["append", "b", "2", "2"]).status == 0)
            let sample = try whole.made("sample")
            try await whole.copied(to: sample)
            let steps = whole.folder + "-steps"
            try #require(try await sample.run(["epoch"], log: steps).status == 0)
            let faults = try Step.all(inLog: steps).drawn(8, &draws).map {
                Mishap(Bool.random(using: &draws) ? .killBefore : .killAfter, at: $0)
            }
            try await Array(faults.enumerated()).inParallel(2) { number, fault in
                let writers = try whole.made("epoch-\(number)")
                defer { try? FileManager.default.removeItem(atPath: writers.folder) }
                try await whole.copied(to: writers)
                _ = try await writers.run(["epoch"], fault)
                let more = try await writers.run(["append", "after", "3", "3"])
                #expect(more.status == 0, "seed \(seed), \(fault): \(more.errors)")
                #expect(try await writers.run(["fold"]).status == 0)
                let report = LogVerification(writers.log).report()
                #expect(report.isSound, "\(fault): \(report.faults)")
                let sizes = [report.position?.size] + report.previous.map { $0.position?.size }
                #expect(sizes == [14] || sizes == [6, 9], "\(fault)")
            }
        }
    }

    @Test func `or whose disk fails a step continues when it works again`() async throws {
        try await Writers.with { whole in
            var draws = Draws()
            let seed = draws.seed
            let faults = try await drawn(12, of: whole, &draws, [.EIO, .ENOSPC, .short])
            try await Array(faults.enumerated()).inParallel(2) { number, fault in
                let writers = try whole.made("fail-\(number)")
                defer { try? FileManager.default.removeItem(atPath: writers.folder) }
                var accepted: [String] = []
                for (number, arguments) in Self.work.enumerated() {
                    let ending = try await writers.run(arguments, fault.process == number ? fault.fault : nil)
                    try #require([0, 65].contains(ending.status), "\(fault): \(ending.errors)")
                    accepted += Self.accepted(ending)
                }
                let folded = try await writers.run(["fold"])
                #expect(folded.status == 0, "seed \(seed), \(fault): \(folded.errors)")
                let report = LogVerification(writers.log).report()
                #expect(report.isSound, "\(fault): \(report.faults)")
                let names = try writers.names()
                #expect(names.filter(Set(accepted).contains) == accepted, "\(fault)")
                #expect(Set(names).count == names.count && Set(names).isSubset(of: Self.offered), "\(fault)")
            }
        }
    }
}

@Suite struct `Eight writers of a log` {
    @Test func `at once have all of their entries in it, once, each in its order`() async throws {
        let base = URL(filePath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
        let folder = "\(base)/callark-log-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let logs = "\(folder)/log"
        let command = [logs, "\(folder)/keys/log.key"]
        try await Turns.shared.run {
            try await (0..<9).inParallel(9) { number in
                // One process publishes all the time.
                guard number < 8 else {
                    for _ in 0..<20 {
                        let ending = try await Program.run("evidence-trial", command + ["fold"])
                        #expect(ending.status == 0, "\(ending.errors)")
                    }
                    return
                }
                let ending = try await Program.run("evidence-trial", command + ["append", "w\(number)", "60", "1"])
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(ending.output.split(separator: "\n").count == 60)
            }
        }
        try #require(try await Program.run("evidence-trial", command + ["fold"]).status == 0)
        let log = LogFolder(path: "\(logs)/acme")
        let report = LogVerification(log).report()
        #expect(report.isSound && report.position?.size == 481, "\(report)")
        var names: [String: [Int]] = [:]
        try LogReader(log).forEachEntry(from: 1) { _, entry throws(EvidenceError) in
            let parts = ((try? LogEntry(entry))?.text(.taskID) ?? "").split(separator: "-")
            names[String(parts.first ?? ""), default: []].append(parts.last.flatMap { Int($0) } ?? -1)
        }
        #expect(names == Dictionary(uniqueKeysWithValues: (0..<8).map { ("w\($0)", Array(0..<60)) }))
    }
}
