import Foundation
import Simulator
import Testing

/// `callark init`, and what is refused without it.
@Suite struct `A root` {
    private static let refusal = "run `callark init`, or is its disk not mounted?"

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    /// Everything below a folder, with sizes and times.
    private func tree(_ path: String) async throws -> [Substring] {
        try await Program.run("find", [path, "-printf", "%p %y %s %m %T@\n"]).output.split(separator: "\n").sorted()
    }

    @Test func `is made once, durably readable, and keeps its identity`() async throws {
        try await Desk.with(calls: 0, hasRoot: false) { desk in
            let first = try await desk.run("init", "--json")
            #expect(first.status == 0, "\(first.errors)")
            let line = try #require(try first.objects.first)
            #expect(line["type"]?.text == "root" && line["created"] == .boolean(true))
            #expect(try first.objects.last?["type"]?.text == "summary")
            let id = try #require(line["id"]?.text)
            #expect(UUID(uuidString: id) != nil)

            let path = "\(desk.root)/callark.json"
            let file = try JSONDecoder().decode([String: JSON].self, from: Data(try text(path).utf8))
            #expect(file["format"]?.number == 1 && file["id"]?.text == id && file["created_time"]?.number != nil)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o644)

            let before = try await tree(desk.root)
            let again = try await desk.run("init")
            #expect(again.status == 0 && again.output.contains(id) && again.errors == "")
            let line2 = try #require(try await desk.run("init", "--json").objects.first)
            #expect(line2["id"]?.text == id && line2["created"] == .boolean(false))
            #expect(try await tree(desk.root) == before)
            #expect(try FileManager.default.contentsOfDirectory(atPath: desk.root) == ["callark.json"])
        }
    }

    @Test func `that two make at once has one identity`() async throws {
        try await Desk.with(calls: 0, hasRoot: false) { desk in
            let programs = try (0..<6).map { _ in try desk.start("init", "--json") }
            var ids: Set<String> = []
            var made = 0
            for program in programs {
                let ending = try await program.end()
                #expect(ending.status == 0, "\(ending.errors)")
                let line = try #require(try ending.objects.first)
                ids.insert(try #require(line["id"]?.text))
                if line["created"] == .boolean(true) { made += 1 }
            }
            #expect(ids.count == 1 && made == 1)
        }
    }

    /// Every command that uses the root, with valid arguments.
    private static func commands(_ desk: Desk) -> [[String]] {
        [
            ["archive", "--day", desk.day], ["archive", "--dry-run"],
            ["archive", "--from", desk.day, "--low-priority"],
            ["fetch", "task", "-o", "\(desk.folder)/out"], ["list"], ["status"], ["status", "--check"],
            ["gaps"], ["gaps", "show", "task"], ["gaps", "explain", "task", "--reason", "other", "--note", "n"],
            ["gaps", "explain", "--withdraw", "task"], ["report", "--day", desk.day], ["events"],
            ["verify"],
            ["verify", "--quick"], ["verify", "--repair"], ["rebuild"], ["stats", "queues", "--day", desk.day],
            ["stats", "agents", "--day", desk.day], ["stats", "activities", "--day", desk.day], ["sites", "list"],
            ["sites", "export"], ["legacy", "enrich", "--day", desk.day], ["auth", "login", "--paste"],
            ["auth", "status"], ["auth", "refresh"], ["auth", "logout", "--org", "acme"],
            ["vault", "status"], ["vault", "check"], ["vault", "push"], ["vault", "take-over"],
        ]
    }

    @Test(arguments: ["missing", "empty", "not mounted"])
    func `that is not a root is refused by every command, and nothing is created in its place`(_ state: String)
        async throws
    {
        try await Desk.with(calls: 2, hasRoot: false) { desk in
            if state != "missing" {
                try FileManager.default.createDirectory(atPath: desk.root, withIntermediateDirectories: true)
            }
            // What is visible if a file system is not mounted: the mount point's own files.
            if state == "not mounted" { try desk.write("archive/NOT-MOUNTED", "") }
            let before = try await tree(desk.folder)
            for command in Self.commands(desk) {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 74, "\(command): \(ending.output) \(ending.errors)")
                #expect(try ending.complaint.contains("no archive at \(desk.root): \(Self.refusal)"), "\(command)")
                #expect(ending.output == "", "\(command)")
            }
            let json = try await desk.run("list", "--json")
            #expect(try json.objects.last?["type"]?.text == "summary")
            #expect(try json.objects.last?["error"]?.text?.contains(Self.refusal) == true)
            #expect(try await tree(desk.folder) == before)
            #expect(desk.simulator.counters.requests == [:])
        }
    }

    @Test func `that is not a root is a failed line of config check, which changes nothing`() async throws {
        try await Desk.with(calls: 0, hasRoot: false) { desk in
            let before = try await tree(desk.folder)
            for arguments in [["config", "check"], ["config", "check", "--offline"]] {
                let ending = try await desk.start(arguments).end()
                #expect(ending.status == 74)
                let lines = ending.output.split(separator: "\n")
                let root = try #require(lines.first { $0.contains(" root: ") })
                #expect(root.hasPrefix("FAILED ") && root.contains(Self.refusal))
                #expect(lines.contains { $0.hasPrefix("OK ") && $0.contains("configuration") })
            }
            #expect(try await tree(desk.folder) == before)
            // A new pair of tokens would be lost.
            #expect(desk.simulator.counters.requests == [:])
            #expect(try await desk.run("config", "show").status == 0)
        }
    }

    @Test func `that exists is checked without a file being made or touched`() async throws {
        try await Desk.with(calls: 0) { desk in
            let before = try await tree(desk.root)
            #expect(try await desk.run("config", "check", "--offline").status == 0)
            #expect(try await tree(desk.root) == before)
        }
    }

    @Test func `is not needed for one bearer token, and is for tokens that are renewed`() async throws {
        try await Desk.with(calls: 0, hasRoot: false) { desk in
            try desk.write("token", "a-token", mode: 0o600)
            let bearer = desk.yaml.replacing(
                #/client_id: .*\n.*client_secret_file: .*\n.*refresh_token_file: .*/#,
                with: "access_token_file: \(desk.folder)/token"
            )
            try desk.write("callark.yaml", bearer)
            let ending = try await desk.run("sites", "list")
            // The provider was asked, and does not know this token.
            #expect(ending.status == 77, "\(ending.errors)")
            #expect(!FileManager.default.fileExists(atPath: desk.root))
        }
    }

    @Test func `restored from a backup is taken over, and its archives stay as they are`() async throws {
        try await Desk.with(calls: 3, mix: .recorded) { desk in
            try await desk.archiveDay()
            let archives = try await tree("\(desk.root)/archives")
            let keyPath = "\(desk.root)/spool/credentials/log.key"
            let key = try Data(contentsOf: URL(filePath: keyPath))
            for name in ["callark.json", "manifest.sqlite", "spool"] {
                try FileManager.default.removeItem(atPath: "\(desk.root)/\(name)")
            }
            #expect(try await desk.run("rebuild").status == 74)
            let ending = try await desk.run("init")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("1 sealed archive ") && ending.output.contains("callark rebuild"))
            #expect(try await tree("\(desk.root)/archives") == archives)
            #expect(try await desk.run("rebuild").status == 0)
            // The key of the evidence log has a backup of its own; without it, nothing is archived.
            let refused = try await desk.run("archive", "--day", desk.day)
            #expect(refused.status == 78)
            #expect(try refused.complaint.contains("callark log recover"))
            try FileManager.default.createDirectory(
                atPath: "\(desk.root)/spool/credentials",
                withIntermediateDirectories: true
            )
            #expect(
                FileManager.default.createFile(atPath: keyPath, contents: key, attributes: [.posixPermissions: 0o600])
            )
            // Nothing says whether the log had more entries than it has now.
            let stopped = try await desk.run("archive", "--day", desk.day)
            #expect(stopped.status == 65)
            #expect(stopped.errors.contains("log.key.acme.newest is missing"), "\(stopped.errors)")
            #expect(try await desk.run("log", "recover").status == 0)
            try await desk.archiveDay()
        }
    }

    @Test func `is not made of a folder of somebody else's, nor of a file`() async throws {
        try await Desk.with(calls: 0, hasRoot: false) { desk in
            try FileManager.default.createDirectory(
                atPath: "\(desk.root)/lost+found",
                withIntermediateDirectories: true
            )
            try desk.write("archive/letters.txt", "not ours")
            let foreign = try await desk.run("init")
            #expect(foreign.status == 78)
            #expect(try foreign.complaint.contains("letters.txt"))
            #expect(!FileManager.default.fileExists(atPath: "\(desk.root)/callark.json"))
            try FileManager.default.removeItem(atPath: "\(desk.root)/letters.txt")
            // A new file system is not quite empty.
            #expect(try await desk.run("init").status == 0)
            try FileManager.default.removeItem(atPath: desk.root)
            try desk.write("archive", "a file")
            #expect(try await desk.run("init").status == 78)
            #expect(try text(desk.root) == "a file")
            #expect(try await desk.run("list").status == 74)
        }
    }

    private static let unusable: [(text: String, status: Int32, word: String)] = [
        ("", 65, "damaged"), ("{", 65, "damaged"), ("[]", 65, "damaged"), ("{}", 65, "damaged"),
        (#"{"format":0,"id":"0193a5c2-7d1e-4b7a-9f00-3c5e8a1b2d4f","created_time":1}"#, 65, "damaged"),
        (#"{"format":1,"id":"x","created_time":1}"#, 65, "id"),
        (#"{"format":1,"id":"0193a5c2-7d1e-4b7a-9f00-3c5e8a1b2d4f"}"#, 65, "created_time"),
        (#"{"format":1,"id":"0193a5c2-7d1e-4b7a-9f00-3c5e8a1b2d4f","created_time":9223372036854775807}"#, 65, "time"),
        (String(repeating: " ", count: 1 << 20), 65, "bytes"),
        (#"{"format":2,"id":"whatever a later version makes of it"}"#, 78, "newer version"),
    ]

    @Test func `whose identity cannot be used is an error that says what to do`() async throws {
        try await Desk.with(calls: 0) { desk in
            for (content, status, word) in Self.unusable {
                try desk.write("archive/callark.json", content)
                let ending = try await desk.run("list")
                #expect(ending.status == status, "\(content.prefix(80)): \(ending.errors)")
                #expect(try ending.complaint.contains(word))
                #expect(try ending.complaint.contains("\(desk.root)/callark.json"))
                #expect(try await desk.run("init").status == 78)
                #expect(try text("\(desk.root)/callark.json") == content)
            }
            let loose =
                "\n{ \"id\": \"0193A5C2-7D1E-4B7A-9F00-3C5E8A1B2D4F\", \"more\": [], \"created_time\": 5, \"format\": 1 }\r\n"
            try desk.write("archive/callark.json", loose)
            let ending = try await desk.run("init")
            #expect(ending.status == 0 && ending.output.contains("0193a5c2-7d1e-4b7a-9f00-3c5e8a1b2d4f"))
        }
    }

    @Test func `is not needed to verify one archive`() async throws {
        try await Desk.with(calls: 3, mix: .recorded) { desk in
            try await desk.archiveDay()
            let copy = "\(desk.folder)/copy"
            try FileManager.default.copyItem(atPath: "\(desk.root)/archives", toPath: copy)
            try FileManager.default.removeItem(atPath: desk.root)
            let name = try #require(FileManager.default.subpaths(atPath: copy)?.first { $0.hasSuffix(".tar") })
            let ending = try await desk.run("verify", "--archive", "\(copy)/\(name)")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.errors.contains("warning") && ending.errors.contains("their own checksums only"))
            try desk.flipByte(of: "\(copy)/\(name)", at: 3000)
            #expect(try await desk.run("verify", "--archive", "\(copy)/\(name)").status == 65)
            #expect(!FileManager.default.fileExists(atPath: desk.root))
        }
    }

    @Test func `that was being made when the process was killed is made by the next`() async throws {
        try await Desk.with(calls: 0, hasRoot: false) { desk in
            let sample = Root(desk, "sample", offered: [])
            #expect(try await sample.run(["init"], log: sample.path + "-log").status == 0)
            let steps = try Step.all(inLog: sample.path + "-log")
            #expect(steps.contains { $0.kind == "rename" } && steps.contains { $0.kind == "sync" })
            for (number, step) in steps.enumerated() {
                for action in [Mishap.Action.killBefore, .killAfter] {
                    let root = Root(desk, "\(action)-\(number)", offered: [])
                    #expect(try await root.run(["init"], Mishap(action, at: step)).status == 137)
                    let refused = try await root.run(["status"])
                    #expect(refused.status == 0 || refused.errors.contains(Self.refusal), "\(refused.errors)")
                    #expect(try await root.run(["init"]).status == 0, "\(action) \(step)")
                    #expect(try await root.run(["status"]).status == 0)
                    #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == ["callark.json"])
                }
            }
        }
    }
}
