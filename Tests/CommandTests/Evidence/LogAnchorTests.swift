import Evidence
import Foundation
import Simulator
import TestSupport
import Testing

/// The commands that give checkpoints to anchors, and the witness's side of it.
@Suite struct `The anchor command` {
    /// A desk with a log of 301 entries.
    private func withLog(calls: Int = 0, _ body: (Desk, LogFolder) async throws -> Void) async throws {
        try await Desk.with(calls: calls) { desk in
            try await append(desk, "a", 300)
            try await body(desk, LogFolder(path: "\(desk.root)/log/acme"))
        }
    }

    /// Adds entries to the log, and publishes them.
    private func append(_ desk: Desk, _ name: String, _ count: Int) async throws {
        let command = ["\(desk.root)/log", "\(desk.root)/spool/credentials/log.key"]
        for arguments in [["append", name, "\(count)", "50"], ["fold"]] {
            let ending = try await Program.run("evidence-trial", command + arguments)
            try #require(ending.status == 0, "\(ending.errors)")
        }
    }

    private func configure(_ desk: Desk, _ anchors: String) throws {
        try desk.write("callark.yaml", desk.yaml + "evidence:\n  anchors: [\(anchors)]\n")
    }

    /// A self-signed certificate.
    private func certificate(_ desk: Desk) async throws -> String {
        let path = "\(desk.folder)/ca.pem"
        let made = try await Program.run(
            "openssl",
            ["req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-out", path, "-subj", "/CN=x"]
        )
        try #require(made.status == 0, "\(made.errors)")
        return path
    }

    @Test func `gives the checkpoint to a command, and status and verify tell of it`() async throws {
        try await withLog { desk, log in
            try configure(desk, "{ kind: command, name: copy, command: [tee, \(desk.folder)/copy] }")
            #expect(
                try await desk.run("log", "status").output.contains("anchor copy (command): has seen no checkpoint yet")
            )
            let ending = try await desk.run("log", "anchor")
            #expect(ending.status == 0 && ending.output.hasPrefix("acme: copy (command): has seen 301 entries, at "))
            let sent = try String(contentsOfFile: "\(desk.folder)/copy", encoding: .utf8)
            #expect(try sent == String(contentsOfFile: "\(log.path)/anchors/301/checkpoint", encoding: .utf8))
            let status = try await desk.run("log", "status")
            #expect(status.output.contains("anchor copy (command): has seen 301 entries, at "))
            // A command's record proves nothing by itself, so nothing is said to be fixed.
            #expect(status.output.contains("a command was given the first 301"), "\(status.output)")
            #expect(!status.output.contains("entries are fixed"), "\(status.output)")
            let line = try await desk.run("log", "status", "--json").objects.first
            #expect(line?["newest_anchors"]?.list.count == 1)
            let verified = try await desk.run("log", "verify")
            #expect(verified.output.contains("from anchors: 1 command record\n"))
            #expect(!verified.output.contains("/anchors/"), "\(verified.output)")
            let lines = try await desk.run("log", "anchor", "--json").objects
            #expect(lines.map { $0["type"]?.text } == ["anchor", "summary"])
            #expect(lines[0]["size"]?.number == 302 && lines[1]["failed"]?.number == 0)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600],
                ofItemAtPath: "\(log.path)/anchors/301/copy.json"
            )
            try Data("{}".utf8).write(to: URL(filePath: "\(log.path)/anchors/301/copy.json"))
            let damaged = try await desk.run("log", "verify")
            #expect(
                damaged.status == 65 && damaged.output.contains("anchors/301/copy.json: it is not what its entry says")
            )
        }
    }

    @Test func `says by its exit code who could not be reached, and what does not verify`() async throws {
        try await withLog { desk, log in
            #expect(try await desk.run("log", "anchor").status == 78)
            let trusted = try await certificate(desk)
            let garbage = try RawServer { peer in
                while peer.readHead() != nil { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>") }
            }
            defer { garbage.stop() }
            let gone = "{ kind: command, name: gone, command: [/nowhere/program] }"
            let wrong = "{ kind: timestamp, name: tsa, url: \"\(garbage.url("/"))\", ca_file: \(trusted) }"
            try configure(desk, gone)
            let unreachable = try await desk.run("log", "anchor")
            #expect(unreachable.status == 69)
            #expect(
                unreachable.output.contains(
                    "gone (command): FAILED: the command gone: /nowhere/program cannot be started"
                )
            )
            try configure(desk, "\(gone), \(wrong)")
            let unsound = try await desk.run("log", "anchor", "--json")
            #expect(unsound.status == 65)
            #expect(try unsound.objects.compactMap { $0["error"]?.text }.count == 2)
            #expect(try log.anchoredSizes() == [])
            try configure(desk, "{ kind: witness, name: audit, vkey: audit.example+00000000+BAAA }")
            let unusable = try await desk.run("log", "anchor")
            #expect(unusable.status == 78 && unusable.errors.contains("the anchor audit"), "\(unusable.errors)")
            #expect(try await desk.run("log", "anchor", "--witness", "audit").status == 64)
            #expect(try await desk.run("log", "anchor", "--reply", "x").status == 64)
        }
    }

    @Test func `exchanges files with a witness, who signs one history only`() async throws {
        try await withLog { desk, log in
            let (request, reply) = ("\(desk.folder)/request", "\(desk.folder)/request.cosig")
            let witness = ["witness", "sign", request, "--folder", "\(desk.folder)/witness"]
            func sign(_ more: String...) async throws -> Program.Ending { try await desk.start(witness + more).end() }
            try Data("nonsense".utf8).write(to: URL(filePath: request))
            #expect(try await sign("--name", "audit.example").status == 64)
            let written = try await desk.run("log", "anchor", "--request", request, "--json")
            #expect(written.status == 0, "\(written.errors)")
            #expect(try written.objects.map { $0["type"]?.text } == ["request", "summary"])
            #expect(try written.objects.map { $0["size"] ?? $0["anchors"] } == [.number(301), .number(0)])
            #expect(try await sign().status == 74, "a new witness has no name yet")
            let unknown = try await sign("--name", "audit.example")
            #expect(unknown.status == 66 && unknown.errors.contains("--log-key"), "\(unknown.errors)")
            #expect(unknown.errors.contains("has a new key"))
            let key = try log.publishedKey().description
            let signed = try await sign("--log-key", key, "--json")
            #expect(signed.status == 0, "\(signed.errors)")
            let lines = try signed.objects
            #expect(lines.map { $0["type"]?.text } == ["cosignature", "summary"])
            let vkey = try #require(lines[0]["witness"]?.text)
            #expect(try String(contentsOfFile: "\(desk.folder)/witness/vkey", encoding: .utf8) == "\(vkey)\n")
            let judged = try await WitnessJudge.size(
                of: String(contentsOfFile: reply, encoding: .utf8),
                under: log.checkpointPath,
                logKey: key,
                witnessKey: vkey,
                in: desk
            )
            #expect(judged == nil || judged == 301)
            try configure(desk, "{ kind: witness, name: audit, vkey: \"\(vkey)\" }")
            func ask(_ more: String...) async throws -> Program.Ending {
                try await desk.start(["log", "anchor", "--witness", "audit", "--request", request] + more).end()
            }
            #expect(try await ask("--reply", reply).status == 0)
            let status = try await desk.run("log", "status").output
            #expect(status.contains("anchor audit (witness): has seen 301 entries"))
            // After that state there is the entry about the cosignature.
            #expect(status.contains("the first 301 entries are fixed by a witness, if its cosignature is"), "\(status)")
            #expect(status.contains("replace the 1 after them"), "\(status)")
            #expect(try await desk.run("log", "verify").output.contains("from anchors: 1 cosignature\n"))
            // The same request again continues from another state than the one last signed.
            #expect(try await sign().status == 75)
            try await append(desk, "b", 5)
            #expect(try await ask("--from", "301").status == 0)
            #expect(try await sign("--log-key", "\(log.path)/vkey").status == 0)
            try Data(String(contentsOfFile: reply, encoding: .utf8).replacing("a", with: "b").utf8)
                .write(to: URL(filePath: reply))
            #expect(try await ask("--reply", reply).status == 65)
            #expect(try await ask("--from", "99999").status == 66)
        }
    }

    @Test func `is run by each pass at its end, which nothing of it can fail`() async throws {
        try await withLog(calls: 2) { desk, log in
            try configure(desk, "{ kind: command, name: copy, command: [tee, \(desk.folder)/copy] }")
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(try !log.anchoredSizes().isEmpty)
            try await append(desk, "b", 1)
            try configure(desk, "{ kind: command, name: copy, command: [\"false\"] }")
            let failing = try await desk.run("archive", "--day", desk.day)
            #expect(failing.status == 0)
            #expect(
                failing.errors.contains("acme: the anchor copy has not seen the newest checkpoint: the command copy")
            )
        }
    }

    @Test func `that does not happen is an alarm`() async throws {
        try await withLog { desk, _ in
            try configure(desk, "{ kind: command, name: copy, command: [tee, /dev/null] }")
            #expect(try await alarm(after: 35, desk) == nil)
            let alarm = try await alarm(after: 37, desk)
            #expect(alarm?.hasPrefix("CRITICAL acme anchor_old: the anchor copy has seen no checkpoint") == true)
            #expect(alarm?.hasSuffix(": callark log anchor --org acme") == true)
            #expect(try await desk.run("log", "anchor").status == 0)
            let seen = try await self.alarm(after: 37, desk)
            #expect(seen?.contains("has seen no checkpoint of the evidence log since ") == true)
        }
    }

    /// The alarm about anchors, some hours from now.
    private func alarm(after hours: Int, _ desk: Desk) async throws -> String? {
        let environment = FaultShim.environment(root: "/nowhere", clock: hours * 3600)
        let ending = try await desk.run("status", "--check", environment: environment)
        return ending.output.split(separator: "\n").first { $0.contains(" anchor_old: ") }.map(String.init)
    }
}
