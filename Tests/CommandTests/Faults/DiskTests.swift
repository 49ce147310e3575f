import Foundation
import Simulator
import TestSupport
import Testing

/// Disks that are full, read-only, or failing.
@Suite struct `A disk` {
    private func root(_ desk: Desk, _ name: String, _ offered: [String]) async throws -> Root {
        let root = Root(desk, name, offered: offered, environment: `A process that is killed`.settings)
        try await root.make()
        return root
    }

    /// The root on a small disk.
    private func root(_ desk: Desk, in disk: SmallDisk) async throws -> Root {
        var root = Root(desk, "small", offered: desk.offered, environment: `A process that is killed`.settings)
        root.entrance = disk.entrance
        try await root.make()
        return root
    }

    /// What every such failure must look like: one line that names the path, and the right exit code; never a bug,
    /// never a hang.
    private func expectComplaint(_ ending: Program.Ending, _ root: Root, _ context: String) {
        #expect(ending.status == 74, "\(context): \(ending.errors)")
        let lines = ending.errors.split(separator: "\n").filter { $0.hasPrefix("callark: error: ") }
        #expect(lines.count == 1, "\(context): \(ending.errors)")
        #expect(lines.first?.contains(root.path) == true, "\(context): \(ending.errors)")
    }

    /// Steps whose failure need not make the pass fail. SQLite ignores it if it cannot flush the folder of its files,
    /// which is flushed once more later, or remove its WAL, which is read the next time. And a lock works whatever its
    /// mode is.
    private static func isDispensable(_ step: Step) -> Bool {
        if step.kind == "mode", step.path == "/pass.lock$" { return true }
        return isOfSQLite(step)
    }

    private static func isOfSQLite(_ step: Step) -> Bool {
        step.path?.contains("manifest.sqlite") == true || step.kind == "sync" && step.path == "/archive$"
    }

    @Test func `that fails at any one write, flush, truncation or rename ends the pass with 74, and loses nothing`()
        async throws
    {
        try await Desk.with(calls: 3, scale: 0.1, mix: .recordedInParts) { desk in
            let offered = desk.offered
            var draws = Draws()
            let sample = try await root(desk, "sample", offered)
            _ = try await sample.run(sample.pass, log: sample.path + "-log")
            let all = try Step.all(inLog: sample.path + "-log")
            let chosen = `A process that is killed`.choice(all, pages: 10, &draws).drawn(24, &draws)
            let errors: [Mishap.Action] = [.EIO, .ENOSPC, .EIO, .EDQUOT, .EIO, .EROFS]
            let mishaps = chosen.enumerated().map { number, step in
                // Only bytes and names can run out.
                Mishap(["sync", "mode"].contains(step.kind) ? .EIO : errors[number % errors.count], at: step)
            }
            print("errors (seed \(draws.seed)): \(mishaps.count)")
            try await Array(mishaps.enumerated()).inParallel { number, mishap in
                let root = try await self.root(desk, "error-\(number)", offered)
                defer { root.remove() }
                let ending = try await root.run(root.pass, mishap, log: root.path + "-log")
                let hasCome = try Step.all(inLog: root.path + "-log").count >= mishap.step.ordinal
                if ending.status != 0 || hasCome && !Self.isDispensable(mishap.step) {
                    self.expectComplaint(ending, root, "\(mishap)")
                }
                try await root.expectCompletion(keeping: try await root.held(), "\(mishap)")
            }
        }
    }

    @Test(arguments: [Mishap.Action.ENOSPC, .EIO, .EROFS])
    func `that fails from some step on ends the pass with 74, which resumes when it works again`(
        _ action: Mishap.Action
    ) async throws {
        try await Desk.with(calls: 3, scale: 0.1, mix: .recordedInParts) { desk in
            let offered = desk.offered
            var draws = Draws()
            let sample = try await root(desk, "sample", offered)
            _ = try await sample.run(sample.pass, log: sample.path + "-log")
            let count = try Step.all(inLog: sample.path + "-log").count
            let seed = draws.seed
            let mishaps = (0..<6).map { _ in
                Mishap(action, at: Step(ordinal: Int.random(in: 1...(count * 3 / 4), using: &draws)), times: nil)
            }
            try await Array(mishaps.enumerated()).inParallel { number, mishap in
                let root = try await self.root(desk, "from-\(number)", offered)
                defer { root.remove() }
                self.expectComplaint(try await root.run(root.pass, mishap), root, "\(mishap), seed \(seed)")
                try await root.expectCompletion(keeping: try await root.held(), "\(mishap), seed \(seed)")
            }
        }
    }

    @Test(arguments: ["sealed", "stored"]) func `that fails in a rebuild leaves a manifest, the old or the new`(
        _ what: String
    ) async throws {
        try await Desk.with(calls: 3, scale: 0.02, mix: .recorded) { desk in
            let offered = desk.offered
            var draws = Draws()
            let origin = try await root(desk, "origin", offered)
            let mishap = Mishap(.EIO, at: Step(kind: "rename", path: ".tar$", ordinal: 1))
            try #require(try await origin.run(origin.pass, what == "stored" ? mishap : nil).status % 74 == 0)
            let before = try await origin.held()
            try #require(before.count == offered.count)
            let sample = try await origin.copied(to: "sample")
            _ = try await sample.run(["rebuild", "--discard-old"], log: sample.path + "-log")
            let all = try Step.all(inLog: sample.path + "-log")
            let chosen = `A process that is killed`.choice(all, pages: 24, &draws).drawn(8, &draws)
            try await Array(chosen.enumerated()).inParallel { number, step in
                // From there on, too: SQLite ignores a single failure in some places.
                let mishap = Mishap(.EIO, at: step, times: number.isMultiple(of: 2) ? 1 : nil)
                let root = try await origin.copied(to: "rebuild-\(number)")
                defer { root.remove() }
                let ending = try await root.run(["rebuild", "--discard-old"], mishap)
                #expect([0, 65, 74].contains(ending.status), "\(mishap): \(ending.errors)")
                #expect(try await root.held() == before, "\(mishap): \(ending.errors)")
                try await root.expectCompletion(keeping: before, "\(mishap)")
            }
        }
    }

    @Test func `that writes less than it was given is given the rest`() async throws {
        try await Desk.with(calls: 2, scale: 0.1, mix: .recordedInParts) { desk in
            let root = try await root(desk, "short", desk.offered)
            let mishap = Mishap(.short, at: Step(kind: "write", ordinal: 1), times: nil)
            let ending = try await root.run(root.pass, mishap)
            #expect(ending.status == 0, "\(ending.errors)")
            try await root.expectCompletion(keeping: try await root.held(), "short writes")
        }
    }

    @Test(arguments: [".tar.open$", ".jsonl$"], 1...3)
    func `that drops bytes at a flush has none of them called stored, though later flushes work`(
        _ file: String,
        _ flush: Int
    ) async throws {
        try await Desk.with(calls: 4, scale: 0.02, mix: .recorded) { desk in
            let root = try await root(desk, "flush", desk.offered)
            let shadow = root.path + "-shadow"
            try PowerCut.prepareShadow(shadow)
            let mishap = Mishap(.drop, at: Step(kind: "sync", path: file, ordinal: flush))
            let ending = try await root.run(root.pass, mishap, log: root.path + "-log", shadow: shadow)
            let held = try await root.held()
            if try Step.all(inLog: root.path + "-log").count >= flush {
                expectComplaint(ending, root, "\(mishap)")
                #expect(ending.errors.contains(file.dropLast()))
                #expect(held.count < root.offered.count || flush > 1)
            }
            // The files hold what is called stored, byte for byte, before anything could be fetched again.
            let out = "\(desk.folder)/out"
            let tasks = Set(held.compactMap { $0.split(separator: " ").first.map(String.init) })
            if !tasks.isEmpty {
                let fetching = try await root.run(
                    ["fetch", "-o", out] + tasks,
                    environment: ["CALLARK_ORG_ACME_API_BASE_URL": "http://127.0.0.1:9/v1"]
                )
                let sums = try await Program.run("sh", ["-c", "find \"$1\" -type f -exec sha256sum {} +", "", out])
                let fetched = Set(sums.output.split(separator: "\n").map { $0.prefix(64) })
                #expect(held.allSatisfy { fetched.contains($0.suffix(64)) }, "\(mishap): \(fetching.errors)")
            }
            try await root.expectCompletion(keeping: held, "\(mishap)")
        }
    }

    @Test func `that cannot flush the manifest's log has nothing called stored`() async throws {
        try await Desk.with(calls: 2, scale: 0.02, mix: .recorded) { desk in
            let root = try await root(desk, "flush", desk.offered)
            let mishap = Mishap(.EIO, at: Step(kind: "sync", path: "manifest.sqlite-wal$", ordinal: 1), times: nil)
            expectComplaint(try await root.run(root.pass, mishap), root, "\(mishap)")
            #expect(try await root.held() == [])
            try await root.expectCompletion(keeping: [], "\(mishap)")
        }
    }

    @Test(.needs("the right to mount a tmpfs", SmallDisk.isPossible))
    func `of a few megabytes that fills up stops the pass with both numbers, and the next one resumes`() async throws {
        try await Desk.with(calls: 8, scale: 0.05, mix: .recorded) { desk in
            // Two arrive, and the others take so long that the disk is full before.
            var slow = FaultRule(.media, .always, .slow(bytesPerSecond: 15_000))
            slow.after = 2
            desk.simulator.inject(slow)
            let disk = try await SmallDisk(at: "\(desk.folder)/small/archive", "size=16m")
            let root = try await root(desk, in: disk)
            let pass = try root.start(root.pass)
            try await eventually("nothing was stored", every: Patience.look) {
                try await root.held().count >= 2 || !pass.isRunning
            }
            try await disk.shell("head -c 32m /dev/zero > \(disk.path)/filler 2>/dev/null || true")
            desk.simulator.clearFaults()
            let ending = try await pass.end()
            expectComplaint(ending, root, "full")
            let numbers = #/[\d.]+ \w+ are free, ([\d.]+ \w+ are needed|less than its next transaction needs)/#
            #expect(ending.errors.contains(numbers))
            let held = try await root.held()
            #expect(held.count >= 2)
            // On the full disk, nothing is lost and nothing is begun.
            let full = try await root.run(root.pass)
            expectComplaint(full, root, "still full")
            #expect(try await root.held() == held)
            try await disk.shell("rm \(disk.path)/filler")
            desk.simulator.clearFaults()
            try await root.expectCompletion(keeping: held, "small disk")
        }
    }

    @Test(.needs("the right to mount a tmpfs", SmallDisk.isPossible))
    func `without inodes stops the pass, which says that it is those`() async throws {
        try await Desk.with(calls: 4, scale: 0.05, mix: .recorded) { desk in
            let disk = try await SmallDisk(at: "\(desk.folder)/small/archive", "size=16m,nr_inodes=60")
            let root = try await root(desk, in: disk)
            let fill =
                "cd \(disk.path) && mkdir -p fill && for i in $(seq 100); do : > fill/$i || break; done 2>/dev/null"
            for round in 0..<2 {
                try await disk.shell("(\(fill)) || true")
                let ending = try await root.run(root.pass)
                expectComplaint(ending, root, "round \(round)")
                #expect(ending.errors.contains("no more files can be created (no free inodes)"))
                // Some room, but not enough for everything that a pass writes.
                try await disk.shell("find \(disk.path)/fill -type f | sed -n 1,5p | xargs rm")
                _ = try await root.run(root.pass)
            }
            let held = try await root.held()
            try await disk.shell("rm -r \(disk.path)/fill")
            try await root.expectCompletion(keeping: held, "inodes")
        }
    }

    @Test(.needs("the right to mount a tmpfs", SmallDisk.isPossible))
    func `that is read-only is said to be, and what is on it is read all the same`() async throws {
        try await Desk.with(calls: 3, scale: 0.02, mix: .recorded) { desk in
            let disk = try await SmallDisk(at: "\(desk.folder)/small/archive", "size=16m")
            let root = try await root(desk, in: disk)
            try await root.expectCompletion(keeping: [], "before")
            let held = try await root.held()
            try await disk.shell("mount -o remount,ro \(disk.path)")
            for command in [root.pass, ["rebuild", "--discard-old"]] {
                let ending = try await root.run(command)
                expectComplaint(ending, root, "read-only")
                #expect(ending.errors.contains("read-only"))
            }
            #expect(try await root.held() == held)
            #expect(try await root.run(["verify"]).status == 0)
            #expect(try await root.run(["status"]).status == 0)
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            // Without an entry in the evidence log, nothing is handed out.
            #expect(try await root.run(["fetch", task, "-o", "\(desk.folder)/out"]).status == 77)
            try await disk.shell("mount -o remount,rw \(disk.path)")
            try await root.expectCompletion(keeping: held, "writable again")
        }
    }

    @Test(.needs("the right to mount a tmpfs", SmallDisk.isPossible))
    func `is left with minimum_free_bytes before it is full`() async throws {
        try await Desk.with(calls: 10, scale: 0.1, mix: .recordedInParts) { desk in
            let disk = try await SmallDisk(at: "\(desk.folder)/small/archive", "size=6m")
            let root = try await root(desk, in: disk)
            let minimum = 3 << 20
            let ending = try await root.run(
                root.pass,
                environment: ["CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": String(minimum)]
            )
            expectComplaint(ending, root, "below the minimum")
            #expect(ending.errors.contains(#/[\d.]+ \w+ are free, [\d.]+ \w+ are needed/#))
            let free = try await disk.shell("stat -f -c '%a %S' \(disk.path)").split(whereSeparator: \.isWhitespace)
            #expect((Int(free[0]) ?? 0) * (Int(free[1]) ?? 0) >= minimum)
            let held = try await root.held()
            #expect(!held.isEmpty && held.count < root.offered.count)
            try await disk.shell("mount -o remount,size=64m \(disk.path)")
            try await root.expectCompletion(keeping: held, "with more room")
        }
    }
}
