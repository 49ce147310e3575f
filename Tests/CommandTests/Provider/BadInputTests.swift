import Foundation
import Simulator
import TestSupport
import Testing

/// Every mistake gives one clear line and its exit code (interface.md, exit codes).
@Suite struct `Bad input` {
    @Test func `a misspelt key is named with its line and the nearest one`() async throws {
        try await Desk.with(calls: 0) { desk in
            try desk.write("callark.yaml", desk.yaml.replacing("  attempts: 3", with: "  atempts: 3"))
            let ending = try await desk.run("archive")
            #expect(ending.status == 78)
            let line = try ending.complaint
            #expect(line.contains("atempts") && line.contains("attempts") && line.contains(":15"), "\(line)")
        }
    }

    @Test func `a secret that cannot be read is named with its path`() async throws {
        try await Desk.with(calls: 0) { desk in
            try FileManager.default.removeItem(atPath: "\(desk.folder)/secret")
            let ending = try await desk.run("archive")
            #expect(ending.status == 78)
            #expect(try ending.complaint.contains("\(desk.folder)/secret"))
        }
    }

    @Test func `a configuration that is nowhere is asked for`() async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.run("archive", "--config", "\(desk.folder)/none.yaml")
            #expect(ending.status == 78)
            #expect(try ending.complaint.contains("none.yaml"))
        }
    }

    /// Arguments, and what the line must say about them.
    static let usage: [([String], String)] = [
        (["archive", "--day", "2099-01-01"], "2099-01-01"),
        (["archive", "--from", "2025-11-21", "--to", "2025-11-20"], "before"),
        (["list", "--from", "2025-11-21", "--to", "2025-11-20"], "before"),
        (["archive", "--from", "2099-01-01"], "future"),
    ]

    @Test(arguments: usage) func `on the command line is usage`(_ arguments: [String], _ word: String) async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.start(arguments).end()
            #expect(ending.status == 64)
            #expect(try ending.complaint.contains(word))
            #expect(ending.output == "")
        }
    }

    @Test(arguments: [("reprot", "did you mean `callark report`?"), ("xyzzy", "`callark --help` lists the commands")])
    func `that is no command is named, with the one that was meant`(word: String, hint: String) async throws {
        let ending = try await Program.run("callark", [word, "--month", "2026-10"])
        #expect(ending.status == 64)
        #expect(try ending.complaint == "callark: error: there is no command \"\(word)\": \(hint)")
    }

    /// What the argument parser itself refuses.
    @Test(arguments: [
        ["archive", "--day", "2025-11-20", "--from", "2025-11-20"], ["fetch", "x", "-o", "-"],
        ["fetch", "x", "-o", ""],
    ])
    func `that cannot even be parsed is usage`(_ arguments: [String]) async throws {
        let ending = try await Program.run("callark", arguments, environment: ["CALLARK_CONFIG": "/nonexistent"])
        #expect(ending.status == 64)
        #expect(ending.errors.contains("rror: "))
        #expect(ending.output == "")
    }

    @Test func `a task that neither the archive nor the provider knows is 66, and named`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            let task = "00000000-0000-4000-8000-000000000000"
            let ending = try await desk.run("fetch", task, "-o", "\(desk.folder)/out")
            #expect(ending.status == 66)
            #expect(try ending.complaint.contains(task))
        }
    }

    @Test func `a provider that is not there is unavailable`() async throws {
        try await Desk.with(calls: 0) { desk in
            await desk.simulator.stop()
            let ending = try await desk.run("config", "check", "--json")
            #expect(ending.status == 69)
            let check = try #require(try ending.objects.first { $0["name"] == .text("provider acme") })
            #expect(check["failed"] == .boolean(true))
        }
    }

    @Test func `a platform without Search is no fault, unless Search is asked for`() async throws {
        try await Desk.with(calls: 0) { desk in
            func check(_ environment: [String: String]) async throws -> (Program.Ending, [String: JSON]?) {
                let ending = try await desk.run("config", "check", "--offline", "--json", environment: environment)
                return (ending, try ending.objects.first { $0["name"] == .text("search acme") })
            }
            #expect(try await check([:]).1 == nil)
            let early = ["CALLARK_ORG_ACME_API_DIALECT": "early_access"]
            let (fine, told) = try await check(early)
            #expect(fine.status == 0 && told?["failed"] == .boolean(false))
            #expect(told?["message"]?.text?.contains("no Search") == true)
            let (wrong, fault) = try await check(early.merging(["CALLARK_ORG_ACME_CROSS_CHECK_SEARCH": "true"]) { $1 })
            #expect(wrong.status == 78 && fault?["failed"] == .boolean(true))
            #expect(fault?["advice"]?.text?.contains("cross_check_search") == true)
        }
    }

    @Test func `a refresh token that is refused is authorisation`() async throws {
        try await Desk.with(calls: 0) { desk in
            desk.simulator.revokeRefreshTokens()
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 77)
            #expect(try ending.complaint.contains("acme"))
        }
    }

    @Test func `a token of another organization is authorisation`() async throws {
        try await Desk.with(calls: 0) { desk in
            let other = "00000000-1111-4222-8333-444444444444"
            try desk.write("callark.yaml", desk.yaml.replacing(desk.simulator.organizationID, with: other))
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 77)
            #expect(try ending.complaint.contains("organization"))
        }
    }

    @Test func `a root that cannot be written to is input and output`() async throws {
        try await Desk.with(calls: 0) { desk in
            // There can be no folder below a file, not even for root.
            try desk.write("archive", "a file")
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 74)
            #expect(try ending.complaint.contains(desk.root))
        }
    }

    @Test(.needs("root and mount namespaces", ReadOnlyMount.isPossible))
    func `a root that is read-only is input and output`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            let ending = try await ReadOnlyMount.run(["archive", "--day", desk.day], of: desk)
            #expect(ending.status == 74)
            #expect(try ending.complaint.contains("read-only"))
        }
    }

    @Test func `too little free space is input and output, and nothing is downloaded`() async throws {
        try await Desk.with(calls: 2) { desk in
            let enough = ["CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": "\(Int64.max / 2)"]
            let ending = try await desk.start("archive", "--day", desk.day, environment: enough).end()
            #expect(ending.status == 74)
            #expect(ending.errors.contains("minimum_free_bytes"))
            #expect(desk.simulator.counters.requests(to: .media) == 0)
        }
    }
}

/// A mount of a folder, in a namespace of the process's own, that no one can write to.
enum ReadOnlyMount {
    private static let script = """
        set -e; root=$1; shift; mount --bind "$root" "$root"; mount -o remount,bind,ro "$root"; exec "$@"
        """

    static let isPossible: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["unshare", "-m", "mount", "--bind", "/tmp", "/tmp"]
        process.standardError = FileHandle.nullDevice
        guard geteuid() == 0, (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Runs `callark` while the desk's root is mounted like this.
    static func run(_ arguments: [String], of desk: Desk) async throws -> Program.Ending {
        let program = Program.products.appending(path: "callark").path
        return try await Program.run(
            "unshare",
            ["-m", "bash", "-c", script, "-", desk.root, program] + arguments,
            environment: ["CALLARK_CONFIG": desk.configuration]
        )
    }
}

@Suite struct `Damage` {
    /// The place of the first recording of an archive.
    private func victim(_ desk: Desk) async throws -> (task: String, archive: String, offset: Int, bytes: Int) {
        let rows = try await desk.run("list", "--state", "archived", "--json").objects
        let row = try #require(rows.first { $0["type"]?.text == "recording" })
        return (
            try #require(row["task_id"]?.text), try #require(row["archive"]?.text),
            Int(try #require(row["offset"]?.number)), Int(try #require(row["bytes"]?.number))
        )
    }

    @Test func `of one byte is found, with its task and its offset`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("verify").status == 0)
            let victim = try await victim(desk)
            try desk.flipByte(of: victim.archive, at: UInt64(victim.offset + victim.bytes / 2))
            let ending = try await desk.run("verify", "--json")
            #expect(ending.status == 65)
            let faults = try ending.objects.filter { $0["type"]?.text == "fault" }
            #expect(
                faults.contains { $0["task_id"]?.text == victim.task && $0["offset"]?.number == Double(victim.offset) }
            )
            #expect(try ending.objects.last?["sound"] == .boolean(false))
            let people = try await desk.run("verify", "-v")
            #expect(people.status == 65)
            #expect(people.output.contains(victim.task) && people.output.contains("\(victim.offset)"))
            let fetched = try await desk.run("fetch", victim.task, "-o", "\(desk.folder)/out")
            #expect(fetched.status == 65)
        }
    }

    @Test(arguments: [1, 512, 20_000]) func `by truncation is found`(_ lost: UInt64) async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let path = try #require(try desk.archives().first)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let file = try #require(FileHandle(forUpdatingAtPath: path))
            try file.truncate(atOffset: try file.seekToEnd() - lost)
            try file.close()
            for arguments in [["verify"], ["verify", "--quick"]] {
                let ending = try await desk.start(arguments).end()
                #expect(ending.status == 65)
                #expect(ending.output.contains("DAMAGED"))
            }
        }
    }

    @Test func `of a missing archive is found`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            try FileManager.default.removeItem(atPath: try #require(try desk.archives().first))
            let ending = try await desk.run("verify", "--quick")
            #expect(ending.status == 65)
        }
    }

    @Test func `of a missing manifest is not hidden, and is repaired by rebuild`() async throws {
        try await Desk.with(calls: 3) { desk in
            try await desk.archiveDay()
            let before = try await desk.run("list", "--json").output
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: "\(desk.root)/manifest.sqlite\(suffix)")
            }
            for arguments in [
                ["archive", "--day", desk.day], ["list"], ["status"], ["status", "--check"], ["gaps"],
                ["gaps", "show", "task"], ["gaps", "explain", "task", "--reason", "other", "--note", "x"],
                ["report", "--day", desk.day], ["events"], ["verify"], ["verify", "--repair"],
            ] {
                let ending = try await desk.start(arguments).end()
                #expect(ending.status == 65)
                #expect(ending.errors.contains("callark rebuild"))
            }
            #expect(try await desk.run("rebuild").status == 0)
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(try await desk.run("list", "--json").output == before)
        }
    }

    @Test func `of a manifest that is not a database is reported`() async throws {
        try await Desk.with(calls: 3) { desk in
            try await desk.archiveDay()
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: "\(desk.root)/manifest.sqlite\(suffix)")
            }
            try desk.write("archive/manifest.sqlite", String(repeating: "not a database ", count: 1000))
            for command in ["archive", "list", "status", "verify"] {
                let ending = try await desk.run(command)
                #expect(ending.status == 65)
                #expect(try ending.complaint.contains("manifest.sqlite"))
            }
            #expect(try await desk.run("rebuild").status == 0)
            #expect(try await desk.run("verify").status == 0)
        }
    }

    @Test func `of one archive is found without any configuration`() async throws {
        try await Desk.with(calls: 3) { desk in
            try await desk.archiveDay()
            let archive = try #require(try desk.archives().first)
            let nowhere = "\(desk.folder)/nowhere"
            try FileManager.default.createDirectory(atPath: nowhere, withIntermediateDirectories: true)
            let sound = try await Program.run("callark", ["verify", "--archive", archive], directory: nowhere)
            #expect(sound.status == 0)
            let victim = try await victim(desk)
            try desk.flipByte(of: archive, at: UInt64(victim.offset))
            let ending = try await Program.run("callark", ["verify", "-v", "--archive", archive], directory: nowhere)
            #expect(ending.status == 65)
            #expect(ending.output.contains(victim.task))
        }
    }
}
