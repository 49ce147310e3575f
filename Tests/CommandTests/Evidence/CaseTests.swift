import Evidence
import Foundation
import Recordings
import Simulator
import TestSupport
import Testing

/// `callark case export`, and what strangers make of a case.
@Suite struct `An exported case` {
    /// What somebody sees who has only the case, and the key out of a letter.
    private func verified(_ desk: Desk, _ folder: String, _ arguments: [String] = []) async throws -> Program.Ending {
        try await Program.run("python3", ["-B", "\(folder)/verify.py", "case", folder] + arguments)
    }

    private func files(_ folder: String) -> [String] {
        (FileManager.default.subpaths(atPath: folder) ?? []).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        .sorted()
    }

    /// An archive with a state that an anchor knows and entries after it, and a case of all of its calls.
    private func withCase(
        _ options: [String] = [],
        in name: String = "case",
        _ body: (Desk, String) async throws -> Void
    ) async throws {
        try await Desk.with(calls: 3, mix: .recorded) { desk in
            let anchor = "evidence:\n  anchors: [{ kind: command, name: copy, command: [cat] }]\n"
            try desk.write("callark.yaml", desk.yaml + anchor)
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            #expect(try await desk.run("fetch", task, "-o", "\(desk.folder)/out").status == 0)
            let folder = "\(desk.folder)/\(name)"
            let ending = try await desk.start(export(desk) + ["-o", folder] + options).end()
            try #require(ending.status == 0, "\(ending.errors)")
            try await body(desk, folder)
        }
    }

    private func export(_ desk: Desk) -> [String] {
        ["case", "export", "--day", desk.day, "--case", "2026-017", "--reason", "for the court"]
    }

    @Test func `is whole for strangers, and is in the log`() async throws {
        try await withCase { desk, folder in
            let served = desk.simulator.servedRecordings()
            let sums = try String(contentsOfFile: "\(folder)/manifest-sha256.txt", encoding: .utf8)
            for recording in served { #expect(sums.contains(recording.sha256())) }
            for name in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
                let checked = try await Program.run("sha256sum", ["--quiet", "-c", name], directory: folder)
                #expect(checked.status == 0, "\(checked.output)")
            }
            let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"
            let bag = try await Program.run(python, ["-m", "bagit", "--validate", folder])
            #expect(bag.status == 0, "\(bag.errors)")

            let unconfirmed = try await verified(desk, folder)
            #expect(unconfirmed.status == 2, "\(unconfirmed.output)")
            let key = try desk.log.publishedKey().description
            let confirmed = try await verified(desk, folder, ["--key", key])
            #expect(confirmed.status == 0, "\(confirmed.output)\(confirmed.errors)")
            for recording in served { #expect(confirmed.output.contains(recording.recording.id)) }
            try await runsItsScript(desk, key)

            let exported = try #require(try desk.entries(.caseExported).last)
            #expect(exported.text(.caseName) == "2026-017" && exported.text(.reason) == "for the court")
            let manifest = try FileDigest.digest(ofFileAt: "\(folder)/tagmanifest-sha256.txt")
            #expect(exported.digest(.manifest) == manifest && exported.number(.count) == 3)
            let accesses = try desk.entries(.audioAccessed).filter { $0.text(.how) == "export" }
            #expect(accesses.count == 3 && accesses.allSatisfy { $0.text(.caseName) == "2026-017" })
            #expect(try await desk.run("log", "verify").status == 0)

            let page = try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8)
            #expect(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"))
            let fingerprint = try desk.log.publishedKey().fingerprint
            #expect(page.contains("2026-017") && page.contains(fingerprint))
            // Only a command was given a state of the log, and that proves nothing.
            #expect(page.contains("No time stamp and no witness fixes a state of the log"))
            #expect(page.contains("its record proves nothing by itself") && !page.contains("were known outside"))
            let draft = try String(contentsOfFile: "\(folder)/certificate-902.txt", encoding: .utf8)
            #expect(draft.components(separatedBy: ".wav, in the log since ").count == served.count + 1)
        }
    }

    /// `verify.sh`, from another folder, with Python and without.
    private func runsItsScript(_ desk: Desk, _ key: String) async throws {
        try desk.write("acme.vkey", key + "\n")
        let script = try await Program.run("sh", ["case/verify.sh", "--key", "acme.vkey"], directory: desk.folder)
        #expect(script.status == 0, "\(script.output)\(script.errors)")
        let tools = "\(desk.folder)/tools"
        try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: false)
        for name in ["dirname", "sha256sum"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(tools)/\(name)",
                withDestinationPath: "/usr/bin/\(name)"
            )
        }
        let sums = try await Program.run(
            "/bin/sh",
            ["case/verify.sh"],
            environment: ["PATH": tools],
            directory: desk.folder
        )
        #expect(sums.status == 2 && sums.errors.contains("no python3 here"), "\(sums.output)\(sums.errors)")
    }

    @Test func `names each byte that was changed, in ten places`() async throws {
        try await withCase { desk, folder in
            let key = try desk.log.publishedKey().description
            let endings = [
                ".wav", ".wav.entry.json", ".wav.record.json", ".wav.tlog-proof", "history.jsonl", "/checkpoint",
                "/consistency", "index.html", "manifest-sha256.txt", "/copy.json",
            ]
            for ending in endings {
                let name = try #require(files(folder).first { $0.hasSuffix(ending) }, "\(ending)")
                let path = "\(folder)/\(name)"
                let bytes = try #require(FileManager.default.contents(atPath: path))
                var changed = bytes
                changed[bytes.count / 2] ^= 0x01
                try changed.write(to: URL(filePath: path))
                let judged = try await verified(desk, folder, ["--key", key])
                let lines = judged.output.split(separator: "\n").filter { $0.hasPrefix("DOES NOT HOLD") }
                let isNamed = lines.contains { $0.contains(name) }
                #expect(judged.status == 1 && isNamed, "\(name): \(judged.output)\(judged.errors)")
                try bytes.write(to: URL(filePath: path))
            }
            #expect(try await verified(desk, folder, ["--key", key]).status == 0)
        }
    }

    @Test func `is one zip file too, and a vCon that others' rules accept`() async throws {
        try await withCase(["--zip", "--vcon"], in: "Fall Ä 1") { desk, folder in
            let python = """
                import hashlib, os, sys, zipfile
                with zipfile.ZipFile(sys.argv[1]) as packed:
                    assert packed.testzip() is None
                    for member in packed.infolist():
                        assert member.compress_type == zipfile.ZIP_STORED
                        print(hashlib.sha256(packed.read(member)).hexdigest(), member.filename.removeprefix("Fall Ä 1/"))
                """
            let packed = try await Program.run("python3", ["-c", python, "\(folder).zip"])
            let lines = try files(folder).map { "\(try FileDigest.digest(ofFileAt: "\(folder)/\($0)")) \($0)" }
            #expect(packed.output.split(separator: "\n").map(String.init) == lines, "\(packed.errors)")

            let vCons = files(folder).filter { $0.hasSuffix("call.vcon.json") }.map { "\(folder)/\($0)" }
            #expect(vCons.count == 3)
            let judged = try await Program.run("python3", try VConJudge.arguments(vCons))
            #expect(judged.status == 0, "\(judged.errors)")
            for recording in desk.simulator.servedRecordings() { #expect(judged.output.contains(recording.sha256())) }
            let key = try desk.log.publishedKey().description
            #expect(try await verified(desk, folder, ["--key", key]).status == 0)

            // In the folder that somebody is in.
            let here = "\(desk.folder)/here"
            try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: false)
            let again = try await Program.run(
                "callark",
                export(desk) + ["-o", ".", "--zip"],
                environment: ["CALLARK_CONFIG": desk.configuration],
                directory: here
            )
            #expect(again.status == 0 && files(here).contains("index.html"), "\(again.errors)")
            let names = "import sys, zipfile; print({n.split('/')[0] for n in zipfile.ZipFile(sys.argv[1]).namelist()})"
            #expect(try await Program.run("python3", ["-c", names, "\(here).zip"]).output == "{'here'}\n")
        }
    }

    @Test func `has the first state of each anchor, and its newest`() async throws {
        try await withCase { desk, folder in
            for name in ["late", "copy"] {
                let anchor = "evidence:\n  anchors: [{ kind: command, name: \(name), command: [cat] }]\n"
                try desk.write("callark.yaml", desk.yaml + anchor)
                #expect(try await desk.run("log", "anchor").status == 0)
            }
            let other = "\(folder)-2"
            #expect(try await desk.start(export(desk) + ["-o", other]).end().status == 0)
            let names = files(other).filter { $0.hasSuffix("/copy.json") || $0.hasSuffix("/late.json") }
            #expect(names.count == 3, "\(names)")
        }
    }

    @Test func `has nothing that was changed in the log's folder, and says so`() async throws {
        try await withCase { desk, folder in
            let token = try #require(try desk.log.anchorTokens().first)
            let closed = try #require(try desk.entries(.dayClosed).first?.digest(.record))
            for (number, name) in [token.path, "objects/\(closed)"].enumerated() {
                let path = "\(desk.log.path)/\(name)"
                let bytes = try #require(FileManager.default.contents(atPath: path))
                try desk.flipByte(of: path, at: 5)
                let other = "\(folder)-\(number)"
                let ending = try await desk.start(export(desk) + ["-o", other]).end()
                let isNamed = ending.errors.contains("\(name): it is not what its")
                #expect(ending.status == 65 && isNamed, "\(ending.errors)")
                #expect(!files(other).contains("evidence/acme/\(name)"))
                let page = try String(contentsOfFile: "\(other)/index.html", encoding: .utf8)
                #expect(page.contains("Given to others") == (number == 1) && page.contains("is not here"), "\(page)")
                let judged = try await verified(desk, other)
                #expect(judged.status == 1 && judged.output.contains("DOES NOT HOLD: evidence/acme/\(name): "))
                if number == 0 { try bytes.write(to: URL(filePath: path)) }
            }
            // A day is not closed because of bytes that the log does not know.
            let rebuilt = try await desk.run("rebuild", "--discard-old")
            let isNamed = ["day.closed of ", "was changed"].allSatisfy { rebuilt.errors.contains($0) }
            #expect(isNamed, "\(rebuilt.errors)")
        }
    }

    @Test func `goes back to the epoch that has the recordings`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            try await desk.archiveDay()
            let old = try desk.log.publishedKey().description
            try FileManager.default.removeItem(atPath: "\(desk.log.path)/tail")
            let recovered = try await desk.run("log", "recover", "--org", "acme")
            try #require(recovered.status == 0, "\(recovered.errors)")
            let folder = "\(desk.folder)/case"
            let export = try await desk.run(
                "case",
                "export",
                "--day",
                desk.day,
                "--case",
                "x",
                "--reason",
                "y",
                "-o",
                folder
            )
            #expect(export.status == 0, "\(export.errors)")
            let key = try desk.log.publishedKey().description
            let judged = try await verified(desk, folder, ["--key", key, "--key", old])
            #expect(judged.status == 0, "\(judged.output)\(judged.errors)")
            // The number of an entry says too little if there are two with it.
            let page = try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8)
            let leaf = try await desk.run("audit", "--type", "recording.stored", "--json").objects
                .first { $0["type"]?.text == "audit" }?["leaf"]?.number
            #expect(page.contains("<td class=\"n\">1/\(Int(try #require(leaf)))</td>"), "\(page)")
        }
    }

    @Test func `says what it lacks, and refuses what it cannot do`() async throws {
        var mix = CallMix.recorded
        mix.unrecordedShare = 0
        try await Desk.with(calls: 2, mix: mix) { desk in
            let served = desk.simulator.servedRecordings()
            let lost = try #require(served.first)
            desk.simulator.inject(FaultRule(.media, .always, .status(404), pathContains: lost.recording.id))
            _ = try await desk.run("archive", "--day", desk.day)
            let (folder, export) = ("\(desk.folder)/case", ["case", "export", "--case", "x", "--reason", "y", "-o"])
            let lacking = try await desk.start(export + [folder, lost.taskID, "--json", "--vcon"]).end()
            #expect(lacking.status == 75, "\(lacking.errors)")
            #expect(try lacking.objects.last?["missing"]?.number == 1)
            #expect(files(folder).contains { $0.hasPrefix("data/gaps/") })
            #expect(
                try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8).contains(
                    "1 call with something missing"
                )
            )
            let vCon = try #require(files(folder).first { $0.hasSuffix("call.vcon.json") })
            let accepted = try await Program.run("python3", try VConJudge.arguments(["\(folder)/\(vCon)"]))
            #expect(accepted.status == 0, "\(accepted.errors)")
            #expect(try String(contentsOfFile: "\(folder)/\(vCon)", encoding: .utf8).contains("callark-gap"))
            let key = try desk.log.publishedKey().description
            let judged = try await verified(desk, folder, ["--key", key])
            #expect(judged.status == 0 && judged.output.contains("gaps"), "\(judged.output)")

            #expect(try await desk.start(export + [folder, lost.taskID]).end().status == 74)
            #expect(try await desk.start(export + ["\(folder)2"]).end().status == 64)
            #expect(try await desk.start(export + ["\(folder)2", "no-such-task"]).end().status == 66)
            // A case with the others alone would look whole.
            let partly = try await desk.start(export + ["\(folder)2", lost.taskID, "--task", "no-such-task"]).end()
            #expect(partly.status == 66 && partly.errors.contains("no-such-task"), "\(partly.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)2"))
            #expect(try await desk.start(export + ["\(folder)2", lost.taskID, "--day", desk.day]).end().status == 64)
            let both = export + ["\(folder)2", "--task", "no-such-task", "--day", desk.day]
            #expect(try await desk.start(both).end().status == 64)
            #expect(try await desk.start(export + ["\(folder)2", "--task", "no-such-task"]).end().status == 66)
            #expect(try await desk.start(export + ["\(folder)2", "--day", "2001-01-01"]).end().status == 66)
            let logKey = "\(desk.root)/spool/credentials/log.key"
            try FileManager.default.moveItem(atPath: logKey, toPath: logKey + ".away")
            let refused = try await desk.start(export + ["\(folder)2", "--day", desk.day]).end()
            #expect(refused.status == 77 && !FileManager.default.fileExists(atPath: "\(folder)2"), "\(refused.errors)")
            try FileManager.default.moveItem(atPath: logKey + ".away", toPath: logKey)

            // A recording whose bytes are changed is not given out.
            let other = try #require(served.last)
            let rows = try await desk.run("list", "--task", other.taskID, "--json").objects
            let held = try #require(rows.first { $0["state"]?.text == "archived" || $0["state"]?.text == "stored" })
            let archive = try #require(held["archive"]?.text)
            try desk.flipByte(of: archive, at: UInt64(try #require(held["offset"]?.number)) + 60)
            let damaged = try await desk.start(export + ["\(folder)3", other.taskID]).end()
            #expect(damaged.status == 65 && damaged.errors.contains("damaged"), "\(damaged.errors)")
            // From then on it is known, to every command and to the log.
            let known = try await desk.run("list", "--task", other.taskID, "--state", "damaged", "--json").objects
            #expect(known.contains { $0["state"]?.text == "damaged" })
            #expect(try desk.entries(.damageFound).contains { $0.text(.taskID) == other.taskID })
            let left = try FileManager.default.contentsOfDirectory(atPath: desk.folder)
            #expect(!left.contains { $0.contains(".callark-") }, "\(left)")
        }
    }

    @Test func `has the calls in a state, and says in the log who got one without a recording`() async throws {
        var mix = CallMix.recorded
        mix.unrecordedShare = 0
        try await Desk.with(calls: 2, mix: mix) { desk in
            let served = desk.simulator.servedRecordings()
            let lost = try #require(served.first)
            for recording in served where recording.taskID == lost.taskID {
                desk.simulator.inject(FaultRule(.media, .always, .status(404), pathContains: recording.recording.id))
            }
            _ = try await desk.run("archive", "--day", desk.day)
            let export = ["case", "export", "--case", "x", "--reason", "y", "--day", desk.day, "-o"]
            let folder = "\(desk.folder)/case"
            let found = try await desk.start(export + [folder, "--state", "missing", "--json"]).end()
            #expect(try found.status == 75 && found.objects.last?["calls"]?.number == 1, "\(found.errors)")
            let none = try await desk.start(export + ["\(folder)2", "--state", "suspect"]).end()
            #expect(none.status == 66, "\(none.errors)")
            let views = try desk.entries(.callViewed)
            #expect(views.map { $0.text(.taskID) } == [lost.taskID] && views.map { $0.text(.how) } == ["export"])
            let history = try #require(files(folder).first { $0.hasSuffix("history.jsonl") })
            #expect(try String(contentsOfFile: "\(folder)/\(history)", encoding: .utf8).contains("call.viewed"))
            let key = try desk.log.publishedKey().description
            #expect(try await verified(desk, folder, ["--key", key]).status == 0)
            // A line of a history that is taken out is missed, also when the lists of the bag agree.
            let cut = """
                import hashlib, os, sys
                os.chdir(sys.argv[1])
                open(sys.argv[2], "w").close()
                for name in "manifest-sha256.txt", "tagmanifest-sha256.txt":
                    lines = [line.split("  ", 1)[1] for line in open(name).read().splitlines()]
                    digest = lambda path: hashlib.sha256(open(path, "rb").read()).hexdigest()
                    open(name, "w").write("".join("%s  %s\\n" % (digest(line), line) for line in lines))
                """
            let done = try await Program.run("python3", ["-c", cut, folder, history])
            try #require(done.status == 0, "\(done.errors)")
            let judged = try await verified(desk, folder, ["--key", key])
            #expect(judged.status == 1 && judged.output.contains("its history lacks it"), "\(judged.output)")
        }
    }

    @Test func `says that a day is open again, whatever the clock was when it was closed`() async throws {
        var mix = CallMix.recorded
        mix.unrecordedShare = 0
        try await Desk.with(calls: 2, mix: mix) { desk in
            let lost = try #require(desk.simulator.servedRecordings().first)
            desk.simulator.inject(FaultRule(.media, .always, .status(404), pathContains: lost.recording.id))
            _ = try await desk.run("archive", "--day", desk.day)
            let fast = FaultShim.environment(root: desk.root, clock: 3000)
            let explain = ["gaps", "explain", lost.taskID]
            let words = ["--reason", "test_call", "--note", "a trial"]
            #expect(try await desk.start(explain + words, environment: fast).end().status == 0)
            let closed = try await desk.run("archive", "--day", desk.day, environment: fast)
            try #require(try closed.status == 0 && desk.entries(.dayClosed).count == 1, "\(closed.errors)")
            #expect(try await desk.start(explain + ["--withdraw"]).end().status == 0)
            _ = try await desk.run("archive", "--day", desk.day)
            try #require(try desk.entries(.dayReopened).count == 1)
            let folder = "\(desk.folder)/case"
            #expect(try await desk.start(export(desk) + ["-o", folder]).end().status == 75)
            let page = try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8)
            #expect(page.contains("not closed: nothing says that this day is complete"))
        }
    }

    @Test func `of many calls has several pages, each of which a browser can print`() async throws {
        var mix = CallMix.recorded
        mix.unrecordedShare = 0.7
        try await Desk.with(calls: 501, mix: mix) { desk in
            try await desk.archiveDay()
            let folder = "\(desk.folder)/case"
            let export = ["case", "export", "--day", desk.day, "--case", "many", "--reason", "y", "-o", folder]
            let ending = try await desk.start(export).end()
            try #require(ending.status == 0, "\(ending.errors)")
            let pages = try ["index.html", "index-2.html"].map { name in
                try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/index-3.html"))
            // Every call is in the table of the first page, with a link to its details.
            for number in 1...501 {
                let (here, there) = number <= 500 ? (0, 1) : (1, 0)
                let page = number <= 500 ? "index.html" : "index-2.html"
                #expect(pages[0].contains("<a href=\"\(page)#call-\(number)\">\(number)</a>"), "\(number)")
                #expect(pages[here].contains("<section id=\"call-\(number)\">"), "\(number)")
                #expect(!pages[there].contains("<section id=\"call-\(number)\">"), "\(number)")
            }
            #expect(pages[0].contains("<a href=\"index-2.html\">calls 501 to 501</a>"))
            #expect(pages[1].contains("<a href=\"index.html\">") && !pages[1].contains("<script"))
            let key = try desk.log.publishedKey().description
            #expect(try await verified(desk, folder, ["--key", key]).status == 0)
        }
    }
}
