import Evidence
import Foundation
import Recordings
import TestSupport
import Testing

@testable import Anchors

/// What the stand-alone verifier says about the answers of anchors.
@Suite struct `The stand-alone verifier on anchors` {
    private static let eightYears = 8 * 366 * 86400

    private func verify(_ desk: Desk, _ more: String..., path: String? = nil) throws -> Tool.Outcome {
        let program = try desk.folder.put(StandAloneVerifier.fileName, StandAloneVerifier.text)
        let arguments = ["log", desk.log.folder.path, "--key", desk.log.key.description] + more
        return try Tool.run(Judge.python, ["-B", program] + arguments, environment: path.map { ["PATH": $0] } ?? [:])
    }

    @Test func `checks cosignatures and time stamps, by OpenSSL and as of their time`() async throws {
        let desk = try Desk()
        // The certificates expired almost eight years ago.
        let authority = try LocalAuthority(clock: -Self.eightYears, days: 30)
        let server = try authority.serve()
        defer { server.stop() }
        let witness = try PythonWitness(of: desk.log)
        let anchors = [
            Anchor("tsa", .timestamp(url: server.url("/"), certificates: try authority.certificates)),
            Anchor("audit", .witness(url: witness.url, key: witness.key)),
            Anchor("copy", .command(["echo", "filed"])),
        ]
        let outcomes = try await desk.anchoring(anchors).run()
        #expect(outcomes.allSatisfy { $0.failure == nil })
        try desk.log.fold()
        let own = try verify(desk)
        #expect(own.status == 0, "\(own.output)")
        #expect(
            own.output.contains(
                "3 tokens of anchors; 1 of them are time stamps, checked with certificates that the log"
            )
        )
        let confirmed = try verify(desk, "--ca", authority.rootPath)
        #expect(confirmed.status == 0 && confirmed.output.contains("checked with \(authority.rootPath)"))
        let stranger = try verify(desk, "--ca", LocalAuthority().rootPath)
        #expect(stranger.status == 1 && stranger.output.contains("tsa.tsr: OpenSSL refuses it"), "\(stranger.output)")
        // Without OpenSSL it says so, and checks the rest.
        let python = URL(filePath: Judge.python).resolvingSymlinksInPath().path
        let empty = "\(desk.folder.path)/bin"
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        let program = try desk.folder.put(StandAloneVerifier.fileName, StandAloneVerifier.text)
        let without = try Tool.run(
            "/usr/bin/env",
            ["PATH=\(empty)", python, "-B", program, "log", desk.log.folder.path, "--key", desk.log.key.description]
        )
        #expect(without.status == 0 && without.output.contains("NOT checked: no openssl here"), "\(without.output)")
    }

    @Test func `finds each file of an anchor that was changed or taken away`() async throws {
        let desk = try Desk()
        let authority = try LocalAuthority()
        let server = try authority.serve()
        defer { server.stop() }
        let witness = try PythonWitness(of: desk.log)
        let anchors = [
            Anchor("tsa", .timestamp(url: server.url("/"), certificates: try authority.certificates)),
            Anchor("audit", .witness(url: witness.url, key: witness.key)), Anchor("copy", .command(["true"])),
        ]
        _ = try await desk.anchoring(anchors).run()
        try desk.log.fold()
        #expect(try verify(desk).status == 0)
        for name in ["tsa.tsr", "audit.cosig", "copy.json", "checkpoint"] {
            let path = "\(desk.log.folder.path)/anchors/21/\(name)"
            let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
            for place in stride(from: 0, to: whole.count, by: max(1, whole.count / 6)) {
                var changed = whole
                changed[place] ^= 1
                try Desk.overwrite(path, changed)
                let said = try verify(desk)
                #expect(
                    said.status == 1 && said.output.contains("DOES NOT HOLD: \(path)"),
                    "byte \(place): \(said.output)"
                )
            }
            try FileManager.default.removeItem(atPath: path)
            #expect(try verify(desk).status == 1)
            try Data(whole).write(to: URL(filePath: path))
        }
        // A token forged together with its entry: only the witness's signature reveals it.
        let line = Array(
            "\u{2014} audit.bank.example \(Data([UInt8](repeating: 0, count: 76)).base64EncodedString())\n".utf8
        )
        try desk.grow()
        let state = try desk.log.stateToAnchor()
        try desk.log.keep(
            AnchorToken(.witness, name: "forged", line, key: witness.key),
            of: state,
            by: Desk.actor,
            now: Desk.now
        )
        try desk.log.fold()
        let said = try verify(desk)
        #expect(said.status == 1 && said.output.contains("forged.cosig: not signed by"), "\(said.output)")
        #expect(
            desk.faults(anchors).map(\.path) == ["\(desk.log.folder.path)/anchors/\(state.position.size)/forged.cosig"]
        )
    }
}
