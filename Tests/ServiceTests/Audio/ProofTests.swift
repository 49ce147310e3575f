import Evidence
import Files
import Foundation
import TestSupport
import Testing

@testable import Service
@testable import Wiring

/// Proofs of recordings by HTTP, checked by callark-verify.py, which knows nothing of the service.
@Suite struct `A proof by HTTP` {
    private static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    /// Runs the verifier on what an answer has.
    static func check(_ proof: [UInt8], _ entry: [UInt8], key: String) async throws -> Tool.Outcome {
        try await BlockingWork.run { _ throws(any Error) in
            let folder = try TemporaryFolder()
            let program = try folder.put(StandAloneVerifier.fileName, StandAloneVerifier.text)
            let files = [try folder.put("p.tlog-proof", proof), try folder.put("e.entry", entry)]
            return try Tool.run(python, [program, "proof"] + files + ["--key", key])
        }
    }

    @Test func `holds, as text and as JSON, and a changed entry does not`() async throws {
        try await Office.with { office in
            let auditor = try await office.key(.auditor)
            let held = try await Held(office, key: auditor)
            let text = try await office.ask("\(held.path)/proof", key: auditor)
            #expect(text.status == 200, "\(text.text)")
            #expect(text.headers["content-disposition"] == "attachment; filename=\"\(held.file).tlog-proof\"")
            let reply = try await office.ask(
                "\(held.path)/proof",
                key: auditor,
                headers: [("Accept", "application/json")]
            )
            let json = try reply.json
            let entry = Array(try #require(json["entry"]?.text).utf8)
            let key = try #require(json["vkey"]?.text)
            #expect(json["proof"]?.text?.hasPrefix("c2sp.org/tlog-proof@v1\n") == true)
            #expect(String(decoding: entry, as: UTF8.self).contains(held.sha256))
            let good = try await Self.check(text.body, entry, key: key)
            #expect(good.status == 0, "\(good.output)")
            let published = try await office.ask("/api/v1/log/acme/vkey", key: auditor).text
            #expect(published.trimmingCharacters(in: .whitespacesAndNewlines) == key)
            var changed = entry
            changed[changed.count / 2] ^= 1
            #expect(try await Self.check(text.body, changed, key: key).status != 0)
        }
    }

    @Test func `is for reviewers and auditors, and only for recordings that are held`() async throws {
        try await Office.with { office in
            let held = try await Held(office, key: office.key())
            for (role, status) in [(Role.viewer, 403), (.reviewer, 200), (.operator, 200), (.admin, 200)] {
                #expect(try await office.ask("\(held.path)/proof", key: office.key(role)).status == status, "\(role)")
            }
            let key = try await office.key(.auditor)
            #expect(try await office.ask("\(held.path)x/proof", key: key).problem == "unknown_recording")
            let other = try await office.ask("\(held.path)/proof", key: key, headers: [("Accept", "image/png")])
            #expect(other.status == 406)
        }
    }
}
