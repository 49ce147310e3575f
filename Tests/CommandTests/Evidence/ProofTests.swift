import Evidence
import Foundation
import Recordings
import Simulator
import TestSupport
import Testing

/// `callark log prove` with the help of the manifest, and without. Judge: the stand-alone verifier.
@Suite struct `A proof of a recording` {
    private func leaves(_ desk: Desk) async throws -> [String] {
        let select = """
            SELECT hex(task.id), hex(recording.id), leaf FROM recording JOIN task ON task.row = recording.task ORDER BY 1, 2
            """
        let rows = try await Program.run("sqlite3", ["\(desk.root)/manifest.sqlite", select])
        return rows.output.split(separator: "\n").map(String.init)
    }

    private func change(_ desk: Desk, _ leaf: String) async throws {
        let update = "UPDATE recording SET leaf = \(leaf)"
        let ending = try await Program.run("sqlite3", ["\(desk.root)/manifest.sqlite", update])
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// Proves what is at `path`, and has each proof judged.
    /// - Returns: the numbers of the entries.
    private func proven(_ desk: Desk, _ path: String) async throws -> [Double] {
        let folder = "\(desk.folder)/proofs-\(UUID())"
        let ending = try await desk.run("log", "prove", path, "-o", folder, "--json")
        #expect(ending.status == 0, "\(ending.errors)")
        let lines = try ending.objects.filter { $0["type"]?.text == "proof" }
        for line in lines {
            let name = "\(folder)/acme-1-\(Int(try #require(line["leaf"]?.number)))"
            let files = [try #require(line["proof"]?.text), try #require(line["entry"]?.text)]
            #expect(files == ["\(name).tlog-proof", "\(name).entry"])
            let judged = try await desk.judged(["proof"] + files)
            #expect(judged.status == 0, "\(judged.output)")
        }
        return lines.compactMap { $0["leaf"]?.number }
    }

    @Test func `is found where the manifest says, or by a search if it is not there`() async throws {
        try await Desk.with(calls: 4, mix: .recorded) { desk in
            try await desk.archiveDay()
            let noted = try await leaves(desk)
            let stored = try desk.entries(.recordingStored)
            #expect(noted.allSatisfy { !$0.hasSuffix("|") } && Set(noted).count == stored.count, "\(noted)")
            let path = try #require(stored[1].text(.path))
            let place = try await proven(desk, path)
            #expect(place.count == 1)
            let all = try desk.entries()
            #expect(all[Int(try #require(place.first))].text(.path) == path)
            // A file is found by its bytes, whatever it is called.
            let task = try #require(stored[1].text(.taskID))
            #expect(try await desk.run("fetch", task, "-o", "\(desk.folder)/out").status == 0)
            let file = "\(desk.folder)/out/\(path.dropFirst(PayloadPath.folder.count))"
            #expect(try await proven(desk, file) == place)
            let renamed = "\(desk.folder)/renamed.wav"
            try FileManager.default.copyItem(atPath: file, toPath: renamed)
            #expect(try await proven(desk, renamed) == place)
            // The entry of another recording, of none, beyond the end, and no hint at all.
            for wrong in ["(leaf + 1) % \(all.count)", "0", "999999", "NULL"] {
                try await change(desk, wrong)
                #expect(try await proven(desk, path) == place, "\(wrong)")
                #expect(try await proven(desk, file) == place, "\(wrong)")
            }
            let rebuilt = try await desk.run("rebuild", "--discard-old")
            #expect(rebuilt.status == 0, "\(rebuilt.errors)")
            #expect(try await leaves(desk) == noted)
        }
    }

    @Test func `is given for archives that were adopted, and out of an earlier epoch`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let path = try #require(try desk.entries(.recordingStored).first?.text(.path))
            let place = try await proven(desk, path)
            // The epoch before still proves what it has.
            let old = try desk.log.publishedKey().description
            try FileManager.default.removeItem(atPath: "\(desk.root)/spool/credentials/log.key")
            try #require(try await desk.run("log", "recover", "--org", "acme").status == 0)
            for hint in ["leaf", "NULL"] {
                try await change(desk, hint)
                let folder = "\(desk.folder)/old-\(hint)"
                let ending = try await desk.run("log", "prove", path, "-o", folder, "--json")
                #expect(try ending.objects.compactMap { $0["leaf"]?.number } == place)
                let name = "\(folder)/acme-1-\(Int(place[0]))"
                let verifier = [
                    "-B", "\(desk.folder)/callark-verify.py", "proof", "\(name).tlog-proof", "\(name).entry",
                ]
                #expect(try await Program.run("python3", verifier + ["--key", old]).status == 0)
            }
            // A log that knows nothing of the archive adopts it, and the manifest knows where.
            try FileManager.default.removeItem(atPath: desk.log.path)
            for name in ["log.key", "log.key.acme.newest"] {
                try FileManager.default.removeItem(atPath: "\(desk.root)/spool/credentials/\(name)")
            }
            try #require(try await desk.run("rebuild", "--discard-old").status == 0)
            #expect(try await leaves(desk).allSatisfy { $0.hasSuffix("|") })
            try await desk.archiveDay()
            #expect(try await leaves(desk).allSatisfy { !$0.hasSuffix("|") })
            #expect(try await proven(desk, path).count == 1)
        }
    }

    @Test func `that does not exist is told in the one summary`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let path = try #require(try desk.entries(.recordingStored).first?.text(.path))
            let arguments = ["log", "prove", path, "data/nobody/x.wav", "-o", "\(desk.folder)/proofs", "--json"]
            let ending = try await desk.start(arguments).end()
            #expect(ending.status == 66)
            let objects = try ending.objects
            #expect(objects.map { $0["type"]?.text } == ["proof", "summary"])
            let error = "not in the evidence log: data/nobody/x.wav"
            #expect(objects.last?["proofs"] == .number(1) && objects.last?["error"]?.text == error)
            #expect(ending.errors.hasSuffix("callark: error: \(error)\n"), "\(ending.errors)")
        }
    }

    // MARK: - Several logs

    private func trial(_ desk: Desk, _ organization: String, _ commands: [[String]]) async throws {
        let place = ["\(desk.root)/log", "\(desk.root)/spool/credentials/log.key"]
        for command in commands {
            let environment = ["EVIDENCE_TRIAL_ORGANIZATION": organization]
            let ending = try await Program.run("evidence-trial", place + command, environment: environment)
            try #require(ending.status == 0, "\(ending.errors)")
        }
    }

    /// Two organizations, the log of each with two epochs, and the same recording under the same number in all four.
    private func withFourEpochs(_ body: (Desk) async throws -> Void) async throws {
        try await Desk.with(calls: 0) { desk in
            let begin = try #require(desk.yaml.range(of: "  - name: acme\n"))
            let end = try #require(desk.yaml.range(of: "downloads:\n"))
            let second = desk.yaml[begin.lowerBound..<end.lowerBound]
                .replacing("name: acme", with: "name: acme-1")
                .replacing(desk.simulator.organizationID, with: "11111111-2222-4333-8444-555555555555")
                .replacing("\(desk.folder)/refresh", with: "\(desk.folder)/refresh-2")
            try desk.write("refresh-2", "another", mode: 0o600)
            try desk.write("callark.yaml", desk.yaml.replacing("downloads:\n", with: second + "downloads:\n"))
            for organization in ["acme", "acme-1"] {
                let stored = [["append", "a", "20", "5"], ["fold"]]
                try await trial(desk, organization, stored + [["epoch"]] + stored)
            }
            try await body(desk)
        }
    }

    private let path = "data/a-7/call.wav"

    @Test func `has a name of its own, whatever its organization and its epoch`() async throws {
        try await withFourEpochs { desk in
            let folder = "\(desk.folder)/proofs"
            let ending = try await desk.run("log", "prove", path, "-o", folder, "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            let wanted = ["acme-1-1-8", "acme-1-2-8", "acme-1-8", "acme-2-8"]
            #expect(names == wanted.flatMap { ["\($0).entry", "\($0).tlog-proof"] }.sorted(), "\(names)")
            let lines = try ending.objects.filter { $0["type"]?.text == "proof" }
            #expect(lines.map { $0["leaf"]?.number } == [8, 8, 8, 8])
            #expect(lines.map { $0["epoch"]?.number } == [1, 2, 1, 2])
            let verifier = "\(desk.folder)/callark-verify.py"
            #expect(try await desk.run("log", "verifier", "-o", verifier).status == 0)
            for line in lines {
                let organization = try #require(line["organization"]?.text)
                let log = LogFolder(path: "\(desk.root)/log/\(organization)")
                let key = try (line["epoch"]?.number == 1 ? log.previous : log).publishedKey().description
                let files = [try #require(line["proof"]?.text), try #require(line["entry"]?.text)]
                let judged = try await Program.run("python3", ["-B", verifier, "proof"] + files + ["--key", key])
                #expect(judged.status == 0, "\(judged.output)")
            }
        }
    }

    @Test func `needs only the epoch that has the entry: what is wrong elsewhere is said`() async throws {
        try await withFourEpochs { desk in
            let prove = ["log", "prove", path, "--org", "acme", "--json", "-o"]
            let tile = "\(desk.log.previous.path)/tile/entries/000.p/21"
            try FileManager.default.removeItem(atPath: tile)
            let damaged = try await desk.start(prove + ["\(desk.folder)/a"]).end()
            #expect(try damaged.objects.compactMap { $0["epoch"]?.number } == [2])
            #expect(damaged.status == 0 && damaged.errors.contains("does not hold"), "\(damaged.errors)")
            let unknown = try await desk.run("log", "prove", "data/b-7/call.wav", "--org", "acme")
            #expect(unknown.status == 65, "\(unknown.errors)")
            #expect(unknown.errors.contains("not found in what can be read"), "\(unknown.errors)")
            let audit = try await desk.run("audit", "--org", "acme", "--type", "recording.stored")
            #expect(audit.status == 65 && audit.errors.contains("does not hold"), "\(audit.errors)")
            #expect(audit.output.contains("20 acts;"), "\(audit.output)")
            // Another log in its place, however sound it is in itself, is not the epoch that the newer one goes on from.
            try FileManager.default.removeItem(atPath: desk.log.previous.path)
            try FileManager.default.copyItem(
                atPath: LogFolder(path: "\(desk.root)/log/acme-1").previous.path,
                toPath: desk.log.previous.path
            )
            let another = try await desk.start(prove + ["\(desk.folder)/b"]).end()
            #expect(try another.objects.compactMap { $0["epoch"]?.number } == [2])
            #expect(another.status == 0 && another.errors.contains("it is of a log"), "\(another.errors)")
            // The other way round: the entry's own epoch has to hold.
            try FileManager.default.removeItem(atPath: "\(desk.log.path)/tile/entries/000.p/21")
            let own = try await desk.start(prove + ["\(desk.folder)/c"]).end()
            #expect(own.status == 65, "\(own.output)\(own.errors)")
        }
    }
}
