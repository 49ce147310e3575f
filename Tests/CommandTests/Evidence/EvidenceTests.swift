import Evidence
import Foundation
import Recordings
import Simulator
import Testing

/// What commands write to the evidence log, and what other programs say about it.
@Suite struct `The evidence log of an archive` {
    @Test func `has an entry for each recording, archive and closed day, which the verifier finds true`() async throws {
        try await Desk.with(calls: 5, mix: .recorded) { desk in
            let pass = try await desk.archiveDay()
            #expect(pass.errors.contains("started the evidence log callark/"))
            #expect(pass.errors.contains("back up \(desk.root)/spool/credentials/log.key"))
            #expect(try await desk.archiveDay().errors.contains("evidence log") == false)

            let stored = try desk.entries(.recordingStored)
            let served = desk.simulator.servedRecordings()
            #expect(
                stored.compactMap { $0.digest(.sha256)?.description }.sorted() == served.map { $0.sha256() }.sorted()
            )
            let bytes = try stored.map { try $0.encoded().count }
            print("bytes of the entry of a recording: \(bytes.min() ?? 0) to \(bytes.max() ?? 0)")
            #expect(bytes.allSatisfy { $0 < 640 })
            #expect(try desk.entries(.archiveSealed).map { $0.number(.recordings) } == [Int64(served.count)])
            let closed = try #require(try desk.entries(.dayClosed).first)
            let tar = try #require(try desk.archives().first)
            let name = tar.split(separator: "/").last?.dropLast(4) ?? ""
            let record = try await Program.run("tar", ["-xOf", tar, "\(name)/metadata/day-close.json"])
            #expect(try desk.object(closed.digest(.record)) == record.output)
            #expect(try desk.entries(.configChanged).count == 1)

            #expect(try await desk.run("log", "verify").status == 0)
            let log = try await desk.judged(["log", desk.log.path])
            #expect(log.status == 0, "\(log.output)")
            let archive = try await desk.judged(["archive", tar, "--log", desk.log.path])
            #expect(
                archive.status == 0 && archive.output.contains("\(served.count) of them in the log"),
                "\(archive.output)"
            )
            let proof = try await desk.run("log", "prove", stored[0].text(.path) ?? "", "-o", "\(desk.folder)/proofs")
            #expect(proof.status == 0, "\(proof.errors)")
        }
    }

    @Test func `notes another configuration once`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            try await desk.archiveDay()
            let change = ["CALLARK_CAPTURES_HORIZON_DAYS": "9"]
            for _ in 0..<2 { _ = try await desk.run("archive", "--day", desk.day, environment: change) }
            #expect(try desk.entries(.configChanged).count == 2)
            // Another secret is not another configuration.
            try desk.write("secret", desk.simulator.clientSecret + "\n\n", mode: 0o600)
            _ = try await desk.run("archive", "--day", desk.day, environment: change)
            #expect(try desk.entries(.configChanged).count == 2)
        }
    }

    @Test func `has who fetched what and why before the first byte, and without it nothing is given out`() async throws
    {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            let out = "\(desk.folder)/out"
            let fetch = ["fetch", task, "-o", out, "--reason", "a complaint", "--case", "2026-017"]
            #expect(try await desk.start(fetch).end().status == 0)
            let access = try #require(try desk.entries(.audioAccessed).last)
            #expect(access.text(.taskID) == task && access.text(.how) == "fetch")
            #expect(access.text(.reason) == "a complaint" && access.text(.caseName) == "2026-017")
            #expect(access.actor.via == .uid && access.actor.uid == getuid())
            try FileManager.default.removeItem(atPath: out)
            let key = "\(desk.root)/spool/credentials/log.key"
            try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
            let refused = try await desk.start(fetch).end()
            #expect(refused.status == 77 && refused.errors.contains("no recording is written"), "\(refused.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(out)/\(task)"))
            try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
            #expect(try desk.entries(.audioAccessed).count == 1)
        }
    }

    @Test func `brings explanations, accesses and closings back to a rebuilt manifest`() async throws {
        var mix = CallMix.recorded
        mix.unrecordedShare = 0
        try await Desk.with(calls: 4, mix: mix) { desk in
            let lost = try #require(desk.simulator.servedRecordings().first)
            desk.simulator.inject(FaultRule(.media, .always, .status(404), pathContains: lost.recording.id))
            _ = try await desk.run("archive", "--day", desk.day)
            let explain = ["gaps", "explain", "--reason", "test_call", "--note", "our own trial"]
            #expect(try await desk.start(explain + [lost.taskID]).end().status == 0)
            let explained = try #require(try desk.entries(.gapExplained).last)
            #expect(try desk.object(explained.digest(.note)) == "our own trial")
            #expect(explained.text(.reason) == "test_call" && explained.text(.taskID) == lost.taskID)
            #expect(try desk.object(explained.digest(.object)).contains(lost.taskID))
            let task = try #require(desk.simulator.servedRecordings().last?.taskID)
            #expect(try await desk.run("fetch", task, "-o", "\(desk.folder)/out").status == 0)
            let before = try await desk.run("gaps", "--all", "--day", desk.day)
            #expect(before.output.contains("our own trial"), "\(before.output)")
            let rebuilt = try await desk.run("rebuild", "--discard-old")
            #expect(rebuilt.status == 0, "\(rebuilt.errors)")
            let events = try await desk.run("events", "--task", lost.taskID, "--json")
            let kinds = try events.objects.compactMap { $0["kind"]?.text }
            #expect(kinds.contains("gap.explained"), "\(events.output)")
            #expect(try await desk.run("events", "--task", task).output.contains("began to fetch"))
            let after = try await desk.run("gaps", "--all", "--day", desk.day)
            #expect(after.output.contains("our own trial"), "\(after.output)")
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(try await desk.run("log", "verify").status == 0)
        }
    }

    @Test func `adopts archives from before it, and proves them from then on`() async throws {
        try await Desk.with(calls: 3, mix: .recorded) { desk in
            try await desk.archiveDay()
            try FileManager.default.removeItem(atPath: desk.log.path)
            for name in ["log.key", "log.key.acme.newest"] {
                try FileManager.default.removeItem(atPath: "\(desk.root)/spool/credentials/\(name)")
            }
            let rebuilt = try await desk.run("rebuild", "--discard-old")
            #expect(rebuilt.status == 0, "\(rebuilt.errors)")
            let pass = try await desk.archiveDay()
            #expect(pass.errors.contains("the evidence log did not know 1 archive"), "\(pass.errors)")
            #expect(try desk.entries(.archiveAdopted).count == 1)
            #expect(try desk.entries(.recordingStored).count == desk.simulator.servedRecordings().count)
            let tar = try #require(try desk.archives().first)
            let judged = try await desk.judged(["archive", tar, "--log", desk.log.path])
            #expect(judged.status == 0, "\(judged.output)")
            #expect(try await desk.run("log", "verify").status == 0)
            #expect(try await desk.archiveDay().errors.contains("did not know") == false)
        }
    }
}

/// Someone who can change every file of an archive, but has no key.
@Suite struct `An archive that was changed together with its checksums` {
    /// Changes a recording's bytes and its line of metadata, and corrects every checksum in the bag and the side file.
    private static let edit = """
        import hashlib, io, json, os, re, sys, tarfile
        path, what = sys.argv[1], sys.argv[2]
        name = os.path.basename(path)[:-4]
        with tarfile.open(path) as tar:
            members = [(member, tar.extractfile(member).read() if member.isfile() else b"") for member in tar]
        inner = lambda member: member.name.partition("/")[2]
        audio = next(inner(m) for m, _ in members if inner(m).startswith("data/") and m.isfile())
        files = {inner(member): data for member, data in members}
        if what == "audio":
            files[audio] = files[audio][:-1] + bytes([files[audio][-1] ^ 1])
        digest = lambda data: hashlib.sha256(data).hexdigest()
        lines = []
        for line in files["metadata/recordings.jsonl"].split(b"\\n")[:-1]:
            fields = json.loads(line)
            if fields["path"] == audio:
                if what == "audio":
                    line = line.replace(fields["sha256"].encode(), digest(files[audio]).encode())
                else:
                    line = re.sub(rb'"attempts":(\\d)', lambda m: b'"attempts":%d' % (int(m[1]) % 9 + 1), line, count=1)
                line = re.sub(rb',"check":"[0-9a-f]+"', b"", line)
                check = b',"check":"%s"' % digest(line)[:16].encode()
                at = line.index(b',"day":')
                line = line[:at] + check + line[at:]
            lines.append(line)
        files["metadata/recordings.jsonl"] = b"".join(line + b"\\n" for line in lines)
        def sums(text, names):
            return b"".join(b"%s  %s\\n" % (digest(files[n]).encode(), n.encode()) for n in names)
        order = [l.split(b"  ", 1)[1].decode() for l in files["manifest-sha256.txt"].split(b"\\n")[:-1]]
        files["manifest-sha256.txt"] = sums(files, order)
        order = [l.split(b"  ", 1)[1].decode() for l in files["tagmanifest-sha256.txt"].split(b"\\n")[:-1]]
        files["tagmanifest-sha256.txt"] = sums(files, order)
        # In place: every file keeps its length.
        whole = bytearray(open(path, "rb").read())
        with tarfile.open(path) as tar:
            for member in tar:
                data = files[inner(member)]
                if not member.isfile() or len(data) == member.size:
                    whole[member.offset_data:member.offset_data + member.size] = data
                else:
                    sys.exit("another length: " + member.name)
        os.chmod(path, 0o640)
        open(path, "wb").write(whole)
        os.chmod(path, 0o440)
        side = path + ".sha256"
        os.chmod(side, 0o640)
        open(side, "w").write("%s  %s\\n" % (digest(bytes(whole)), os.path.basename(path)))
        os.chmod(side, 0o440)
        print(digest(bytes(whole)), audio)
        """

    /// The changed archive, its new checksum, and the changed recording's path in it.
    private func change(_ what: String, _ desk: Desk) async throws -> (tar: String, digest: String, audio: String) {
        let tar = try #require(try desk.archives().first)
        let edited = try await Program.run("python3", ["-c", Self.edit, tar, what])
        try #require(edited.status == 0, "\(edited.errors)")
        let words = edited.output.split { $0 == " " || $0 == "\n" }.map(String.init)
        return (tar, try #require(words.first), try #require(words.last))
    }

    @Test func `in its metadata alone, and with the manifest, is found and named by verify and rebuild`() async throws {
        try await Desk.with(calls: 3, mix: .recorded) { desk in
            try await desk.archiveDay()
            let (tar, digest, audio) = try await change("metadata", desk)
            let task = audio.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            // With the triggers away, nothing in the manifest protects it.
            let edit = """
                DROP TRIGGER archive_stays_sealed;
                DROP TRIGGER recording_stays_archived;
                UPDATE archive SET digest = x'\(digest)';
                UPDATE recording SET attempts = attempts % 9 + 1 WHERE task =
                    (SELECT row FROM task WHERE id = x'\(task.filter { $0 != "-" })' OR id = '\(task)');
                DELETE FROM reading;
                """
            let edited = try await Program.run("sqlite3", ["\(desk.root)/manifest.sqlite", edit])
            try #require(edited.status == 0, "\(edited.errors)")
            let verified = try await desk.run("verify", "-v")
            #expect(verified.status == 65, "\(verified.output)")
            let named = "the metadata of \(audio.split(separator: "/").last ?? "") of task \(task) is not what entry"
            #expect(verified.output.contains(named), "\(verified.output)")
            let log = try await desk.run("log", "verify")
            #expect(log.status == 65 && log.output.contains(named), "\(log.output)")
            let rebuilt = try await desk.run("rebuild", "--discard-old")
            #expect(rebuilt.status == 65 && rebuilt.output.contains(named), "\(rebuilt.output)")
            let judged = try await desk.judged(["archive", tar, "--log", desk.log.path])
            #expect(judged.status == 1 && judged.output.contains(audio), "\(judged.output)")
            // It is on record, once.
            let name = URL(filePath: tar).deletingPathExtension().lastPathComponent
            #expect(try desk.entries(.damageFound).map { $0.text(.archive) } == [name])
        }
    }

    @Test(arguments: ["audio"]) func `is found and named by verify, rebuild and log verify`(_ what: String) async throws
    {
        try await Desk.with(calls: 3, mix: .recorded) { desk in
            try await desk.archiveDay()
            let (tar, _, audio) = try await change(what, desk)
            let task = audio.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            // The archive does not contradict itself.
            let alone = try await Program.run("callark", ["verify", tar], environment: ["CALLARK_CONFIG": "/nowhere"])
            #expect([0, 78].contains(alone.status), "\(alone.output)\(alone.errors)")

            let log = try await desk.run("log", "verify")
            #expect(log.status == 0, "the manifest still knows what was sealed: \(log.output)")
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: "\(desk.root)/manifest.sqlite\(suffix)")
            }
            let rebuilt = try await desk.run("rebuild")
            #expect(rebuilt.status == 65, "\(rebuilt.output)")
            #expect(
                rebuilt.output.contains("the evidence log says") && rebuilt.output.contains(task),
                "\(rebuilt.output)"
            )
            #expect(try desk.entries(.damageFound).count == 1)
            let events = try await desk.run("events", "--json").objects.compactMap { $0["kind"]?.text }
            #expect(events.count { $0 == "damage.found" } == 1, "\(events)")
            let verified = try await desk.run("verify", "-v")
            #expect(verified.status == 65)
            #expect(verified.output.contains("is not the recording that entry"), "\(verified.output)")
            let again = try await desk.run("log", "verify")
            #expect(again.status == 65 && again.output.contains(task), "\(again.output)")
            let judged = try await desk.judged(["archive", tar, "--log", desk.log.path])
            #expect(judged.status == 1 && judged.output.contains(audio), "\(judged.output)")
            #expect(try await desk.run("archive", "--day", desk.day).status == 65)
        }
    }
}

/// A log that cannot be written to.
@Suite struct `An evidence log that was damaged or put back` {
    private func copy(_ desk: Desk, to name: String) async throws -> String {
        let path = "\(desk.folder)/\(name)"
        try #require(try await Program.run("cp", ["-a", desk.log.path, path]).status == 0)
        return path
    }

    private func replaceLog(_ desk: Desk, with copy: String) async throws {
        try FileManager.default.removeItem(atPath: desk.log.path)
        try #require(try await Program.run("cp", ["-a", copy, desk.log.path]).status == 0)
    }

    @Test func `stops writing with 65, lets reading go on, and is recovered from a copy`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            _ = try await desk.run("archive", "--from", "2020-01-01", "--to", "2020-01-02")
            let early = try await copy(desk, to: "early")
            try await desk.archiveDay()
            let late = try await copy(desk, to: "late")
            try await replaceLog(desk, with: early)
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 65 && pass.errors.contains("an older state was restored"), "\(pass.errors)")
            #expect(try await desk.run("list").status == 0)
            #expect(try await desk.run("log", "verify").status == 65)
            let older = try await desk.run("log", "recover", "--from", early)
            #expect(older.status == 65 && older.errors.contains("cannot take the log's place"), "\(older.errors)")
            let recovered = try await desk.run("log", "recover", "--from", late)
            #expect(recovered.status == 0, "\(recovered.errors)")
            #expect(try await desk.run("log", "recover").output.contains("nothing was changed"))
            try await desk.archiveDay()
            #expect(try await desk.run("log", "verify").status == 0)
            #expect(FileManager.default.fileExists(atPath: "\(desk.log.path)/replaced/checkpoint"))
        }
    }

    @Test func `continues in a new epoch if there is no copy, which adopts what was lost`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            _ = try await desk.run("archive", "--from", "2020-01-01", "--to", "2020-01-02")
            let early = try await copy(desk, to: "early")
            try await desk.archiveDay()
            let known = try LogReader(desk.log).position
            try await replaceLog(desk, with: early)
            let recovered = try await desk.run("log", "recover")
            #expect(recovered.status == 0 && recovered.output.contains("\(known.size) entries"), "\(recovered.errors)")
            #expect(try #require(try desk.entries(.logBegun).first).previous == known)
            #expect(try desk.entries(.recordingStored).count == desk.simulator.servedRecordings().count)
            #expect(try desk.entries(.dayClosed).contains { $0.text(.day) == desk.day })
            try await desk.archiveDay()
            #expect(try await desk.run("verify").status == 0)
            let verified = try await desk.run("log", "verify")
            #expect(verified.status == 0, "\(verified.output)")
        }
    }

    @Test func `whose key is lost continues in a new epoch with another key`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let old = try desk.log.publishedKey()
            try FileManager.default.removeItem(atPath: "\(desk.root)/spool/credentials/log.key")
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 78 && pass.errors.contains("the key of the log is missing"), "\(pass.errors)")
            let recovered = try await desk.run("log", "recover", "--json")
            #expect(recovered.status == 0, "\(recovered.errors)")
            #expect(try recovered.objects.last?["previous_origin"]?.text == old.name)
            #expect(try desk.log.publishedKey().publicKey != old.publicKey)
            try await desk.archiveDay()
            // What the old epoch says still counts: nothing is adopted.
            #expect(try desk.entries(.archiveAdopted).isEmpty)
            let verified = try await desk.run("log", "verify")
            #expect(verified.status == 0, "\(verified.output)")
        }
    }

    @Test func `because it is signed with another key than the key file's is named by whoever reads it`() async throws {
        try await Desk.with(calls: 1, mix: .recorded) { desk in
            try await desk.archiveDay()
            let key = "\(desk.root)/spool/credentials/log.key"
            let made = try await Program.run("openssl", ["genpkey", "-algorithm", "ed25519", "-out", key])
            try #require(made.status == 0, "\(made.errors)")
            for command in ["log verify", "log status", "verify -v", "rebuild --discard-old", "audit"] {
                let ending = try await desk.start(command.split(separator: " ").map(String.init)).end()
                let isNamed = (ending.output + ending.errors).contains("another key")
                #expect(ending.status == 65 && isNamed, "\(command): \(ending.output)\(ending.errors)")
            }
        }
    }

    @Test func `that never was is not recovered`() async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.run("log", "recover")
            #expect(ending.status == 74 && ending.errors.contains("never was"), "\(ending.errors)")
        }
    }
}
