import Evidence
import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import Anchors

/// Cosignatures of a witness over HTTP (c2sp.org/tlog-witness). Judge: a witness in Python, implemented from the text.
@Suite struct `A witness on the network` {
    private func cosign(
        _ desk: Desk,
        _ url: URL,
        _ key: WitnessKey,
        from oldSize: Int64 = 0,
        _ patience: AnchorPatience = Desk.patience
    ) async throws -> Cosignature {
        let exchange = AnchorExchange(exchange: try Desk.engine(), patience: patience)
        let client = WitnessClient(name: "audit", url: url, key: key, exchange: exchange)
        return try await client.cosignature(of: desk.log.stateToAnchor(), from: oldSize)
    }

    private static func code(_ body: () async throws -> Void) async -> AnchorError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? AnchorError)?.code
        }
    }

    @Test(arguments: [0, 1, 6, 254, 255, 256, 700]) func `cosigns each state that extends the last`(
        _ more: Int
    ) async throws {
        let desk = try Desk(7)
        let witness = try PythonWitness(of: desk.log)
        let first = try await cosign(desk, witness.url, witness.key)
        #expect(first.line.hasPrefix("\u{2014} audit.bank.example "))
        if more > 0 { try desk.grow(more) }
        _ = try await cosign(desk, witness.url, witness.key, from: 8)
        // A client that does not know what was signed last learns it from the witness.
        _ = try await cosign(desk, witness.url, witness.key, from: 0)
        if more > 3 { _ = try await cosign(desk, witness.url, witness.key, from: 3) }
    }

    @Test func `that knows more entries, or others, says that the past was changed`() async throws {
        let (desk, other) = (try Desk(20), try Desk(5))
        let witness = try PythonWitness(of: desk.log)
        _ = try await cosign(desk, witness.url, witness.key)
        // Another log of the same key and name, as a restored older state would be.
        let key = LogKeyFile(path: "\(desk.folder.path)/keys/log.key").path
        let forged = try Self.fork(of: desk, entries: 5, key: key)
        let shorter = await Self.code { _ = try await cosign(forged, witness.url, witness.key) }
        #expect(shorter == .unsound)
        let longer = try Self.fork(of: desk, entries: 60, key: key)
        let changed = await Self.code { _ = try await cosign(longer, witness.url, witness.key) }
        #expect(changed == .unsound)
        let same = try Self.fork(of: desk, entries: 20, key: key)
        let twice = await Self.code { _ = try await cosign(same, witness.url, witness.key) }
        #expect(twice == .unsound)
        let stranger = await Self.code { _ = try await cosign(other, witness.url, witness.key) }
        #expect(stranger == .refused, "it is signed by another key")
    }

    /// A log with other entries, signed with the same key.
    private static func fork(of desk: Desk, entries: Int, key: String) throws -> Desk {
        let fork = try Desk(0, key: key)
        try fork.grow(entries, of: "forged")
        try fork.log.fold()
        return fork
    }

    @Test func `that answers with something else is not believed`() async throws {
        let desk = try Desk()
        let witness = try PythonWitness(of: desk.log)
        let honest = try await cosign(desk, witness.url, witness.key).line
        let other = try PythonWitness(of: desk.log)
        let stranger = try await cosign(desk, other.url, other.key).line
        let answers: [(Int, String, AnchorError.Code)] = [
            (200, "", .unsound), (200, "<html>", .unsound), (200, "\n", .unsound), (200, stranger, .unsound),
            (200, honest + "\n" + honest, .unsound), (200, String(honest.dropLast(3)) + "\n", .unsound),
            (200, honest.replacing("audit.bank", with: "other.bank"), .unsound),
            (409, "", .unsound), (409, "-1\n", .unsound), (409, "7 \n", .unsound), (409, "0\n", .unsound),
            (409, "999999\n", .unsound), (422, "", .unsound), (404, "", .refused), (403, "", .refused),
            (400, "", .refused), (302, "", .refused), (500, "", .unavailable), (503, "", .unavailable),
        ]
        for (status, body, expected) in answers {
            let server = try answering { _, _ in (status, Array(body.utf8)) }
            let code = await Self.code { _ = try await cosign(desk, server.url("/"), witness.key) }
            #expect(code == expected, "\(status) \(body)")
            server.stop()
        }
        let mixed = try answering { path, _ in
            (path == "/w/add-checkpoint" ? 200 : 404, Array((stranger + honest).utf8))
        }
        defer { mixed.stop() }
        #expect(try await cosign(desk, mixed.url("/w"), witness.key).line == honest)
        let restless = try answering { _, body in (409, Array("\(body[4] == UInt8(ascii: "1") ? 2 : 1)\n".utf8)) }
        defer { restless.stop() }
        let code = await Self.code { _ = try await cosign(desk, restless.url("/"), witness.key) }
        #expect(code == .unavailable)
    }

    @Test func `that is slow, or not there, is not waited for`() async throws {
        let desk = try Desk()
        let witness = try PythonWitness(of: desk.log)
        let slow = try RawServer { $0.waitForEnd() }
        // Which answers only once it has been given up.
        let code = await Self.code { _ = try await cosign(desk, slow.url("/"), witness.key, Desk.impatience) }
        #expect(code == .unavailable)
        slow.stop()
        let gone = await Self.code { _ = try await cosign(desk, slow.url("/"), witness.key, Desk.impatience) }
        #expect(gone == .unavailable)
    }

    @Test func `has each byte of its cosignature checked`() async throws {
        let desk = try Desk()
        let witness = try PythonWitness(of: desk.log)
        let checkpoint = try desk.log.stateToAnchor().checkpoint
        let line = Array(try await cosign(desk, witness.url, witness.key).line.utf8)
        for (place, changed) in line.changes {
            #expect(throws: NoteFault.self, "byte \(place)") {
                _ = try Cosignature(changed, of: checkpoint, by: witness.key)
            }
        }
        var other = checkpoint
        other[40] ^= 1
        #expect(throws: NoteFault.self) { _ = try Cosignature(line, of: other, by: witness.key) }
    }
}
