import Evidence
import Foundation
import Simulator
import Testing

/// The commands that examine an evidence log.
@Suite struct `The log command` {
    /// A desk with a log of a few entries, the last of which is not in a checkpoint.
    private func withLog(_ body: (Desk, LogFolder) async throws -> Void) async throws {
        try await Desk.with(calls: 0) { desk in
            let command = ["\(desk.root)/log", "\(desk.root)/spool/credentials/log.key"]
            for arguments in [["append", "a", "300", "50"], ["fold"], ["append", "b", "1", "1"]] {
                let ending = try await Program.run("evidence-trial", command + arguments)
                try #require(ending.status == 0, "\(ending.errors)")
            }
            // Its recordings belong to an archive, which the log is compared with.
            try desk.write("archive/spool/acme-2025-11-20-001.jsonl", "")
            try await body(desk, LogFolder(path: "\(desk.root)/log/acme"))
        }
    }

    @Test func `without a log says so, and finds nothing wrong`() async throws {
        try await Desk.with(calls: 0) { desk in
            let status = try await desk.run("log")
            #expect(status.status == 0 && status.output == "acme: no log yet\n")
            #expect(try await desk.run("log", "verify").status == 0)
            #expect(try await desk.run("log", "prove", "data/t/f.wav").status == 66)
            #expect(try await desk.run("log", "status", "--org", "unheard-of").status == 66)
        }
    }

    @Test func `shows size, key, what is in no checkpoint, and what could still be changed`() async throws {
        try await withLog { desk, log in
            let text = try await desk.run("log", "status")
            #expect(text.status == 0)
            #expect(text.output.hasPrefix("acme: 301 entries in the checkpoint of trial.example/callark/acme/1"))
            #expect(text.output.contains("(the key of this installation)"))
            #expect(text.output.contains("1 more accepted and in no checkpoint yet"))
            #expect(text.output.contains("no anchor has seen a checkpoint"))
            let lines = try await desk.run("log", "status", "--json").objects
            #expect(lines.first?["size"]?.number == 301 && lines.first?["accepted"]?.number == 1)
            #expect(lines.first?["key_confirmed"] == .boolean(true))
            #expect(lines.last?["type"]?.text == "summary" && lines.last?["entries"]?.number == 301)
            let anchor = "\(log.path)/anchors/301"
            try FileManager.default.createDirectory(atPath: anchor, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: log.checkpointPath, toPath: "\(anchor)/checkpoint")
            // A crash may leave a state that nobody has seen.
            #expect(try await desk.run("log", "status").output.contains("no anchor has seen a checkpoint"))
        }
    }

    @Test func `says what someone with root could still change, for each kind of anchor and lock`() async throws {
        try await withLog { desk, log in
            func status(_ lock: String? = nil) async throws -> String {
                let vault = "vault:\n  endpoint: https://s3.example\n  bucket: callark-acme\n"
                let section = lock.map { "\(vault)  lock: \($0)\n" } ?? ""
                try desk.write("callark.yaml", desk.yaml + section)
                let said = try await desk.run("log", "status")
                #expect(said.status == 0, "\(said.errors)")
                return said.output
            }
            /// No token is checked here: its name is enough.
            func anchor(_ size: Int, _ name: String) throws {
                let folder = "\(log.path)/anchors/\(size)"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data("x".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
            }
            let whole = "anyone with root here could replace the whole log"
            let locked = "\(whole), and only what the vault has locked of it would contradict that, if the lock is real"
            let real = "if the lock is real (`callark vault check`)"
            let none = (
                bare: try await status(), unlocked: try await status("none"), locked: try await status("compliance"),
                governed: try await status("governance")
            )
            #expect(none.bare.contains("no anchor has seen a checkpoint: \(whole) unnoticed;"), "\(none.bare)")
            #expect(none.unlocked == none.bare)
            #expect(none.locked.contains("\(locked) (`callark vault check`);"), "\(none.locked)")
            #expect(none.governed.contains("\(real) and nobody may bypass it;"), "\(none.governed)")

            try anchor(50, "copy.json")
            let commanded = try await status()
            #expect(commanded.contains("a command was given the first 50"), "\(commanded)")
            #expect(commanded.contains("\(whole) unnoticed\n"), "\(commanded)")

            try anchor(200, "tsa.tsr")
            let stamped = (bare: try await status(), locked: try await status("compliance"))
            #expect(stamped.bare.contains("no witness fixes any entry; the first 200 have"), "\(stamped.bare)")
            #expect(stamped.bare.contains("\(whole), but a new one would have no time stamp as old"), "\(stamped.bare)")
            #expect(stamped.bare.contains("keep a copy of anchors/200 somewhere else"), "\(stamped.bare)")
            #expect(stamped.locked.contains("the vault has a copy of anchors/200 if it was put there, \(real)\n"))

            // Everything at once: the witness has seen less than the authority.
            try anchor(100, "audit.cosig")
            let all = try await status("compliance")
            #expect(all.contains("the first 100 entries are fixed by a witness"), "\(all)")
            let rest = "replace the 202 after them, but the first 100 of those would have no time stamp as old\n"
            #expect(all.contains(rest), "\(all)")
        }
    }

    @Test func `verifies what holds, and names what does not`() async throws {
        try await withLog { desk, log in
            let kept = "\(desk.folder)/kept"
            try FileManager.default.copyItem(atPath: log.checkpointPath, toPath: kept)
            let sound = try await desk.run("log", "verify", "--since", kept)
            #expect(sound.status == 0, "\(sound.output)")
            #expect(sound.output.hasPrefix("acme: 301 entries of trial.example/callark/acme/1: everything holds\n"))
            #expect(sound.output.contains("compared with 2 earlier checkpoints"))
            let tile = "\(log.path)/tile/entries/000"
            var bytes = try Data(contentsOf: URL(filePath: tile))
            bytes[1000] ^= 1
            try FileManager.default.removeItem(atPath: tile)
            try bytes.write(to: URL(filePath: tile))
            let damaged = try await desk.run("log", "verify", "--json")
            #expect(damaged.status == 65)
            let lines = try damaged.objects
            #expect(lines.contains { $0["type"]?.text == "fault" && $0["path"]?.text == "\(log.path)/tile/0/000" })
            #expect(lines.last?["sound"] == .boolean(false))
            #expect(try await desk.run("log", "verify", "--since", "\(desk.folder)/nowhere").status == 74)
            #expect(try await desk.run("log", "verify", "--since", desk.configuration).status == 64)
            // The status also finds damage at the right edge.
            let edge = "\(log.path)/checkpoint"
            var checkpoint = try Data(contentsOf: URL(filePath: edge))
            checkpoint[40] ^= 1
            try checkpoint.write(to: URL(filePath: edge))
            #expect(try await desk.run("log", "status").status == 65)
        }
    }

    @Test func `proves a recording by its path, in a form that the verifier checks without Callark`() async throws {
        try await withLog { desk, log in
            let proofs = "\(desk.folder)/proofs"
            let ending = try await desk.run("log", "prove", "data/a-298/call.wav", "-o", proofs, "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try ending.objects.first?["leaf"]?.number == 299)
            let verifier = "\(desk.folder)/callark-verify.py"
            #expect(try await desk.run("log", "verifier", "-o", verifier).status == 0)
            #expect(try await desk.run("log", "verifier").output == String(contentsOfFile: verifier, encoding: .utf8))
            let key = try log.publishedKey().description
            let files = ["\(proofs)/acme-1-299.tlog-proof", "\(proofs)/acme-1-299.entry", "--key", key]
            let said = try await Program.run("python3", ["-B", verifier, "proof"] + files)
            #expect(said.status == 0 && said.output.hasPrefix("entry 299 of 301 in "), "\(said.output)")
            let unpublished = try await desk.run("log", "prove", "data/b-0/call.wav", "-o", proofs)
            #expect(unpublished.status == 75)
            #expect(try await desk.run("log", "prove", "data/c-0/call.wav", "-o", proofs).status == 66)
        }
    }
}
