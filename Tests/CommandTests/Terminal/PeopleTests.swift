import Foundation
import Simulator
import Testing

/// What people see of a running pass, of a fetch and of a verification.
@Suite struct `What people ask` {
    @Test func `status says what runs, and that nothing does`() async throws {
        try await Desk.with(calls: 6, mix: .plain) { desk in
            let idle = try await desk.run("status")
            #expect(idle.output.hasPrefix("running: nothing\n"))
            let last = try #require(desk.simulator.servedRecordings().last?.recording.id)
            desk.simulator.inject(FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60)), pathContains: last))
            let pass = try desk.start("archive", "--day", desk.day)
            var line: [String: JSON]?
            try await eventually("the pass did not say how far it is", every: Patience.look) {
                let objects = try await desk.run("status", "--json").objects
                line = objects.first { $0["type"]?.text == "running" && $0["recordings_stored"] != nil }
                return line?["recordings_stored"]?.number == Double(desk.offered.count - 1)
            }
            #expect(line?["process"]?.number == Double(pass.processIdentifier))
            #expect(line?["command"]?.text == "archive")
            #expect(line?["recordings_found"]?.number == Double(desk.offered.count))
            var text = ""
            try await eventually("the pass did not come to an end of its list", every: Patience.look) {
                text = try await desk.run("status").output
                return !text.contains("at least")
            }
            #expect(text.hasPrefix("running: callark archive, process \(pass.processIdentifier), for "))
            let (stored, all) = (desk.offered.count - 1, desk.offered.count)
            let asked = try #require(line?["tasks_to_ask"]?.number)
            #expect(line?["tasks_asked"]?.number == asked)
            #expect(text.contains(" \(Int(asked)) of \(Int(asked)) (100 %) asked about, "))
            #expect(text.contains(", \(stored) of \(all) (\(stored * 100 / all) %) recordings received, "))
            let remark = "a pass has been running since "
            let arguments = ["report", "--day", desk.day]
            let told = try await desk.start(arguments).end().output.split(separator: "\n")[1]
            let what = " (callark archive, process \(pass.processIdentifier), acme, \(desk.day) 00:00 to "
            #expect(told.hasPrefix(remark) && told.hasSuffix("): figures change until it ends") && told.contains(what))
            let page = try await desk.start(arguments + ["--html"]).end().output
            #expect(page.contains("<p class=\"remark\">Note: \(remark)"))
            #expect(try await desk.start(arguments + ["--csv"]).end().errors.contains("callark: \(remark)"))
            let lines = try await desk.start(arguments + ["--json"]).end().objects
            #expect(lines.first?["type"]?.text == "running" && lines.last?["running"] == .boolean(true))
            pass.signal(SIGKILL)
            _ = try await pass.end()
            let still = try await desk.start(arguments + ["--json"]).end().objects
            #expect(still.first?["type"]?.text == "day" && still.last?["running"] == .boolean(false))
            // The notice still exists, but the lock does not.
            #expect(FileManager.default.fileExists(atPath: "\(desk.root)/spool/pass.json"))
            let killed = try await desk.run("status", "--json")
            #expect(try killed.objects.last?["running"] == .boolean(false))
            desk.simulator.clearFaults()
            try await desk.archiveDay()
            #expect(!FileManager.default.fileExists(atPath: "\(desk.root)/spool/pass.json"))
        }
    }

    @Test func `status shows the last days, and sums up those before them`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let all = try await desk.run("status", "--json").objects
            #expect(all.filter { $0["type"]?.text == "day" }.map { $0["day"]?.text } == [desk.day])
            #expect(!all.contains { $0["type"]?.text == "older" })
            let today = try await desk.run("status", "--last", "1h", "--json").objects
            #expect(!today.contains { $0["type"]?.text == "day" })
            let older = try #require(today.first { $0["type"]?.text == "older" })
            #expect(older["from"]?.text == desk.day && older["days"] == .number(1))
            #expect(older["archived"]?.number == Double(desk.offered.count))
            #expect(try await desk.run("status", "--check", "--last", "1h").status == 64)
        }
    }

    @Test func `an account that can read no secret gets its answers, and an error only when a secret is needed`()
        async throws
    {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            try FileManager.default.removeItem(atPath: "\(desk.folder)/secret")
            try FileManager.default.removeItem(atPath: "\(desk.folder)/refresh")
            for command in [
                ["status"], ["list"], ["report", "--day", desk.day], ["gaps"], ["gaps", "show", task], ["events"],
                ["verify"],
                ["fetch", task, "-o", "\(desk.folder)/out"],
            ] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 0, "\(command): \(ending.errors)")
            }
            for command in [["config", "check"], ["config", "check", "--offline"], ["auth", "status"]] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 78, "\(command)")
                #expect(ending.errors.isEmpty, "\(command): \(ending.errors)")
                #expect(ending.output.contains("client_secret_file: cannot read"), "\(command): \(ending.output)")
                #expect(ending.output.contains(command[0] == "auth" ? "unreadable" : "OK      clock: "))
            }
            let secrets = try await desk.run("config", "check", "--offline", "--json").objects.filter {
                $0["name"]?.text == "secret acme" && $0["failed"] == .boolean(true)
            }
            #expect(secrets.count == 2)
            for command in [["archive"], ["fetch", "unknown", "-o", "\(desk.folder)/out"], ["verify", "--repair"]] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 78, "\(command)")
                #expect(ending.errors.contains("client_secret_file: cannot read"), "\(command): \(ending.errors)")
            }
        }
    }

    @Test func `fetch writes checksums and metadata, which later fetches keep`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            let out = "\(desk.folder)/out"
            let tasks = Array(Set(desk.simulator.servedRecordings().map(\.taskID))).sorted()
            try #require(tasks.count > 1)
            // One from the spool, the other from a sealed archive.
            #expect(try await desk.run("fetch", tasks[0], "-o", out).status == 0)
            try await desk.archiveDay()
            let second = try await desk.run("fetch", tasks[1], "-o", "\(out)/")
            #expect(second.status == 0)
            #expect(second.output.contains("1 call, "))
            let wanted = desk.simulator.servedRecordings().filter { tasks.prefix(2).contains($0.taskID) }
            let sums = try await Program.run("sh", ["-c", "cd \"$1\" && sha256sum -c --strict SHA256SUMS", "", out])
            #expect(sums.status == 0, "\(sums.output)\(sums.errors)")
            #expect(sums.output.split(separator: "\n").count == wanted.count + 1)
            let metadata = try String(contentsOfFile: "\(out)/calls.jsonl", encoding: .utf8).split(separator: "\n")
            #expect(metadata.count == wanted.count)
            let archive = try #require(try desk.archives().first)
            let original = try await Program.run(
                "tar",
                ["-xOf", archive, "--wildcards", "*/metadata/recordings.jsonl"]
            )
            let lines = Set(original.output.split(separator: "\n"))
            let name = URL(filePath: archive).deletingPathExtension().lastPathComponent
            let sum = try await Program.run("sha256sum", [archive]).output.prefix(64)
            let tie = "{\"archive\":\"\(name)\",\"archive_sha256\":\"\(sum)\","
            // A recording fetched from the spool has no archive checksum yet.
            let ties = metadata.map { $0.hasPrefix(tie) ? tie : "{\"archive\":\"\(name)\"," }
            #expect(ties.contains(tie) && ties.contains { $0 != tie })
            #expect(zip(metadata, ties).allSatisfy { $0.hasPrefix($1) && lines.contains("{\($0.dropFirst($1.count))") })
            let modes = try await Program.run("find", [out, "-printf", "%y %m\\n"]).output.split(separator: "\n")
            #expect(Set(modes) == ["d 750", "f 640"])
        }
    }

    @Test func `fetch replaces a file with other bytes only with --force`() async throws {
        try await Desk.with(calls: 1, mix: .plain) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            let out = "\(desk.folder)/out"
            let first = try await desk.run("fetch", task, "-o", out, "--json").objects
            let path = try #require(first.first?["path"]?.text)
            #expect(first.first?["replaced"] == .boolean(false))
            try Data("mine".utf8).write(to: URL(filePath: path))
            let refused = try await desk.run("fetch", task, "-o", out)
            #expect(refused.status == 74)
            #expect(refused.errors.contains(path) && refused.errors.contains("--force"))
            #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
            let forced = try await desk.run("fetch", task, "-o", out, "--force", "--json")
            #expect(forced.status == 0)
            #expect(try forced.objects.last?["replaced"] == .number(1))
            let sums = try await Program.run("sh", ["-c", "cd \"$1\" && sha256sum -c --strict SHA256SUMS", "", out])
            #expect(sums.status == 0)
        }
    }

    @Test func `a fetch is in the log of events, with its account`() async throws {
        try await Desk.with(calls: 1, mix: .plain) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            #expect(try await desk.run("fetch", task, "-o", "\(desk.folder)/out").status == 0)
            let story = try await desk.run("gaps", "show", task, "--json").objects
            let event = try #require(
                story.first { $0["event"]?.text == "audio.accessed" || $0["kind"]?.text == "audio.accessed" }
            )
            #expect("\(event)".contains("\(getuid())"))
        }
    }

    @Test func `verify takes archives and folders, and a copy that can be written to is no damage`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let archive = try #require(try desk.archives().first)
            let copies = "\(desk.folder)/copies/deep"
            try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: true)
            let copy = "\(copies)/\(URL(filePath: archive).lastPathComponent)"
            try FileManager.default.copyItem(atPath: archive, toPath: copy)
            try FileManager.default.copyItem(atPath: archive + ".sha256", toPath: copy + ".sha256")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: copy)
            let both = try await desk.run("verify", archive, "\(desk.folder)/copies")
            #expect(both.status == 0, "\(both.output)")
            let lines = both.output.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines.first?.hasPrefix("OK        \(archive): ") == true)
            #expect(lines[1].contains("warning: ") && lines[1].hasPrefix("OK        "))
            let objects = try await desk.run("verify", copy, "--json").objects
            #expect(objects.map { $0["type"]?.text } == ["warning", "archive", "summary"])
            #expect(objects.last?["sound"] == .boolean(true))
            #expect(try await desk.run("verify", "\(desk.folder)/copies", "/nowhere").status == 66)
            #expect(try await desk.run("verify", desk.folder + "/copies", "--day", desk.day).status == 64)
            try desk.flipByte(of: copy, at: 700)
            let damaged = try await desk.run("verify", copies)
            #expect(damaged.status == 65)
            #expect(damaged.output.hasPrefix("DAMAGED   \(copy): "))
        }
    }

    @Test(arguments: [
        ["archive", "--dya"], ["list", "--config", "/nowhere/callark.yaml"], ["verify", "/nowhere.tar"], ["archve"],
    ])
    func `with JSON logs every line on standard error is an object with a time`(_ arguments: [String]) async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.start(arguments + ["--log-format", "json"]).end()
            #expect(ending.status != 0)
            let lines = ending.errors.split(separator: "\n")
            #expect(!lines.isEmpty)
            for line in lines {
                let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
                #expect(object["level"] == "error" && object["message"]?.isEmpty == false)
                let time = try #require(object["time"])
                #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
            }
        }
    }
}
