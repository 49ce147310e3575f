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
        let leaves = try ending.objects.compactMap { $0["leaf"]?.number }
        for leaf in leaves {
            let name = "\(folder)/\(Int(leaf))"
            let judged = try await desk.judged(["proof", "\(name).tlog-proof", "\(name).entry"])
            #expect(judged.status == 0, "\(judged.output)")
        }
        return leaves
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
                let name = "\(folder)/\(Int(place[0]))"
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
}
