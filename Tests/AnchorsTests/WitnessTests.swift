import Evidence
import Foundation
import Recordings
import TestSupport
import Testing

@testable import Anchors

/// The other side of an anchor, on files: the work of `callark witness sign`. Judge: Python, with its own Ed25519.
@Suite struct `Being a witness` {
    private static func code(_ body: () throws -> Void) -> WitnessRefusal.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? WitnessRefusal)?.code
        }
    }

    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/witness" }

    init() throws { folder = try TemporaryFolder() }

    private func witness() throws -> Witness { try Witness(in: path, name: "audit.example") }

    @Test func `makes a key at the first use, and keeps it`() throws {
        #expect(Self.code { _ = try Witness(in: path, name: nil) } == .local)
        #expect(Self.code { _ = try Witness(in: path, name: "two words") } == .local)
        #expect(!FileManager.default.fileExists(atPath: path), "nothing was made for a name that cannot be")
        let first = try witness()
        #expect(first.isKeyNew)
        let again = try Witness(in: path, name: nil)
        #expect(!again.isKeyNew && again.cosigner.key == first.cosigner.key)
        #expect(Self.code { _ = try Witness(in: path, name: "another.example") } == .local)
        #expect(LogKeyFile(path: "\(path)/key").isOpenToOthers == false)
    }

    @Test func `cosigns what extends the last checkpoint, as a verifier in Python confirms`() throws {
        let (desk, witness) = (try Desk(7), try witness())
        for (old, more) in [(0, 3), (8, 0), (11, 250), (11, 0)] {
            let state = try desk.log.stateToAnchor()
            let request = try AddCheckpoint(AddCheckpoint(state, from: Int64(old)).bytes)
            let signed = try witness.cosign(request, logKey: desk.log.key, now: Desk.now)
            #expect(signed.position == state.position && signed.cosignature.time == Desk.now)
            let note = try folder.put("note", state.checkpoint + Array(signed.cosignature.line.utf8))
            let said = try Tool.run(
                Judge.python,
                ["-B", Judge.path("witness.py"), "check", note, witness.cosigner.key.description]
            )
            #expect(said.output == "\(Desk.now.millisecondsSince1970 / 1000)\n")
            let line = Array(signed.cosignature.line.utf8)
            #expect(
                try Cosignature(line, of: state.checkpoint, by: WitnessKey(vkey: witness.cosigner.key.description))
                    == signed.cosignature
            )
            if more > 0 { try desk.grow(more) }
        }
        let old = try AddCheckpoint(desk.log.stateToAnchor(), from: 11)
        #expect(Self.code { _ = try witness.cosign(old, now: Desk.now) } == .otherSize)
    }

    @Test func `refuses a log that it does not know, and one that is signed by somebody else`() throws {
        let (desk, other, witness) = (try Desk(), try Desk(), try witness())
        let request = try AddCheckpoint(desk.log.stateToAnchor(), from: 0)
        #expect(Self.code { _ = try witness.cosign(request, now: Desk.now) } == .unknownLog)
        #expect(Self.code { _ = try witness.cosign(request, logKey: other.log.key, now: Desk.now) } == .notSigned)
        _ = try witness.cosign(request, logKey: desk.log.key, now: Desk.now)
        #expect(Self.code { _ = try witness.cosign(request, logKey: other.log.key, now: Desk.now) } == .notSigned)
        let stranger = try AddCheckpoint(other.log.stateToAnchor(), from: 0)
        #expect(Self.code { _ = try witness.cosign(stranger, now: Desk.now) } == .notSigned, "the same origin")
    }

    @Test func `refuses a log that was put back, or whose past was changed, and stays as it is`() throws {
        let (desk, witness) = (try Desk(30), try witness())
        let key = "\(desk.folder.path)/keys/log.key"
        _ = try witness.cosign(AddCheckpoint(desk.log.stateToAnchor(), from: 0), logKey: desk.log.key, now: Desk.now)
        let older = try Desk(10, key: key)
        #expect(
            Self.code { _ = try witness.cosign(AddCheckpoint(older.log.stateToAnchor(), from: 0), now: Desk.now) }
                == .inconsistent
        )
        for entries in [30, 60] {
            let fork = try Desk(0, key: key)
            try fork.grow(entries, of: "forged")
            let request = try AddCheckpoint(fork.log.stateToAnchor(), from: 31)
            #expect(Self.code { _ = try witness.cosign(request, now: Desk.now) } == .inconsistent)
        }
        try desk.grow(5)
        _ = try witness.cosign(AddCheckpoint(desk.log.stateToAnchor(), from: 31), now: Desk.now)
    }

    @Test func `refuses any byte of a request that was changed`() throws {
        let (desk, witness) = (try Desk(30), try witness())
        _ = try witness.cosign(AddCheckpoint(desk.log.stateToAnchor(), from: 0), logKey: desk.log.key, now: Desk.now)
        try desk.grow(40)
        let state = try desk.log.stateToAnchor()
        let body = try AddCheckpoint(state, from: 31).bytes
        for (place, changed) in body.changes {
            guard let request = try? AddCheckpoint(changed) else { continue }
            #expect(Self.code { _ = try witness.cosign(request, now: Desk.now) } != nil, "byte \(place)")
        }
        _ = try witness.cosign(AddCheckpoint(body), now: Desk.now)
    }

    @Test func `says which of its files is damaged, and signs nothing then`() throws {
        let (desk, witness) = (try Desk(), try witness())
        let request = try AddCheckpoint(desk.log.stateToAnchor(), from: 0)
        _ = try witness.cosign(request, logKey: desk.log.key, now: Desk.now)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(path)/logs").first)
        try Desk.overwrite("\(path)/logs/\(name)", Array("{}".utf8))
        #expect(Self.code { _ = try witness.cosign(request, logKey: desk.log.key, now: Desk.now) } == .local)
        try FileManager.default.removeItem(atPath: "\(path)/vkey")
        #expect(Self.code { _ = try self.witness() } == .local)
    }

    @Test func `signs one history only, however many ask at once`() async throws {
        let (desk, witness) = (try Desk(10), try witness())
        let key = "\(desk.folder.path)/keys/log.key"
        let requests = try (0..<8).map { place in
            let fork = try Desk(0, key: key)
            try fork.grow(10, of: "fork-\(place)")
            return try AddCheckpoint(fork.log.stateToAnchor(), from: 0)
        }
        let logKey = desk.log.key
        let signed = await withTaskGroup(of: Bool.self) { group in
            for request in requests {
                group.addTask { (try? witness.cosign(request, logKey: logKey, now: Desk.now)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(signed == 1)
    }
}
