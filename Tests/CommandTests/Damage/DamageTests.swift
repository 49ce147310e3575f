import Foundation
import Simulator
import TestSupport
import Testing

/// What `verify` and `rebuild` say about damage, and their exit codes.
@Suite struct `Damage of every kind` {
    private struct Place {
        var archive: String
        var offset: Int
        var task: String
        var recording: String
    }

    /// A recording in the day's archive.
    private func place(_ desk: Desk, _ number: Int = 0) async throws -> Place {
        let rows = try await desk.run("list", "--state", "archived", "--json").objects.filter {
            $0["type"]?.text == "recording"
        }
        let row = rows[number]
        return Place(
            archive: try #require(row["archive"]?.text),
            offset: Int(try #require(row["offset"]?.number)),
            task: try #require(row["task_id"]?.text),
            recording: try #require(row["recording_id"]?.text)
        )
    }

    private func path(_ desk: Desk) throws -> String { try #require(try desk.archives().first) }

    @Test func `is repaired, said to be, and exits with 0 from then on`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let place = try await place(desk, 1)
            try desk.flipByte(of: try path(desk), at: UInt64(place.offset + 60))
            #expect(try await desk.run("verify").status == 65)
            let ending = try await desk.run("verify", "--repair", "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            let objects = try ending.objects
            let repairs = objects.filter { $0["type"]?.text == "repair" }
            #expect(repairs.map { $0["recording_id"]?.text } == [place.recording])
            #expect(repairs.first?["repaired"] == .boolean(true))
            #expect(repairs.first?["repaired_by"]?.text?.hasSuffix("-002") == true)
            #expect(repairs.first?["offset"]?.number == Double(place.offset))
            #expect(objects.last?["type"]?.text == "summary")
            #expect(objects.last?["repaired"] == .number(1))
            #expect(try await desk.archived() == desk.offered)
            let again = try await desk.run("verify", "--json")
            #expect(again.status == 0)
            let lines = try again.objects
            #expect(lines.allSatisfy { $0["type"]?.text != "fault" })
            let repaired = lines.filter { $0["type"]?.text == "repaired" && $0["kind"]?.text == "recording_damaged" }
            #expect(repaired.map { $0["task_id"]?.text } == [place.task])
            let text = try await desk.run("verify", "-v")
            #expect(text.output.contains("REPAIRED  acme-\(desk.day)-001 in acme-\(desk.day)-002"))
            #expect(text.output.contains("repaired by acme-\(desk.day)-002"))
            let nothing = try await desk.run("verify", "--repair")
            #expect(nothing.status == 0)
            #expect(nothing.output.contains("no recording is damaged"))
            let out = "\(desk.folder)/out"
            let fetched = try await desk.run("fetch", place.task, "-o", out)
            #expect(fetched.status == 0)
        }
    }

    @Test func `that the provider cannot make good exits with 65 and names the recording`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let place = try await place(desk)
            try desk.flipByte(of: try path(desk), at: UInt64(place.offset + 60))
            desk.simulator.removeRecording(place.recording)
            let ending = try await desk.run("verify", "--repair")
            #expect(ending.status == 65)
            #expect(ending.output.contains("NOT REPAIRED task \(place.task)"))
            let failed = try await desk.run("list", "--state", "damaged", "--json").objects
            #expect(failed.first?["reason"]?.text?.contains("damaged in acme-\(desk.day)-001") == true)
        }
    }

    @Test func `of the manifest is a fault, and the archives are read all the same`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let place = try await place(desk)
            try desk.flipByte(of: try path(desk), at: UInt64(place.offset + 60))
            let manifest = "\(desk.root)/manifest.sqlite"
            let whole = try Data(contentsOf: URL(filePath: manifest))
            // From the middle of the file on, and the whole file.
            for begin in [whole.count / 2, 0] {
                var bytes = whole
                for index in bytes.indices.dropFirst(begin) { bytes[index] = 0x5A }
                try bytes.write(to: URL(filePath: manifest))
                let ending = try await desk.run("verify", "--json")
                #expect(ending.status == 65)
                let faults = try ending.objects.filter { $0["type"]?.text == "fault" }
                #expect(faults.contains { $0["kind"]?.text == "manifest_damaged" })
                #expect(
                    faults.contains {
                        $0["task_id"]?.text == place.task && $0["offset"]?.number == Double(place.offset)
                    }
                )
                #expect(try await desk.run("verify", "--repair").status == 65)
                #expect(try Data(contentsOf: URL(filePath: manifest)) == bytes, "nothing is written into it")
            }
        }
    }

    /// What a person or a program may have done to the manifest without Callark.
    @Test(arguments: [
        ("UPDATE recording SET digest = zeroblob(32) WHERE rowid_of", "recording"),
        ("UPDATE recording SET offset = offset + 512 WHERE rowid_of", "recording"),
        ("UPDATE recording SET byte_count = byte_count - 1 WHERE rowid_of", "recording"),
        ("DELETE FROM recording WHERE rowid_of", "recording"),
        (
            "UPDATE recording SET archive = NULL, offset = NULL, byte_count = NULL, digest = NULL, audio_format = NULL, "
                + "duration_ms = NULL, suspicion = NULL, received_time = NULL, wanted_time = 1 WHERE rowid_of",
            "recording"
        ),
        ("UPDATE archive SET digest = zeroblob(32)", "archive"),
        ("UPDATE archive SET byte_count = byte_count + 1", "archive"),
        ("UPDATE archive SET sequence = 9", "archive"),
    ])
    func `done to the manifest's rows is found`(_ statement: String, _ kind: String) async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let place = try await place(desk)
            let digits = place.task.replacing("-", with: "").uppercased()
            let row = "task = (SELECT row FROM task WHERE hex(id) = '\(digits)')"
            let triggers = try await Program.run(
                "sqlite3",
                ["\(desk.root)/manifest.sqlite", "SELECT name FROM sqlite_schema WHERE type = 'trigger'"]
            ).output.split(separator: "\n")
            let drop = triggers.map { "DROP TRIGGER \($0);" }.joined()
            let change = statement.replacing("rowid_of", with: row)
            let done = try await Program.run("sqlite3", ["\(desk.root)/manifest.sqlite", "\(drop)\(change)"])
            try #require(done.status == 0, "\(done.errors)")
            let ending = try await desk.run("verify", "--json")
            #expect(ending.status == 65)
            let faults = try ending.objects.filter { $0["type"]?.text == "fault" }
            if kind == "recording" {
                #expect(faults.contains { $0["task_id"]?.text == place.task })
                #expect(faults.contains { $0["kind"]?.text == "manifest" })
            }
            #expect(!faults.isEmpty)
        }
    }

    @Test func `of an archive leaves a rebuild what is whole, and the rest is named`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let place = try await place(desk, 1)
            let path = try path(desk)
            try desk.flipByte(of: path, at: UInt64(place.offset + 60))
            let bytes = try Data(contentsOf: URL(filePath: path))
            let declaration = try #require(bytes.range(of: Data("BagIt-Version".utf8)))
            try desk.flipByte(of: path, at: UInt64(declaration.lowerBound))
            let ending = try await desk.run("rebuild", "--json", "--discard-old")
            #expect(ending.status == 65)
            let faults = try ending.objects.filter { $0["type"]?.text == "fault" }
            #expect(
                faults.contains {
                    $0["task_id"]?.text == place.task && $0["offset"]?.number == Double(place.offset)
                }
            )
            let archived = try await desk.run("list", "--state", "archived", "--json").objects.dropLast()
            #expect(archived.count == desk.offered.count - 1)
            #expect(!archived.contains { $0["recording_id"]?.text == place.recording })
            // The next pass that asks about it fetches what is missing.
            _ = try await desk.run("fetch", place.task, "-o", "\(desk.folder)/out")
            _ = try await desk.run("archive", "--day", desk.day)
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `stays damage for a quick look, and is in the log of events with who found it`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let quick = try await desk.run("verify", "--quick")
            #expect(quick.status == 0)
            #expect(quick.output.contains("names and sizes are right, no recording was read"))
            let place = try await place(desk, 1)
            try desk.flipByte(of: try path(desk), at: UInt64(place.offset + 60))
            #expect(try await desk.run("verify", "--quick").status == 0, "nobody has read it")
            #expect(try await desk.run("verify").status == 65)
            let known = try await desk.run("verify", "--quick")
            #expect(known.status == 65)
            #expect(known.output.contains("earlier damage is known on \(desk.day)"))
            #expect(
                try await desk.run("verify", "--quick", "--day", desk.day, "--json").objects.last?["sound"]
                    == .boolean(false)
            )
            func events(_ kind: String) async throws -> [[String: JSON]] {
                try await desk.run("events", "--kind", kind, "--json").objects.filter { $0["type"]?.text == "event" }
            }
            let found = try await events("damage.found")
            #expect(found.count == 1 && found.first?["actor"] != nil)
            _ = try await desk.run("verify")
            #expect(try await events("damage.found").count == 1, "nothing new was found")
            try desk.flipByte(of: try path(desk), at: UInt64(place.offset + 60))
            #expect(try await desk.run("verify").status == 0)
            #expect(try await events("recording.reinstated").count == 1)
            #expect(try await desk.run("verify", "--quick").status == 0)
            let fetched = try await desk.run("fetch", place.task, "-o", "\(desk.folder)/out")
            #expect(fetched.status == 0)
            try FileManager.default.moveItem(atPath: try path(desk), toPath: "\(desk.folder)/aside.tar")
            let gone = try await desk.run("verify")
            #expect(gone.output.contains("is missing; \(desk.offered.count) recordings in it"))
            #expect(try await desk.run("fetch", place.task, "-o", "\(desk.folder)/out-2").status == 65)
            let handedOut = try await events("fetch.ended")
            #expect(handedOut.map { $0["detail"]?["recordings"]?.text } == ["1", "0"])
            #expect(handedOut.map { $0["detail"]?["damaged"]?.text } == [nil, "1"])
            #expect(handedOut.map { $0["detail"]?["to"]?.text } == ["\(desk.folder)/out", "\(desk.folder)/out-2"])
            #expect(try await events("audio.accessed").map { $0["detail"]?["recordings"]?.text } == ["1", "1"])
        }
    }

    @Test func `is looked for in shares, and status says when everything was read`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            func organization() async throws -> [String: JSON] {
                let lines = try await desk.run("status", "--json").objects
                return try #require(lines.first { $0["type"]?.text == "organization" })
            }
            let sealed = try #require(try await organization()["all_read_since"]?.text)
            let ending = try await desk.run("verify", "--share", "1/30")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.errors == "")
            let read = try #require(try await organization()["all_read_since"]?.text)
            #expect(read > sealed)
            _ = try await desk.run("verify", "--quick")
            #expect(try await organization()["all_read_since"]?.text == read)
            #expect(try await desk.run("rebuild", "--discard-old").status == 0)
            let rebuilt = try await organization()
            #expect(rebuilt["all_read_since"] == nil)
            #expect(rebuilt["archives_never_read"] == .number(1))
            #expect(try await desk.run("status").output.contains("1 of 1 never read back"))
            try desk.flipByte(of: try path(desk), at: 3)
            #expect(try await desk.run("verify").status == 65)
            let faulty = try await organization()
            #expect(faulty["archives_with_faults"] == .number(1))
            #expect(faulty["all_read_since"]?.text != nil)
            #expect(try await desk.run("verify", "--share", "1%").status == 65)
        }
    }

    @Test(arguments: [
        ["--share", "2/1"], ["--share", "x"], ["--share", "1/3", "--quick"], ["--repair", "--quick"],
        ["--repair", "--archive", "x.tar"], ["--share", "1/3", "--archive", "x.tar"],
    ])
    func `cannot be looked for like that`(_ arguments: [String]) async throws {
        #expect(try await Program.run("callark", ["verify"] + arguments).status == 64)
    }

    @Test(.needs("root and mount namespaces", ReadOnlyMount.isPossible))
    func `is looked for if nothing may be written, which is said`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            let ending = try await ReadOnlyMount.run(["verify"], of: desk)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.errors.contains("could not record which archives were verified"))
            #expect(ending.output.contains("no damage"))
        }
    }
}

/// A library that makes statfs(2) report one folder as NFS; everything else is unchanged.
@Suite struct `A network file system` {
    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <string.h>
        #include <stdlib.h>
        #include <sys/statfs.h>
        int statfs(const char *path, struct statfs *status) {
            int (*real)(const char *, struct statfs *) = dlsym(RTLD_NEXT, "statfs");
            int result = real(path, status);
            const char *far = getenv("TEST_FAR_FOLDER");
            if (result == 0 && far && strcmp(path, far) == 0) status->f_type = 0x6969;
            return result;
        }
        """

    @Test func `is warned of by whatever writes, and by no other command`() async throws {
        try await Desk.with(calls: 1, mix: .plain) { desk in
            try desk.write("far.c", Self.source)
            let library = "\(desk.folder)/far.so"
            let arguments = ["-shared", "-fPIC", "-o", library, "\(desk.folder)/far.c", "-ldl"]
            let compiler = try await Program.run("cc", arguments)
            try #require(compiler.status == 0, "\(compiler.errors)")
            let far = ["LD_PRELOAD": FaultShim.preloading(library), "TEST_FAR_FOLDER": desk.root]
            func run(_ arguments: String...) async throws -> Program.Ending {
                try await desk.start(arguments, environment: far).end()
            }
            _ = try await desk.run("archive", "--day", desk.day)
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            let writing = [
                ["archive", "--day", desk.day], ["fetch", task, "-o", "\(desk.folder)/o"],
                ["rebuild", "--discard-old"],
            ]
            for arguments in writing {
                let ending = try await desk.start(arguments, environment: far).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let warnings = ending.errors.split(separator: "\n").filter { $0.contains("network file system (nfs)") }
                #expect(warnings.count == 1, "\(arguments): \(ending.errors)")
                #expect(warnings.first?.hasPrefix("callark: warning: \(desk.root)") == true)
                let near = try await desk.start(arguments).end()
                #expect(!near.errors.contains("network file system"))
            }
            #expect(try await run("list").errors == "")
            #expect(try await run("verify").errors == "")
            #expect(try await run("config", "check", "--offline").status == 74)
        }
    }
}
