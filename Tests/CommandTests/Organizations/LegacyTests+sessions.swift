import Evidence
import Foundation
import Simulator
import Testing

// Attaching sessions to a day's recordings.
extension `Legacy records` {
    @Test func `a day's recordings get their sessions once, beside archives that stay as they are`() async throws {
        try await Self.with { desk in
            try await desk.archiveDay()
            let archives = try desk.archives().map { try Data(contentsOf: URL(filePath: $0)) }
            let tasks = Set(desk.simulator.servedRecordings().map(\.taskID))
            let first = try await desk.run("legacy", "enrich", "--day", desk.day, "--json")
            #expect(first.status == 0, "\(first.errors)")
            let summary = try #require(try first.objects.last)
            #expect(summary["attached"] == .number(Double(tasks.count)))
            #expect(summary["complete"] == .boolean(true))
            let path = try #require(try first.objects.first { $0["type"]?.text == "file" }?["path"]?.text)
            #expect(path.hasSuffix("-\(desk.day)-legacy-001.jsonl"))
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                try JSONDecoder().decode([String: JSON].self, from: Data($0.utf8))
            }
            #expect(Set(lines.compactMap { $0["task_id"]?.text }) == tasks)
            #expect(lines.allSatisfy { $0["csr"]?["sid"] == $0["task_id"] })
            let asked = desk.simulator.counters.requests(to: .legacy)
            let again = try await desk.run("legacy", "enrich", "--day", desk.day, "--json")
            #expect(try again.objects.last?["held"] == .number(Double(tasks.count)))
            #expect(desk.simulator.counters.requests(to: .legacy) == asked)
            #expect(try desk.archives().map { try Data(contentsOf: URL(filePath: $0)) } == archives)
            let verification = try await desk.run("verify")
            #expect(verification.status == 0, "\(verification.output)")
            #expect(verification.output.contains("OK        \(path)"))
            #expect(try await desk.run("rebuild", "--discard-old").status == 0)
            #expect(try await desk.run("verify", "--quick").status == 0)
        }
    }

    @Test func `what could not be fetched is requested by the next run, and nothing else`() async throws {
        try await Self.with { desk in
            try await desk.archiveDay()
            let tasks = Set(desk.simulator.servedRecordings().map(\.taskID))
            let missing = try #require(tasks.sorted().first)
            desk.simulator.inject(FaultRule(.legacy, .always, .status(404), pathContains: missing))
            let first = try await desk.run("legacy", "enrich", "--day", desk.day, "--json")
            #expect(first.status == 75)
            let absent = try first.objects.filter { $0["type"]?.text == "absent" }
            #expect(absent.map { $0["task_id"]?.text } == [missing])
            desk.simulator.clearFaults()
            desk.simulator.resetCounters()
            let second = try await desk.run("legacy", "enrich", "--day", desk.day)
            #expect(second.status == 0, "\(second.errors)")
            #expect(second.output.contains("1 attached, \(tasks.count - 1) there before, 0 absent"))
            #expect(desk.simulator.counters.requests(to: .legacy) == 1)
            // It is in a file of its own: the first one stays as it is, and the log names both.
            let file = try #require(try first.objects.first { $0["type"]?.text == "file" }?["path"]?.text)
            let names = [file, file.replacing("-001.jsonl", with: "-002.jsonl")]
            #expect(names.allSatisfy { second.output.contains("in \($0)\n") })
            let entries = try desk.entries(.legacyAttached)
            #expect(entries.map { $0.text(.file) } == names.map { URL(filePath: $0).lastPathComponent })
            #expect(entries.map { $0.number(.count) } == [Int64(tasks.count - 1), 1])
            let listed = try await desk.run("list", "--task", missing, "--json").objects
            #expect(listed.contains { $0["type"]?.text == "legacy_session" && $0["file"]?.text == names[1] })
            #expect(try await desk.run("fetch", missing, "-o", "calls").status == 0)
            #expect(FileManager.default.fileExists(atPath: "\(desk.folder)/calls/\(missing)/legacy-session.json"))
            let verification = try await desk.run("verify")
            #expect(verification.status == 0)
            #expect(names.allSatisfy { verification.output.contains("OK        \($0)") })
        }
    }

    @Test func `a refusal on the way keeps what was had`() async throws {
        try await Self.with { desk in
            try await desk.archiveDay()
            let count = Set(desk.simulator.servedRecordings().map(\.taskID)).count
            var rule = FaultRule(.legacy, .always, .status(403))
            rule.after = 3
            desk.simulator.inject(rule)
            let first = try await desk.run("legacy", "enrich", "--day", desk.day)
            #expect(first.status == 77)
            #expect(first.output.contains("3 attached"))
            desk.simulator.clearFaults()
            let second = try await desk.run("legacy", "enrich", "--day", desk.day)
            #expect(second.status == 0)
            #expect(second.output.contains("\(count - 3) attached, 3 there before"))
        }
    }

    @Test func `a changed byte among the sessions is found by verify, and overwritten by nothing`() async throws {
        try await Self.with { desk in
            try await desk.archiveDay()
            let attached = try await desk.run("legacy", "enrich", "--day", desk.day, "--json").objects
            // Not inside #require: the compiler (6.3.1) gives a closure in a macro's argument the same symbol as the
            // next one outside of it, which then does what the first one does.
            let file = attached.first { $0["type"]?.text == "file" }
            let path = try #require(file?["path"]?.text)
            try desk.flipByte(of: path, at: 40)
            let verification = try await desk.run("verify", "--json")
            #expect(verification.status == 65)
            let faults = try verification.objects.filter { $0["type"]?.text == "fault" }
            let lines = faults.filter { $0["kind"]?.text == "metadata_line" }.compactMap { $0["message"]?.text }
            #expect(lines.contains { $0.hasPrefix("line 1 of ") }, "\(verification.output) \(verification.errors)")
            #expect(faults.map { $0["kind"]?.text } == ["metadata_line", "side_file"], "\(verification.output)")
            let damaged = try Data(contentsOf: URL(filePath: path))
            let ending = try await desk.run("legacy", "enrich", "--day", desk.day)
            #expect(ending.status == 65)
            #expect(try ending.complaint.contains("bad line, 1"))
            #expect(try Data(contentsOf: URL(filePath: path)) == damaged)
        }
    }

    @Test func `a file of sessions that was changed with all its checksums, or is gone, is found by the evidence log`()
        async throws
    {
        try await Self.with { desk in
            try await desk.archiveDay()
            let attached = try await desk.run("legacy", "enrich", "--day", desk.day, "--json").objects
            let file = attached.first { $0["type"]?.text == "file" }
            let path = try #require(file?["path"]?.text)
            #expect(try await desk.run("verify").status == 0)
            // When the first session was given, the line's own checksum, and the checksum file.
            let edit = """
                import hashlib, os, re, sys
                path = sys.argv[1]
                lines = open(path, "rb").read().split(b"\\n")
                line = re.sub(rb'"answered_time":[0-9]', b'"answered_time":9', lines[0], count=1)
                assert line != lines[0], lines[0]
                bare = re.sub(rb',"check":"[0-9a-f]+"', b"", line)
                check = hashlib.sha256(bare).hexdigest()[:16].encode()
                lines[0] = re.sub(rb'"check":"[0-9a-f]+"', b'"check":"' + check + b'"', line)
                data = b"\\n".join(lines)
                for name, content in (path, data), (path + ".sha256", b"%s  %s\\n" % (
                        hashlib.sha256(data).hexdigest().encode(), os.path.basename(path).encode())):
                    os.chmod(name, 0o640)
                    open(name, "wb").write(content)
                """
            let edited = try await Program.run("python3", ["-c", edit, path])
            try #require(edited.status == 0, "\(edited.errors)")
            let changed = try await desk.run("verify", "--json")
            let faults = try changed.objects.filter { $0["type"]?.text == "fault" }
            #expect(changed.status == 65 && faults.map { $0["kind"]?.text } == ["evidence"], "\(changed.output)")
            for name in [path, path + ".sha256"] { try FileManager.default.removeItem(atPath: name) }
            let gone = try await desk.run("verify", "--json")
            let missing = try gone.objects.filter { $0["type"]?.text == "fault" }
            #expect(gone.status == 65 && missing.map { $0["kind"]?.text } == ["archive_missing"], "\(gone.output)")
            #expect(try await desk.run("legacy", "enrich", "--day", desk.day).status == 0)
            #expect(try await desk.run("verify").status == 0)
        }
    }

    @Test func `a session file of which only the checksum is left is reported as missing, and created again`()
        async throws
    {
        try await Self.with { desk in
            try await desk.archiveDay()
            let task = try task(desk).id
            let attached = try await desk.run("legacy", "enrich", "--day", desk.day, "--json").objects
            let file = attached.first { $0["type"]?.text == "file" }
            let path = try #require(file?["path"]?.text)
            let bytes = try Data(contentsOf: URL(filePath: path))
            try FileManager.default.removeItem(atPath: path)
            for depth in [[], ["--quick"]] {
                let verification = try await desk.start(["verify", "--json"] + depth).end()
                #expect(verification.status == 65)
                let faults = try verification.objects.filter { $0["type"]?.text == "fault" }
                #expect(faults.map { $0["kind"]?.text } == ["archive_missing"], "\(verification.output)")
            }
            let list = try await desk.run("list", "--task", task)
            #expect(list.status == 65)
            #expect(try list.complaint.contains("\(path) is missing"))
            // Until every session of the day is somewhere else, the file is still missing.
            desk.simulator.inject(FaultRule(.legacy, .always, .status(404), pathContains: task))
            #expect(try await desk.run("legacy", "enrich", "--day", desk.day).status == 75)
            #expect(try await desk.run("verify").status == 65)
            desk.simulator.clearFaults()
            #expect(try await desk.run("legacy", "enrich", "--day", desk.day).status == 0)
            #expect(try await desk.run("verify").status == 0)
            #expect(!FileManager.default.fileExists(atPath: path))
            let anew = try ["-002.jsonl", "-003.jsonl"].map {
                try Data(contentsOf: URL(filePath: path.replacing("-001.jsonl", with: $0))).count
            }
            #expect(anew.reduce(0, +) == bytes.count)
        }
    }

    @Test func `an attached session is shown by list, and fetched with the recordings`() async throws {
        try await Self.with { desk in
            try await desk.archiveDay()
            let task = try task(desk).id
            let before = try await desk.run("list", "--task", task, "--json").objects
            #expect(!before.contains { $0["type"]?.text == "legacy_session" })
            #expect(try await desk.run("fetch", task, "-o", "before").status == 0)
            #expect(!FileManager.default.fileExists(atPath: "\(desk.folder)/before/\(task)/legacy-session.json"))
            #expect(try await desk.run("legacy", "enrich", "--day", desk.day).status == 0)
            let asked = desk.simulator.counters.requests(to: .legacy)

            let objects = try await desk.run("list", "--task", task, "--json").objects
            #expect(objects.filter { $0["type"]?.text == "recording" } == before.dropLast())
            let attached = objects.first { $0["type"]?.text == "legacy_session" }
            let line = try #require(attached)
            let file = try #require(line["file"]?.text)
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            let number = Int(try #require(line["line"]?.number))
            let whole = String(lines[number - 1])
            #expect(whole.hasSuffix(#""task_id":"\#(task)"}"#))
            let text = try await desk.run("list", "--task", task).output
            #expect(text.contains("legacy session of \(task): \(file), line \(number)"))
            let all = try await desk.run("list", "--day", desk.day, "--json")
            #expect(!all.output.contains("legacy_session"))

            let fetched = try await desk.run("fetch", task, "-o", "after", "--json")
            #expect(fetched.status == 0, "\(fetched.errors)")
            let written = try fetched.objects.first { $0["type"]?.text == "legacy_session" }
            let place = try #require(written?["path"]?.text)
            #expect(place == "after/\(task)/legacy-session.json")
            let data = try Data(contentsOf: URL(filePath: "\(desk.folder)/\(place)"))
            let record = try JSONDecoder().decode(JSON.self, from: data)
            #expect(record["sid"]?.text == task && record["ani"]?.text != nil)
            #expect(try fetched.objects.last?["legacy_sessions"] == .number(1))
            #expect(desk.simulator.counters.requests(to: .legacy) == asked)

            // A damaged one is neither written nor ignored.
            try desk.flipByte(of: file, at: 40)
            let other = try #require(lines[0].firstMatch(of: /"task_id":"([^"]+)"/)?.output.1)
            let damaged = try await desk.run("fetch", "\(other)", "-o", "damaged")
            #expect(damaged.status == 65)
            #expect(try damaged.complaint.contains("bad line, 1"))
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(desk.folder)/damaged/\(other)")
            #expect(!names.isEmpty && !names.contains { $0.contains("legacy") })
            let list = try await desk.run("list", "--task", "\(other)", "--json")
            #expect(list.status == 65)
            #expect(try list.objects.contains { $0["type"]?.text == "recording" })
        }
    }
}
