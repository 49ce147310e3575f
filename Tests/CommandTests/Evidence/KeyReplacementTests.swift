import Evidence
import Foundation
import Recordings
import Simulator
import TestSupport
import Testing

/// Replacing the key of the evidence logs, as docs/evidence.md says. Judge: the stand-alone verifier.
@Suite struct `A key of the logs that is replaced` {
    private func keyFile(_ desk: Desk) -> String { "\(desk.root)/spool/credentials/log.key" }

    /// Runs the verifier, with no key but these.
    private func judged(_ desk: Desk, _ arguments: [String], keys: [NoteKey]) async throws -> Program.Ending {
        let verifier = "\(desk.folder)/callark-verify.py"
        let written = try await desk.run("log", "verifier", "-o", verifier)
        try #require(written.status == 0, "\(written.errors)")
        let options = keys.flatMap { ["--key", $0.description] }
        return try await Program.run("python3", ["-B", verifier] + arguments + options)
    }

    @Test func `begins an epoch, and each epoch is checked with its own`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let old = try desk.log.publishedKey()
            let last = try LogReader(desk.log).position
            let kept = "\(desk.folder)/old.key"
            try FileManager.default.moveItem(atPath: keyFile(desk), toPath: kept)
            #expect(try await desk.run("archive", "--day", desk.day).status == 78)
            let recovered = try await desk.run("log", "recover", "--org", "acme")
            #expect(recovered.status == 0 && recovered.output.contains("the key is new"), "\(recovered.errors)")
            try await desk.archiveDay()
            let new = try desk.log.publishedKey()
            #expect(new.publicKey != old.publicKey)
            let previous = try #require(try desk.entries(.logBegun).first?.previous)
            #expect(previous.origin == last.origin && previous.size >= last.size)

            let verified = try await desk.run("log", "verify")
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            for (log, key, isItsOwn) in [
                (desk.log, new, true), (desk.log, old, false), (desk.log.previous, old, true),
                (desk.log.previous, new, false),
            ] {
                #expect(LogVerification(log, key: key).report().isSound == isItsOwn, "\(log.path) \(key.name)")
                let said = try await judged(desk, ["log", log.path], keys: [key])
                #expect(said.status == (isItsOwn ? 0 : 1), "\(log.path) \(key.name): \(said.output)")
            }

            // A case of calls whose recordings the old epoch proves, and whose export is in the new one.
            let folder = "\(desk.folder)/case"
            let export = ["case", "export", "--day", desk.day, "--case", "x", "--reason", "y", "-o", folder]
            let exported = try await desk.start(export).end()
            #expect(exported.status == 0, "\(exported.errors)")
            let both = try await judged(desk, ["case", folder], keys: [new, old])
            #expect(both.status == 0, "\(both.output)")
            let one = try await judged(desk, ["case", folder], keys: [new])
            #expect(one.status == 2 && one.output.contains(old.fingerprint), "\(one.output)")

            // The old one is not taken back by mistake.
            try FileManager.default.moveItem(atPath: keyFile(desk), toPath: "\(desk.folder)/new.key")
            try FileManager.default.copyItem(atPath: kept, toPath: keyFile(desk))
            let mistaken = try await desk.run("archive", "--day", desk.day)
            #expect(mistaken.status == 78 && mistaken.errors.contains("is not the key"), "\(mistaken.errors)")
        }
    }

    @Test func `is replaced for the log of each organization`() async throws {
        try await Desk.with(calls: 0) { desk in
            let begin = try #require(desk.yaml.range(of: "  - name: acme\n"))
            let end = try #require(desk.yaml.range(of: "downloads:\n"))
            let second = desk.yaml[begin.lowerBound..<end.lowerBound]
                .replacing("name: acme", with: "name: bolt")
                .replacing(desk.simulator.organizationID, with: "11111111-2222-4333-8444-555555555555")
                .replacing("\(desk.folder)/refresh", with: "\(desk.folder)/refresh-2")
            try desk.write("refresh-2", "another", mode: 0o600)
            try desk.write("callark.yaml", desk.yaml.replacing("downloads:\n", with: second + "downloads:\n"))
            for name in ["acme", "bolt"] {
                let append = ["\(desk.root)/log", keyFile(desk), "append", "a", "5", "5"]
                let written = try await Program.run(
                    "evidence-trial",
                    append,
                    environment: ["EVIDENCE_TRIAL_ORGANIZATION": name]
                )
                try #require(written.status == 0, "\(written.errors)")
            }
            let old = try desk.log.publishedKey()
            try FileManager.default.moveItem(atPath: keyFile(desk), toPath: "\(desk.folder)/old.key")
            for name in ["acme", "bolt"] {
                let recovered = try await desk.run("log", "recover", "--org", name)
                #expect(recovered.status == 0, "\(recovered.errors)")
                #expect(recovered.output.contains("the key is new") == (name == "acme"), "\(recovered.output)")
            }
            for name in ["acme", "bolt"] {
                let log = LogFolder(path: "\(desk.root)/log/\(name)")
                let key = try log.publishedKey()
                #expect(try key.publicKey != old.publicKey && key.publicKey == desk.log.publishedKey().publicKey)
                // What was accepted and not published goes on in the new epoch.
                #expect(try LogReader(log).position.size == 6)
                let said = try await judged(desk, ["log", log.path], keys: [key])
                #expect(said.status == 0, "\(said.output)")
            }
        }
    }
}
