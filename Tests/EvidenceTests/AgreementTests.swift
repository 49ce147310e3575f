import Foundation
import Recordings
import TestSupport
import Testing

@testable import Evidence

/// Odd inputs, each given to Callark and to the stand-alone verifier: one must not take what the other refuses.
@Suite struct `Callark and the stand-alone verifier` {
    private static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    /// Says of each file whether a function of the program takes it: the function and the key come first.
    private static let script = """
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location("verify", sys.argv[1])
        verify = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(verify)
        takes = {
            "checkpoint": lambda data: verify.checkpoint(data, verify.Key(sys.argv[3])),
            "key": lambda data: verify.Key(data.decode("utf-8")),
            "entry": lambda data: verify.members(data),
        }[sys.argv[2]]
        for path in sys.argv[4:]:
            try:
                takes(verify.read(path))
                print("yes")
            except verify.BROKEN:
                print("no")
        """

    /// Something odd, and whether it is to be taken.
    private typealias Oddity = (what: String, bytes: [UInt8], isFine: Bool)

    /// Expects both to say so of each.
    private func expect(
        _ oddities: [Oddity],
        _ function: String,
        key: String = "-",
        callark: ([UInt8]) -> Bool
    ) throws {
        let folder = try TemporaryFolder()
        let program = try folder.put(StandAloneVerifier.fileName, StandAloneVerifier.text)
        let files = try oddities.enumerated().map { try folder.put("odd-\($0.offset)", $0.element.bytes) }
        let said = try Tool.run(Self.python, ["-B", "-c", Self.script, program, function, key] + files)
        #expect(said.status == 0, "\(said.output)")
        let verdicts = said.output.split(separator: "\n").map { $0 == "yes" }
        try #require(verdicts.count == oddities.count, "\(said.output)")
        for (oddity, verdict) in zip(oddities, verdicts) {
            #expect(verdict == oddity.isFine, "the program: \(oddity.what)")
            #expect(callark(oddity.bytes) == oddity.isFine, "Callark: \(oddity.what)")
        }
    }

    private static func line(_ name: String, _ bytes: [UInt8]) -> String {
        "\u{2014} \(name) \(CanonicalBase64.text(bytes))\n"
    }

    /// Odd inputs, as they are added.
    private struct Oddities {
        var all: [Oddity] = []

        mutating func add(_ what: String, _ text: String, _ isFine: Bool) { add(what, Array(text.utf8), isFine) }

        mutating func add(_ what: String, _ bytes: [UInt8], _ isFine: Bool) { all.append((what, bytes, isFine)) }
    }

    @Test func `take the same checkpoints`() throws {
        let secret = LogKey()
        // A letter that can be written in two ways, which are one text for Swift.
        let key = try LogSigner(secret, origin: "archive.example/caf\u{E9}/1").key
        func signed(_ text: String, by name: String? = nil) throws -> String {
            let made = try secret.signature(of: Array(text.utf8))
            let line = Self.line(name ?? key.name, key.id + made)
            return "\(text)\n\(line)"
        }
        func state(_ size: String, _ root: TreeHash = .leaf([1])) -> String { "\(key.name)\n\(size)\n\(root.base64)\n" }
        let whole = try signed(state("3"))
        let stranger = Self.line("b.example", [1, 2, 3, 4, 5])
        let wrong = Self.line(key.name, key.id + [UInt8](repeating: 9, count: 64))
        var odd = Oddities()
        odd.add("as it is", whole, true)
        odd.add("a line of an unknown key", whole + stranger, true)
        odd.add("100 signatures", whole + String(repeating: stranger, count: 99), true)
        odd.add("101 signatures", whole + String(repeating: stranger, count: 100), false)
        odd.add("a name with another space", whole + Self.line("b\u{A0}c", [1, 2, 3, 4, 5]), false)
        odd.add("a name with a plus sign", whole + Self.line("b+c", [1, 2, 3, 4, 5]), false)
        odd.add("a name that joins the space", whole + Self.line("\u{301}b", [1, 2, 3, 4, 5]), true)
        odd.add("a signature without bytes", whole + Self.line("b.example", [1, 2, 3, 4]), false)
        odd.add("a wrong one in its name", whole + wrong, false)
        odd.add("its name in another form", try signed(state("3"), by: "archive.example/cafe\u{301}/1"), false)
        odd.add("other line breaks", whole.replacing("\n", with: "\r\n"), false)
        odd.add("an empty line at the end", whole + "\n", false)
        odd.add("more at the end", whole + "x", false)
        odd.add("base64 that is not padded", whole.replacing("=\n", with: "\n"), false)
        odd.add("an extension line", try signed(state("3") + "more\n"), false)
        odd.add("as many entries as there can be", try signed(state("9223372036854775807")), true)
        odd.add("one more", try signed(state("9223372036854775808")), false)
        odd.add("a number that is written otherwise", try signed(state("03")), false)
        odd.add("no entries", try signed(state("0", .empty)), true)
        odd.add("no entries, and a root of some", try signed(state("0")), false)
        odd.add("no UTF-8", Array(whole.utf8) + [0xFF, 0x0A], false)
        odd.add("nothing", "", false)
        try expect(odd.all, "checkpoint", key: key.description) { (try? LogPosition(signed: $0, by: key)) != nil }
    }

    @Test func `take the same keys`() throws {
        let key = try LogSigner(LogKey(), origin: "archive.example/callark/acme/1").key
        func named(_ name: String) -> String {
            let id = NoteKey.id(name: name, publicKey: key.publicKey, algorithm: 1)
            return NoteKey.text(name, id, key.publicKey, algorithm: 1)
        }
        let whole = key.description
        var odd = Oddities()
        odd.add("as it is", whole, true)
        odd.add("with a line break", whole + "\n", true)
        odd.add("with two", whole + "\n\n", false)
        odd.add("with another line break", whole + "\r\n", false)
        odd.add("with a space", whole + " ", false)
        odd.add("a name with a space", named("a b"), false)
        odd.add("a name with another space", named("a\u{2003}b"), false)
        odd.add("a name with a control character", named("a\u{1}b"), false)
        odd.add("no name", named(""), false)
        odd.add("a name of other letters", named("\u{E9}.example"), true)
        // Its ID is right for what a lenient reader makes of the name.
        let (replacement, bad): ([UInt8], [UInt8]) = ([0xEF, 0xBF, 0xBD], [0xFF])
        odd.add("no UTF-8", Array(named("a\u{FFFD}").utf8).replacing(replacement, with: bad), false)
        odd.add("nothing", "", false)
        let trial = try Trial()
        try LogFiles.createFolder(trial.log.path)
        try expect(odd.all, "key") { bytes in
            (try? LogFiles.placeDurably(bytes, at: trial.log.keyPath, mode: 0o640)) != nil
                && (try? trial.log.publishedKey()) != nil
        }
    }

    @Test func `take the same entries`() throws {
        let whole = String(decoding: try Trial().stored("t").encoded(), as: UTF8.self)
        let twice = whole.replacing(#","sha256""#, with: #","path":"data/other/call.wav","sha256""#)
        let wide = try #require(whole.data(using: .utf16LittleEndian))
        var odd = Oddities()
        odd.add("as it is", whole, true)
        odd.add("a member twice", twice, false)
        let claims = whole.replacing(#""name":"callark""#, with: #""name":"callark","name":"anna""#)
        odd.add("a member of a member twice", claims, false)
        odd.add("a word as a number", whole.replacing(#""v":1"#, with: #""v":1,"x":Infinity"#), false)
        odd.add("in another encoding", [UInt8](wide), false)
        odd.add("with a mark in front", [0xEF, 0xBB, 0xBF] + Array(whole.utf8), false)
        odd.add("a list", "[\(whole)]", false)
        odd.add("nothing", "", false)
        odd.add("cut", String(whole.dropLast()), false)
        odd.add("of a later version", whole.replacing("recording.stored", with: "recording.sung"), true)
        try expect(odd.all, "entry") { bytes in
            do throws(LogEntry.Fault) {
                _ = try LogEntry(bytes)
                return true
            } catch {
                guard case .unknownType = error else { return false }
                return true
            }
        }
        // What finds the entries of recordings by their text does not take the first of two for the recording's.
        #expect(StoredEntry(Array(whole.utf8))?.path == "data/t/call.wav" && StoredEntry(Array(twice.utf8)) == nil)
    }

    // MARK: - Logs

    /// Expects both to find a fault of the log.
    private func expectFault(_ trial: Trial, _ what: String) throws {
        #expect(!trial.faults().isEmpty, "Callark: \(what)")
        let program = try trial.folder.put(StandAloneVerifier.fileName, StandAloneVerifier.text)
        let key = try trial.log.publishedKey().description
        let said = try Tool.run(Self.python, ["-B", program, "log", trial.log.path, "--key", key])
        #expect(said.status == 1 && said.output.contains("DOES NOT HOLD"), "the program: \(what): \(said.output)")
    }

    /// A log with exactly these entries, signed.
    private func log(_ entries: [[UInt8]]) throws -> Trial {
        let trial = try Trial()
        let signer = try LogSigner(try trial.keyFile.keyOrNew().key, origin: "archive.example/callark/acme/1")
        try LogFiles.createFolder(trial.log.path)
        try LogFiles.placeDurably(Array("\(signer.key)\n".utf8), at: trial.log.keyPath, mode: 0o640)
        let publisher = LogPublisher(folder: trial.log, signer: signer)
        let lines = entries.map { LogTail.Line(entry: $0, leaf: .leaf($0)) }
        _ = try publisher.publish(lines, onto: RightEdge())
        try publisher.beginTail(at: Int64(entries.count))
        return trial
    }

    @Test func `refuse the same logs`() throws {
        try expectFault(try log([try Trial().stored("t").encoded()]), "it begins with something else")
        let sample = try Trial()
        _ = try sample.grown(to: 1)
        let begun = try LogReader(sample.log).entry(0)
        let other = Array(String(decoding: begun, as: UTF8.self).replacing("acme/1\"", with: "acme/2\"").utf8)
        try expectFault(try log([other]), "it begins with the entry of another log")
        for entry in ["[]", "{", #"{"type":"key.added","type":"key.retired"}"#, ""] {
            try expectFault(try log([begun, Array(entry.utf8)]), entry)
        }
        let tailless = try Trial()
        _ = try tailless.grown(to: 3)
        try FileManager.default.removeItem(atPath: tailless.log.tailPath)
        try expectFault(tailless, "what was accepted is missing")
        let misnamed = try Trial()
        _ = try misnamed.grown(to: 3)
        try misnamed.anchor("2", try misnamed.bytes("checkpoint"))
        try expectFault(misnamed, "a state in the folder of another")
    }

    @Test func `refuse the same tokens of anchors`() throws {
        let json = Array(#"{"exit":0,"output":"","time":1}"#.utf8)
        let names = ["anchors/3/x.json", "anchors/3/checkpoint", "anchors/3/X.json", "anchors/3/../3/x.json", "tail"]
        for (place, name) in names.enumerated() {
            for (size, kind) in [(3, "command"), (2, "command"), (3, "witness")] {
                let trial = try Trial()
                let log = try trial.grown(to: 3)
                try trial.anchor("3", try trial.bytes("checkpoint"))
                if name.hasSuffix(".json") { try Data(json).write(to: URL(filePath: "\(trial.log.path)/\(name)")) }
                let digest = try FileDigest.digest(ofFileAt: "\(trial.log.path)/\(name)")
                let entry = LogEntry(
                    .anchorAdded,
                    time: Trial.now,
                    actor: Actor(name: "anna", via: .uid),
                    organization: trial.organization,
                    [
                        .size: .number(Int64(size)), .kind: .text(kind), .file: .text(name), .object: .digest(digest),
                    ]
                )
                try log.append([entry])
                try log.fold()
                if place == 0, size == 3, kind == "command" {
                    #expect(trial.faults().isEmpty)
                } else {
                    try expectFault(trial, "\(name) of \(size) by a \(kind)")
                }
            }
        }
    }
}

extension Trial {
    /// Puts a checkpoint where that of a state given to anchors is.
    fileprivate func anchor(_ size: String, _ checkpoint: [UInt8]) throws {
        let folder = "\(log.path)/anchors/\(size)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(checkpoint).write(to: URL(filePath: "\(folder)/checkpoint"))
    }
}
