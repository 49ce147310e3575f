import Evidence
import Foundation
import Recordings
import Simulator
import Testing

/// `callark audit`, and what the configuration makes of it.
@Suite struct `The audit of an archive` {
    /// Makes the same CSV out of the log's files, and knows nothing but their formats: c2sp.org/tlog-tiles and docs/evidence.md.
    private static let judge = #"""
        import csv, datetime, json, os, struct, sys
        log = sys.argv[1]
        origin, size, root = open(os.path.join(log, "checkpoint"), encoding="utf-8").read().split("\n")[:3]
        entries = []
        for tile in range((int(size) + 255) // 256):
            width = min(256, int(size) - 256 * tile)
            name = "%03d" % tile + ("" if width == 256 else ".p/%d" % width)
            data, at = open(os.path.join(log, "tile/entries", name), "rb").read(), 0
            for _ in range(width):
                length = struct.unpack_from(">H", data, at)[0]
                entries.append(json.loads(data[at + 2:at + 2 + length]))
                at += 2 + length
        out = csv.writer(sys.stdout, lineterminator="\r\n")
        sys.stdout.write("# %s: size %s, root %s\r\n" % (origin, size, root))
        out.writerow("time,actor,via,address,action,task_id,recording,reason,case,leaf,epoch".split(","))
        for leaf, entry in enumerate(entries):
            if entry["type"] != "recording.stored":
                moment = datetime.datetime.fromtimestamp(entry["time"] // 1000, datetime.timezone.utc)
                milliseconds = ".%03d" % (entry["time"] % 1000) if entry["time"] % 1000 else ""
                out.writerow([moment.strftime("%Y-%m-%dT%H:%M:%S") + milliseconds + "Z", entry["actor"]["name"],
                    entry["actor"]["via"], entry["actor"].get("address", ""), entry["type"], entry.get("task_id", ""),
                    entry.get("path", ""), entry.get("reason", ""), entry.get("case", ""), leaf,
                    origin.rpartition("/")[2]])
        """#

    @Test func `is what a script makes of the log's files, and notes its own export first`() async throws {
        try await Desk.with(calls: 3, mix: .recorded) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            let reason = "a complaint, \"urgent\""
            let fetch = ["fetch", task, "-o", "\(desk.folder)/out", "--reason", reason, "--case", "2026-017"]
            #expect(try await desk.start(fetch).end().status == 0)
            let shown = try await desk.run("audit", "--task", task)
            #expect(shown.status == 0 && shown.output.contains("audio.accessed") && shown.output.contains("1 act;"))
            #expect(try desk.entries(.auditExported).isEmpty)

            let export = try await desk.run("audit", "--csv", "--reason", "quarterly review")
            #expect(export.status == 0, "\(export.errors)")
            let judged = try await Program.run("python3", ["-c", Self.judge, desk.log.path])
            #expect(export.output == judged.output)
            let noted = try #require(try desk.entries(.auditExported).first)
            #expect(noted.text(.reason) == "quarterly review" && noted.number(.count).map { $0 > 0 } == true)

            let lines = try await desk.run("audit", "--type", "audio.accessed", "--json").objects
            #expect(lines.map { $0["type"]?.text } == ["checkpoint", "audit", "summary"])
            #expect(lines[1]["reason"]?.text == reason && lines[1]["case"]?.text == "2026-017")
            #expect(lines[1]["published"] == .boolean(true) && lines[1]["task_id"]?.text == task)
            let early = try await desk.run("audit", "--type", "audio.accessed", "--to", "2001-01-01")
            #expect(early.status == 0 && early.output.contains("0 acts"))
        }
    }

    @Test func `refuses what can find nothing, and what does not hold`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            #expect(try await desk.run("audit").output.contains("no evidence log yet"))
            try await desk.archiveDay()
            #expect(try await desk.run("audit", "--task", "no-such-task").status == 66)
            let actor = try #require(try desk.entries().first?.actor.name)
            let misspelt = try await desk.run("audit", "--actor", actor + "x")
            let question = "did you mean \"\(actor)\"?"
            #expect(misspelt.status == 66 && misspelt.errors.contains(question), "\(misspelt.errors)")
            #expect(try await desk.run("audit", "--actor", actor).status == 0)
            #expect(try await desk.run("audit", "--type", "audio").status == 64)
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            #expect(try await desk.run("fetch", task, "-o", "\(desk.folder)/out").status == 0)
            let capitals = try await desk.run("audit", "--task", task.uppercased(), "--type", "audio.accessed")
            #expect(capitals.status == 0 && capitals.output.contains("1 act;"), "\(capitals.output)")
            let tile = try #require(FileManager.default.subpaths(atPath: "\(desk.log.path)/tile/entries")?.max())
            try desk.flipByte(of: "\(desk.log.path)/tile/entries/\(tile)", at: 20)
            let damaged = try await desk.run("audit")
            #expect(damaged.status == 65 && damaged.output.isEmpty, "\(damaged.output)")
        }
    }

    @Test func `says that an earlier epoch is missing`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            #expect(try await desk.run("fetch", task, "-o", "\(desk.folder)/out").status == 0)
            // A pass publishes it.
            try await desk.archiveDay()
            try FileManager.default.removeItem(atPath: "\(desk.log.path)/tail")
            try #require(try await desk.run("log", "recover", "--org", "acme").status == 0)
            let whole = try await desk.run("audit", "--type", "audio.accessed")
            #expect(whole.status == 0 && whole.output.contains("1 act;"), "\(whole.output)\(whole.errors)")
            #expect(whole.output.contains("EPOCH"))
            let rows = try await desk.run("audit", "--csv").output.split(separator: "\r\n").map(String.init)
            #expect(rows.count { $0.contains(",audio.accessed,") && $0.hasSuffix(",1") } == 1)
            #expect(rows.contains { $0.contains(",log.begun,") && $0.hasSuffix(",0,2") })
            try FileManager.default.removeItem(atPath: desk.log.previous.path)
            let rest = try await desk.run("audit", "--type", "audio.accessed")
            #expect(
                rest.status == 65 && rest.errors.contains("is missing; what it had is not listed"),
                "\(rest.errors)"
            )
            let folder = "\(desk.folder)/case"
            let export = try await desk.run("case", "export", task, "--case", "x", "--reason", "y", "-o", folder)
            #expect(export.status == 65 && export.errors.contains("is missing"), "\(export.errors)")
        }
    }

    @Test func `has a proof of each line, in each epoch, if it is asked for`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            try await desk.archiveDay()
            try FileManager.default.removeItem(atPath: "\(desk.log.path)/tail")
            try #require(try await desk.run("log", "recover", "--org", "acme").status == 0)
            let folder = "\(desk.folder)/proofs"
            let export = try await desk.run("audit", "--csv", "--proofs", folder)
            #expect(export.status == 0, "\(export.errors)")
            let lines = export.output.split(separator: "\r\n").map(String.init)
            let rows = lines.filter { !$0.hasPrefix("#") && !$0.hasPrefix("time,") }
                .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            #expect(Set(rows.map { $0[$0.count - 1] }) == ["1", "2"] && rows.contains { $0[4] == "audit.exported" })
            let names = rows.map { "acme-\($0[$0.count - 1])-\($0[$0.count - 2])" }
            let written = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(Set(written) == Set(names.flatMap { ["\($0).entry", "\($0).tlog-proof"] }))
            let verifier = "\(desk.folder)/callark-verify.py"
            try #require(try await desk.run("log", "verifier", "-o", verifier).status == 0)
            func judged(_ name: String, _ key: String) async throws -> Program.Ending {
                let files = ["\(folder)/\(name).tlog-proof", "\(folder)/\(name).entry"]
                return try await Program.run("python3", ["-B", verifier, "proof"] + files + ["--key", key])
            }
            for (row, name) in zip(rows, names) {
                let log = row.last == "1" ? desk.log.previous : desk.log
                let key = try log.publishedKey().description
                let said = try await judged(name, key)
                #expect(said.status == 0, "\(name): \(said.output)")
                // By the checkpoint that the export names, and of the act in the line.
                let proof = try String(contentsOfFile: "\(folder)/\(name).tlog-proof", encoding: .utf8)
                let position = try LogReader(log).position
                #expect(lines.contains("# \(position.origin): size \(position.size), root \(position.root.base64)"))
                #expect(proof.contains("\n\n\(position.checkpointText)\n"))
                let entry = try String(contentsOfFile: "\(folder)/\(name).entry", encoding: .utf8)
                #expect(entry.contains("\"type\":\"\(row[4])\""), "\(name): \(entry)")
            }
            let (last, key) = (try #require(names.last), try desk.log.publishedKey().description)
            try desk.flipByte(of: "\(folder)/\(last).entry", at: 20)
            #expect(try await judged(last, key).status == 1)
            #expect(try await desk.run("audit", "--proofs", "\(desk.configuration)/proofs").status == 74)
        }
    }

    @Test func `says of which lines there is no proof yet`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            // Published after an hour, and not at once. The file's time is the kernel's, which may not be that of the tests.
            let patient = ["CALLARK_EVIDENCE_CHECKPOINT_SECONDS": "3600"]
            let checkpoint = "\(desk.log.path)/checkpoint"
            try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: checkpoint)
            let out = "\(desk.folder)/out"
            #expect(try await desk.run("fetch", task, "-o", out, environment: patient).status == 0)
            let key = "\(desk.root)/spool/credentials/log.key"
            try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
            let folder = "\(desk.folder)/proofs"
            let arguments = ["audit", "--type", "audio.accessed", "--type", "log.begun", "--json", "--proofs", folder]
            let lenient = patient.merging(["CALLARK_AUDIT_REQUIRED": "false"]) { $1 }
            let early = try await desk.start(arguments, environment: lenient).end()
            #expect(early.status == 75 && early.errors.contains("1 act without a proof"), "\(early.errors)")
            let summaries = try early.objects.filter { $0["type"]?.text == "summary" }
            #expect(summaries.count == 1 && summaries.last?["proofs"] == .number(1), "\(summaries)")
            #expect(summaries.last?["error"]?.text?.contains("1 act without a proof") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
            try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
            let late = try await desk.start(arguments).end()
            #expect(try late.status == 0 && late.objects.last?["proofs"] == .number(2), "\(late.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 4)
        }
    }

    @Test func `asks for reasons, and notes who looks, as configured`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            let strict = ["CALLARK_AUDIT_REQUIRE_REASON": "true", "CALLARK_AUDIT_METADATA": "true"]
            let out = "\(desk.folder)/out"
            for reason in [[], ["--reason", "  "]] {
                let refused = try await desk.start(["fetch", task, "-o", out] + reason, environment: strict).end()
                #expect(refused.status == 64 && refused.errors.contains("--reason"), "\(refused.errors)")
            }
            #expect(try !FileManager.default.fileExists(atPath: out) && desk.entries(.audioAccessed).isEmpty)
            #expect(try await desk.run("list", "--task", task, environment: strict).status == 0)
            #expect(try await desk.run("gaps", environment: strict).status == 0)
            #expect(try await desk.run("list").status == 0)
            let views = try desk.entries(.callViewed)
            #expect(views.map { $0.text(.how) } == ["list", "gaps"] && views.first?.text(.taskID) == task)

            // Without its key, the log takes nothing.
            let key = "\(desk.root)/spool/credentials/log.key"
            try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
            let unseen = try await desk.run("list", environment: strict)
            #expect(unseen.status == 77 && unseen.output.isEmpty, "\(unseen.errors)")
            let unexported = try await desk.run("audit", "--csv")
            #expect(unexported.status == 77 && unexported.output.isEmpty, "\(unexported.errors)")
            let lenient = ["CALLARK_AUDIT_REQUIRED": "false"]
            let given = try await desk.run("fetch", task, "-o", out, environment: lenient)
            #expect(given.status == 0 && given.errors.contains("could not record who got this call"), "\(given.errors)")
            #expect(FileManager.default.fileExists(atPath: "\(out)/\(task)"))
        }
    }

    @Test func `says that the clock was set back`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            for clock in [-7200, 0] {
                let environment = FaultShim.environment(root: desk.root, clock: clock)
                let folder = "\(desk.folder)/out\(clock)"
                let fetched = try await desk.run("fetch", task, "-o", folder, environment: environment)
                #expect(fetched.status == 0, "\(fetched.errors)")
            }
            let steps = try desk.entries(.clockStepped)
            let (from, to) = (steps.first?.number(.from) ?? 0, steps.first?.number(.to) ?? 0)
            #expect(steps.count == 1 && from - to > 3_600_000)
            let shown = try await desk.run("audit", "--type", "clock.stepped")
            #expect(shown.status == 0 && shown.output.contains("1 act;"), "\(shown.output)")
        }
    }
}
