import Evidence
import Foundation
import TestSupport
import Testing

/// `callark witness serve` on one side, and `callark log anchor` and bare requests on the other. Judges of what comes of it: the
/// stand-alone verifier, and Go's reader of signed notes.
@Suite struct `A witness that serves` {
    /// A desk with a log of 301 entries, and a witness of it.
    private struct Stage {
        let desk: Desk
        let address: String
        let witness: Program
        let vkey: String

        var log: LogFolder { LogFolder(path: "\(desk.root)/log/acme") }
        var request: String { "\(desk.folder)/request" }

        /// Posts a body; returns status, type and body of the answer.
        func post(_ body: Data, to path: String = "/add-checkpoint") async throws -> String {
            let file = "\(desk.folder)/body"
            try body.write(to: URL(filePath: file))
            let post = ["-s", "-w", " %{http_code} %{content_type}", "--data-binary", "@\(file)", address + path]
            return try await Program.run("curl", post).output
        }

        /// The body of a request for the newest state, from the one with this size.
        func body(from size: Int) async throws -> Data {
            let ask = ["log", "anchor", "--request", request, "--witness", "audit", "--from", "\(size)"]
            let asked = try await desk.start(ask).end()
            try #require(asked.status == 0, "\(asked.errors)")
            return try Data(contentsOf: URL(filePath: request))
        }

        /// How many entries an answer has signed, according to Go; `nil` if there is no Go.
        func judged(_ answer: String) async throws -> Int? {
            try await WitnessJudge.size(
                of: answer.replacing(" 200 text/plain; charset=utf-8", with: ""),
                under: log.checkpointPath,
                logKey: log.publishedKey().description,
                witnessKey: vkey,
                in: desk
            )
        }

        func grow(_ name: String, _ count: Int) async throws { try await Self.grow(desk, name, count) }

        static func grow(_ desk: Desk, _ name: String, _ count: Int) async throws {
            let command = ["\(desk.root)/log", "\(desk.root)/spool/credentials/log.key"]
            for arguments in [["append", name, "\(count)", "50"], ["fold"]] {
                let ending = try await Program.run("evidence-trial", command + arguments)
                try #require(ending.status == 0, "\(ending.errors)")
            }
        }
    }

    private func start(_ desk: Desk, _ more: [String]) async throws -> (witness: Program, address: String) {
        let port = try FreePort.number()
        let serve = ["witness", "serve", "--folder", "\(desk.folder)/witness", "--listen", "127.0.0.1:\(port)"]
        let witness = try desk.start(serve + more)
        let address = "http://127.0.0.1:\(port)"
        try await eventually("it listens", every: Patience.look) {
            guard witness.isRunning else { throw CancellationError() }
            return try await Program.run("curl", ["-s", "\(address)/healthz"]).output == "ok\n"
        }
        return (witness, address)
    }

    private func withWitness(_ body: (Stage) async throws -> Void) async throws {
        try await Desk.with(calls: 0) { desk in
            try await Stage.grow(desk, "a", 300)
            let key = "\(desk.root)/log/acme/vkey"
            let (witness, address) = try await start(desk, ["--name", "audit.example", "--log-key", key])
            let vkey = try String(contentsOfFile: "\(desk.folder)/witness/vkey", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let anchor = "{ kind: witness, name: audit, url: \"\(address)\", vkey: \"\(vkey)\" }"
            try desk.write("callark.yaml", desk.yaml + "evidence:\n  anchors: [\(anchor)]\n")
            try await body(Stage(desk: desk, address: address, witness: witness, vkey: vkey))
        }
    }

    @Test func `cosigns what goes on from the last checkpoint, also after a restart`() async throws {
        try await withWitness { stage in
            let desk = stage.desk
            for name in ["b", "c"] {
                let anchored = try await desk.run("log", "anchor")
                #expect(anchored.status == 0, "\(anchored.errors)")
                try await stage.grow(name, 70)
            }
            stage.witness.signal(SIGTERM)
            let ending = try await stage.witness.end()
            #expect(ending.status == 143 && ending.errors.contains("witness \(stage.vkey)"), "\(ending.errors)")
            let port = try #require(stage.address.split(separator: ":").last)
            let again = try desk.start([
                "witness", "serve", "--folder", "\(desk.folder)/witness", "--listen", "127.0.0.1:\(port)",
            ])
            try await eventually("it listens again", every: Patience.look) {
                try await Program.run("curl", ["-s", "\(stage.address)/healthz"]).output == "ok\n"
            }
            #expect(try await desk.run("log", "anchor").status == 0)
            again.signal(SIGTERM)
            #expect(try await again.end().status == 143)
            let judged = try await desk.judged(["log", stage.log.path])
            #expect(judged.status == 0 && judged.output.contains("3 tokens of anchors"), "\(judged.output)")
        }
    }

    @Test func `answers each request as the protocol says`() async throws {
        try await withWitness { stage in
            let first = try await stage.body(from: 0)
            let text = String(decoding: first, as: UTF8.self)
            for broken in ["", "old 0", "old x\n\n", "old 0\n!\n\n" + text.split(separator: "\n\n")[1]] {
                #expect(
                    try await stage.post(Data(broken.utf8)).hasSuffix(" 400 text/plain; charset=utf-8"),
                    "\(broken)"
                )
            }
            let port = stage.address.split(separator: ":").last ?? ""
            let odd = """
                import socket
                with socket.create_connection(("127.0.0.1", \(port))) as connection:
                    connection.sendall(b"POST /add-checkpoint HTTP/1.1\\r\\nHost: x\\r\\n"
                        b"Transfer-Encoding: chunked\\r\\n\\r\\nZZ\\r\\n")
                    print(connection.recv(12).decode())
                """
            #expect(try await Program.run("python3", ["-c", odd]).output == "HTTP/1.1 400\n")
            let stranger = text.replacing("trial.example", with: "other.example")
            #expect(try await stage.post(Data(stranger.utf8)).hasSuffix(" 404 text/plain; charset=utf-8"))
            // Another size than the signed one.
            let forged = text.replacing("\n301\n", with: "\n302\n")
            #expect(try await stage.post(Data(forged.utf8)).hasSuffix(" 403 text/plain; charset=utf-8"))
            let answer = try await stage.post(first)
            #expect(answer.hasPrefix("\u{2014} audit.example ") && answer.hasSuffix("\n 200 text/plain; charset=utf-8"))
            let size = try await stage.judged(answer)
            #expect(size == nil || size == 301)
            #expect(try await stage.post(first) == "301\n 409 text/x.tlog.size")
            try await stage.grow("b", 300)
            let second = try await stage.body(from: 301)
            let older = try await stage.body(from: 300)
            #expect(try await stage.post(older) == "301\n 409 text/x.tlog.size")
            // A hash of the proof is another one.
            var lines = String(decoding: second, as: UTF8.self).components(separatedBy: "\n")
            lines[1] = (lines[1].hasPrefix("A") ? "B" : "A") + lines[1].dropFirst()
            let changed = try await stage.post(Data(lines.joined(separator: "\n").utf8))
            #expect(changed.hasSuffix(" 422 text/plain; charset=utf-8"), "\(changed)")
            let next = try await stage.post(second)
            #expect(next.hasSuffix(" 200 text/plain; charset=utf-8"))
            let more = try await stage.judged(next)
            #expect(more == nil || more == 601)
            #expect(try await stage.post(first) == "601\n 409 text/x.tlog.size", "an older state")
            #expect(try await stage.post(Data(repeating: 65, count: 1 << 20)).contains(" 413 "))
            #expect(try await stage.post(second, to: "/else").contains(" 404 "))
            let got = try await Program.run("curl", ["-s", "-w", " %{http_code}", stage.address + "/add-checkpoint"])
            #expect(got.output.hasSuffix(" 405"))
            stage.witness.signal(SIGINT)
            #expect(try await stage.witness.end().status == 130)
        }
    }

    @Test func `refuses what it cannot use`() async throws {
        try await Desk.with(calls: 0) { desk in
            let folder = "\(desk.folder)/witness"
            let serve = ["witness", "serve", "--folder", folder]
            #expect(try await desk.start(serve).end().status == 74, "a new witness has no name yet")
            for more in [["--listen", "8090"], ["--tls-key", "/dev/null"], ["--log-key", "nonsense"]] {
                #expect(try await desk.start(serve + ["--name", "audit.example"] + more).end().status == 64, "\(more)")
            }
            let nowhere = try await desk.start(serve + ["--name", "a.example", "--listen", "203.0.113.1:1"]).end()
            #expect(nowhere.status == 74 && nowhere.errors.contains("--listen"), "\(nowhere.errors)")
            let files = ["--tls-certificate", "/dev/null", "--tls-key", "/dev/null"]
            #expect(try await desk.start(serve + files).end().status == 78)
        }
    }
}
