import Foundation
import Recordings
import TestSupport
import Testing

@testable import Evidence

/// Signed notes, checkpoints, keys and proofs.
@Suite struct `A signed note` {
    // From the documentation of Go's package golang.org/x/mod/sumdb/note.
    private static let neumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let example =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        + "\u{2014} PeterNeumann "
        + "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

    @Test func `of Go's documentation is read and holds`() throws {
        let key = try NoteKey(vkey: Self.neumann)
        #expect(key.name == "PeterNeumann")
        #expect(key.description == Self.neumann)
        let note = try SignedNote(Array(Self.example.utf8))
        try note.check(key)
        #expect(String(decoding: note.text, as: UTF8.self).hasSuffix("your problem is.\n"))
        #expect(throws: NoteFault.self) { try note.check(Self.another()) }
    }

    private static func another() throws -> NoteKey { try LogSigner(LogKey(), origin: "another.example/log").key }

    @Test(arguments: [
        "", "PeterNeumann", "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "PeterNeumann+c74f20a3+AQ==",
    ]) func `has no key that is not what its ID says`(_ vkey: String) {
        #expect(throws: NoteFault.self) { try NoteKey(vkey: vkey) }
    }

    @Test func `passes over signatures of unknown keys, and refuses a wrong one of a known key`() throws {
        let signer = try LogSigner(LogKey(), origin: "archive.example/callark/acme/1")
        let other = try LogSigner(LogKey(), origin: "archive.example/callark/acme/1")
        let position = LogPosition(origin: signer.key.name, size: 3, root: .leaf([1]))
        let own = try signer.checkpoint(position)
        let others = try other.checkpoint(position)
        let line = others[others.range(of: Array("\n\n".utf8)).upperBound...]
        #expect(try LogPosition(signed: own + line, by: signer.key) == position)
        #expect(try LogPosition(signed: own + line, by: other.key) == position)
        // The right signature, and a wrong one in the same name.
        var wrong = signer.key.id
        wrong += [UInt8](repeating: 9, count: 64)
        let forged = Array("\u{2014} \(signer.key.name) \(Data(wrong).base64EncodedString())\n".utf8)
        #expect(throws: NoteFault("the signature of \(signer.key.name) is wrong")) {
            try LogPosition(signed: own + forged, by: signer.key)
        }
        #expect(throws: NoteFault.self) { try LogPosition(signed: others, by: signer.key) }
    }

    @Test func `refuses a checkpoint of another log, with a line too many, or with a number that is written otherwise`()
        throws
    {
        let secret = LogKey()
        let signer = try LogSigner(secret, origin: "archive.example/callark/acme/1")
        let root = TreeHash.leaf([1]).base64
        for text in [
            "archive.example/callark/acme/2\n3\n\(root)\n", "archive.example/callark/acme/1\n3\n\(root)\nmore\n",
            "archive.example/callark/acme/1\n03\n\(root)\n", "archive.example/callark/acme/1\n+3\n\(root)\n",
            "archive.example/callark/acme/1\n3\n\(root)=\n", "archive.example/callark/acme/1\n3\n", "\n3\n\(root)\n",
        ] {
            let signature = SignedNote.Signature(
                name: signer.key.name,
                id: signer.key.id,
                bytes: try secret.signature(of: Array(text.utf8))
            )
            let note = Array("\(text)\n\(signature.line)".utf8)
            try SignedNote(note).check(signer.key)
            #expect(throws: NoteFault.self, "\(text)") { try LogPosition(signed: note, by: signer.key) }
        }
    }

    @Test(arguments: ["a b", "a+b", "", "a\u{A0}b", "a\nb"]) func `has no origin with white space or a plus sign`(
        _ origin: String
    ) {
        #expect(throws: EvidenceError.self) { try LogSigner(LogKey(), origin: origin) }
    }
}

@Suite struct `A proof of an entry` {
    private struct Sample {
        var file: [UInt8]
        var entry: [UInt8]
        var key: NoteKey
    }

    /// A proof of an entry in the middle of a log of some tiles.
    private static func sample(_ trial: Trial, index: Int64 = 300) throws -> Sample {
        _ = try trial.grown(to: 600)
        let reader = try LogReader(trial.log)
        return Sample(
            file: try reader.proof(of: index).bytes,
            entry: try reader.entry(index),
            key: reader.key
        )
    }

    @Test func `holds, also when it is read back, and for no other entry, index or key`() throws {
        let trial = try Trial()
        let sample = try Self.sample(trial)
        let proof = try InclusionProof(sample.file)
        #expect(proof.bytes == sample.file)
        #expect(try proof.check(sample.entry, sample.key).size == 600)
        #expect(throws: NoteFault.self) { try proof.check(sample.entry + [0x20], sample.key) }
        var other = proof
        other.index = 301
        #expect(throws: NoteFault.self) { try other.check(sample.entry, sample.key) }
        let stranger = try LogSigner(LogKey(), origin: sample.key.name).key
        #expect(throws: NoteFault.self) { try proof.check(sample.entry, stranger) }
    }

    @Test func `is refused with any byte changed`() throws {
        let sample = try Self.sample(try Trial())
        var tried = 0
        for place in sample.file.indices {
            let byte = sample.file[place]
            let values = (0..<8).map { byte ^ (1 << UInt8($0)) } + Array("\n =0".utf8)
            for value in values where value != byte {
                var changed = sample.file
                changed[place] = value
                tried += 1
                #expect(throws: NoteFault.self, "byte \(place) as \(value)") {
                    try InclusionProof(changed).check(sample.entry, sample.key)
                }
            }
        }
        #expect(tried > 8_000)
        for length in sample.file.indices {
            #expect(throws: NoteFault.self) {
                try InclusionProof(Array(sample.file[..<length])).check(sample.entry, sample.key)
            }
        }
    }

    @Test(.needs("Go and golang.org/x/mod", Judge.go != nil))
    func `is accepted by Go's reader, and refused by it with any byte changed`() throws {
        let trial = try Trial()
        let sample = try Self.sample(trial)
        let proof = try trial.folder.put("proof", sample.file)
        let entry = try trial.folder.put("entry", sample.entry)
        let key = sample.key.description
        let said = try Judge.go("proof", proof, entry, key)
        #expect(said.status == 0 && said.output == "300 of 600\n", "\(said.output)")
        let mutations = try Judge.go("mutations", proof, entry, key)
        #expect(mutations.status == 0 && mutations.output.hasSuffix(" refused\n"), "\(mutations.output)")
        let wrong = try trial.folder.put("wrong", sample.entry + [0x20])
        #expect(try Judge.go("proof", proof, wrong, key).status == 1)
    }

    @Test(.needs("Go and golang.org/x/mod", Judge.go != nil))
    func `that one state extends another is accepted by Go, and refused for another state`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 200)
        var states: [(size: Int64, path: String)] = []
        for size in [Int64(200), 256, 300, 513] {
            let first = states.last?.size ?? size
            try log.append((first..<size).map { try trial.stored("more-\($0)") })
            #expect(try log.fold().size == size)
            states.append((size, try trial.folder.put("checkpoint-\(size)", try trial.bytes("checkpoint"))))
        }
        let reader = try LogReader(trial.log)
        let newest = try #require(states.last)
        for old in states {
            let hashes = try reader.consistency(with: old.size)
            let path = try trial.folder.put("hashes", Array(hashes.map { $0.base64 + "\n" }.joined().utf8))
            let said = try Judge.go("consistency", old.path, newest.path, path, reader.key.description)
            #expect(said.status == 0, "\(old.size): \(said.output)")
            guard old.size < newest.size else { continue }
            let other = try trial.folder.put("fewer", Array(hashes.dropLast().map { $0.base64 + "\n" }.joined().utf8))
            #expect(try Judge.go("consistency", old.path, newest.path, other, reader.key.description).status == 1)
        }
    }
}

extension [UInt8] {
    /// The range of the first `part`.
    func range(of part: [UInt8]) -> Range<Int> { firstRange(of: part) ?? 0..<0 }
}
