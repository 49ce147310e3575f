import Crypto
import Foundation
import Recordings
import TestSupport
import Testing

@testable import Evidence

/// The program that checks the evidence without Callark, and shares no code with it.
@Suite struct `The stand-alone verifier` {
    private static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    /// Writes the program next to the log, and runs it.
    private func verify(_ trial: Trial, _ arguments: String...) throws -> Tool.Outcome {
        let program = try trial.folder.put(StandAloneVerifier.fileName, StandAloneVerifier.text)
        return try Tool.run(Self.python, ["-B", program] + arguments)
    }

    @Test func `is one file of at most 500 lines that imports nothing but Python's own`() throws {
        let text = String(decoding: StandAloneVerifier.text, as: UTF8.self)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 501)
        let script =
            "import ast, sys; names = {n for x in ast.walk(ast.parse(sys.stdin.read(), feature_version=(3, 8))) "
            + "if isinstance(x, ast.Import) for n in [a.name for a in x.names]}; "
            + "sys.exit(0 if names <= set(sys.stdlib_module_names) else 1)"
        let trial = try Trial()
        let path = try trial.folder.put("program.py", StandAloneVerifier.text)
        let parsed = try Tool.run("sh", ["-c", #""$1" -c "$2" < "$3""#, "sh", Self.python, script, path])
        #expect(parsed.status == 0, "\(parsed.output)")
    }

    @Test(arguments: [1, 256, 600]) func `agrees with a log that holds, and says whether its key was confirmed`(
        _ size: Int
    ) throws {
        let trial = try Trial()
        let log = try trial.grown(to: size)
        try log.append([trial.stored("accepted")])
        let own = try verify(trial, "log", trial.log.path)
        #expect(own.status == 2, "\(own.output)")
        #expect(own.output.contains(log.key.fingerprint))
        #expect(own.output.contains("\(size) entries, root \(try LogReader(trial.log).position.root.base64)"))
        #expect(own.output.contains("1 entries are accepted"))
        let confirmed = try verify(trial, "log", trial.log.path, "--key", log.key.description)
        #expect(confirmed.status == 0, "\(confirmed.output)")
        let stranger = try LogSigner(LogKey(), origin: log.key.name).key
        #expect(try verify(trial, "log", trial.log.path, "--key", stranger.description).status == 1)
    }

    @Test func `holds a log to a checkpoint that somebody kept`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 200)
        let kept = try trial.folder.put("kept", try trial.bytes("checkpoint"))
        try log.append((0..<300).map { try trial.stored("more-\($0)") })
        try log.fold()
        let key = log.key.description
        #expect(try verify(trial, "log", trial.log.path, "--key", key, "--since", kept).status == 0)
        let signer = try LogSigner(try #require(try trial.keyFile.key()), origin: log.key.name)
        let fork = try signer.checkpoint(LogPosition(origin: log.key.name, size: 200, root: .leaf([1])))
        let forged = try trial.folder.put("forged", fork)
        let said = try verify(trial, "log", trial.log.path, "--key", key, "--since", kept, "--since", forged)
        #expect(said.status == 1 && said.output.contains("DOES NOT HOLD: \(forged)"), "\(said.output)")
        #expect(!said.output.contains("DOES NOT HOLD: \(kept)"))
    }

    /// The program as a module, which computes each signature once: its arithmetic is Python's own and slow, and a
    /// change of anything else leaves the signatures as they were.
    private static let module = """
        import contextlib, functools, importlib.util, io, os, random, sys
        spec = importlib.util.spec_from_file_location("verify", sys.argv[1])
        verify = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(verify)
        verify.is_signed = functools.lru_cache(None)(verify.is_signed)

        """

    /// Asks the program's own functions about each change, in one process. Of the checkpoint below the proof, each byte
    /// is changed to two of the six values, drawn: each of those costs a signature.
    private static let mutations = """
        file, entry, key = verify.read(sys.argv[2]), verify.read(sys.argv[3]), verify.Key(sys.argv[4])
        state = lambda note: verify.checkpoint(note, key)
        verify.check_proof(file, entry, state)
        tried = 0
        note = file.index(b"\\n\\n") + 2
        for at, byte in enumerate(file):
            values = [byte ^ 1 << at % 8, byte ^ 1 << (at + 3) % 8] + list(b"\\n =0")
            for value in values if at < note else random.sample(values, 2):
                if value == byte:
                    continue
                tried += 1
                try:
                    verify.check_proof(file[:at] + bytes([value]) + file[at + 1:], entry, state)
                except verify.BROKEN:
                    continue
                sys.exit("accepted: byte %d as %d" % (at, value))
        print("%d refused" % tried)
        """

    @Test func `accepts a proof, and refuses it with any byte changed`() throws {
        let trial = try Trial()
        _ = try trial.grown(to: 300)
        let reader = try LogReader(trial.log)
        let proof = try trial.folder.put("proof", try reader.proof(of: 299).bytes)
        let entry = try trial.folder.put("entry", try reader.entry(299))
        let said = try verify(trial, "proof", proof, entry, "--key", reader.key.description)
        #expect(said.status == 0 && said.output.hasPrefix("entry 299 of 300 in "), "\(said.output)")
        let program = "\(trial.folder.path)/\(StandAloneVerifier.fileName)"
        let arguments = ["-B", "-c", Self.module + Self.mutations, program, proof, entry, reader.key.description]
        let mutations = try Tool.run(Self.python, arguments)
        #expect(mutations.status == 0 && mutations.output.hasSuffix(" refused\n"), "\(mutations.output)")
    }

    /// Changes each byte of each file of a log, in one process, as ``LogTests`` does with Callark's own verification.
    private static let changes = """
        folder, key = sys.argv[2], verify.Key(sys.argv[3])

        def is_sound():
            with contextlib.redirect_stdout(io.StringIO()):
                try:
                    log = verify.Log(folder, key)
                    verify.check_log(log, [], None)
                    return not log.faults
                except verify.BROKEN:
                    return False

        if not is_sound():
            sys.exit("the log does not hold as it is")
        tried = 0
        for where, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(where, name)
                if name in ("lock", "vkey") or path.endswith(".p/1"):
                    continue
                whole = verify.read(path)
                for at in range(len(whole)):
                    if name == "tail" and at >= len('{"start":5}'):
                        break
                    changed = bytearray(whole)
                    changed[at] ^= 1 << at % 8
                    os.chmod(path, 0o600)
                    with open(path, "wb") as file:
                        file.write(changed)
                    tried += 1
                    if is_sound():
                        sys.exit("not found: byte %d of %s" % (at, path))
                with open(path, "wb") as file:
                    file.write(whole)
        print("%d found" % tried)
        """

    @Test func `finds any byte of any file of a log that was changed`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 5)
        _ = try log.keep(Array("a text".utf8))
        try log.append([trial.stored("accepted")])
        try FileManager.default.createDirectory(
            atPath: "\(trial.log.path)/anchors/5",
            withIntermediateDirectories: true
        )
        try Data(trial.bytes("checkpoint")).write(to: URL(filePath: "\(trial.log.path)/anchors/5/checkpoint"))
        let program = try trial.folder.put(StandAloneVerifier.fileName, StandAloneVerifier.text)
        let arguments = ["-B", "-c", Self.module + Self.changes, program, trial.log.path, log.key.description]
        let said = try Tool.run(Self.python, arguments)
        #expect(said.status == 0 && said.output.hasSuffix(" found\n"), "\(said.output)")
    }

    /// The smallest possible daily archive, and a log about it.
    private struct Archive {
        static let name = "acme-2025-11-20-001"
        /// The provider's own JSON has members with the same names, which stay.
        static let line =
            #"{"bytes":5,"capture":{"check":"x","offset":7,"text":"a\\\",\"check\":\"y"},"#
            + #""check":"0123","day":"2025-11-20","offset":512,"path":"data/t/call.wav","salt":"c2FsdA"}"#
        static let record =
            #"{"bytes":5,"capture":{"check":"x","offset":7,"text":"a\\\",\"check\":\"y"},"#
            + #""day":"2025-11-20","path":"data/t/call.wav","salt":"c2FsdA"}"#

        let trial: Trial
        var path: String { "\(trial.folder.path)/\(Self.name).tar" }

        /// Packs it.
        func pack(audio: String = "audio", line: String = Self.line, more: [String] = []) throws {
            let folder = "\(trial.folder.path)/\(Self.name)"
            try? FileManager.default.removeItem(atPath: folder)
            for inner in ["data/t", "metadata"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(inner)", withIntermediateDirectories: true)
            }
            try Data(audio.utf8).write(to: URL(filePath: "\(folder)/data/t/call.wav"))
            for name in more { try Data("x".utf8).write(to: URL(filePath: "\(folder)/data/t/\(name)")) }
            try Data("\(line)\n".utf8).write(to: URL(filePath: "\(folder)/metadata/recordings.jsonl"))
            let packed = try Tool.run("tar", ["-C", trial.folder.path, "--format=ustar", "-cf", path, Self.name])
            try #require(packed.status == 0, "\(packed.output)")
        }

        private static func digest(_ text: some Sequence<UInt8>) throws -> ContentDigest {
            try #require(ContentDigest(bytes: SHA256.hash(data: Array(text))))
        }

        /// Logs its content, and that it was sealed as it is.
        func log(record: String = Self.record) throws {
            let log = try trial.open()
            var stored = try trial.stored("t")
            stored.values[.bytes] = .number(5)
            stored.values[.sha256] = .digest(try Self.digest("audio".utf8))
            stored.values[.record] = .digest(try Self.digest(record.utf8))
            var sealed = stored
            sealed.type = .archiveSealed
            let whole = try Data(contentsOf: URL(filePath: path))
            sealed.values = [
                .archive: .text(Self.name), .bytes: .number(Int64(whole.count)), .recordings: .number(1),
                .sha256: .digest(try Self.digest(whole)),
            ]
            try log.append([stored, sealed])
            try log.fold()
        }
    }

    @Test func `compares an archive with the log, and names what was changed in it, however consistently`() throws {
        let trial = try Trial()
        let archive = Archive(trial: trial)
        try archive.pack()
        try archive.log()
        let key = try trial.log.publishedKey().description
        func verify() throws -> Tool.Outcome {
            try self.verify(trial, "archive", archive.path, "--log", trial.log.path, "--key", key)
        }
        let sound = try verify()
        #expect(
            sound.status == 0 && sound.output.contains("1 recordings, 1 of them in the log one by one"),
            "\(sound.output)"
        )
        try archive.pack(audio: "Audio")
        let audio = try verify()
        #expect(audio.status == 1 && audio.output.contains("data/t/call.wav is not the recording that entry 1 says"))
        #expect(audio.output.contains("entry 2 says another SHA-256 of the whole archive"))
        try archive.pack(line: Archive.line.replacing("2025-11-20", with: "2025-11-21"))
        #expect(try verify().output.contains("the metadata of data/t/call.wav is not what entry 1 says"))
        // Where a recording is in its archive is not part of the log entry.
        try archive.pack(line: Archive.line.replacing("512", with: "1024").replacing("0123", with: "4567"))
        let moved = try verify()
        #expect(moved.status == 1 && !moved.output.contains("metadata of"), "\(moved.output)")
        try archive.pack(more: ["other.wav"])
        #expect(try verify().output.contains("data/t/other.wav is in it, and the log does not know it"))
        try FileManager.default.removeItem(atPath: archive.path)
        #expect(try verify().status == 74)
    }

    @Test func `counts keys that are reserved as part of a line, and checks what is stored`() throws {
        // As docs/archive-format.md reserves them: each could have members named like those that are left out.
        let reserved =
            #""class":"mifid","original_bytes":9,"original_sha256":"\#(String(repeating: "0", count: 64))","#
            + #""private":{"check":"x","offset":1},"private_sha256":"00","#
        func reserving(_ line: String) -> String { line.replacing(#""path""#, with: reserved + #""path""#) }
        let trial = try Trial()
        let archive = Archive(trial: trial)
        try archive.pack(line: reserving(Archive.line))
        try archive.log(record: reserving(Archive.record))
        let key = try trial.log.publishedKey().description
        let said = try verify(trial, "archive", archive.path, "--log", trial.log.path, "--key", key)
        #expect(said.status == 0, "\(said.output)")
    }

    @Test func `says what it cannot read, and how it is used`() throws {
        let trial = try Trial()
        #expect(try verify(trial, "log", "\(trial.folder.path)/nowhere").status == 74)
        #expect(try verify(trial, "log").status == 64)
        #expect(try verify(trial, "unheard-of").status == 64)
        #expect(try verify(trial, "--help").status == 0)
    }
}
