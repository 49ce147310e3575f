import Foundation
import GRDB
import Recordings
import Testing

@testable import Manifest

/// Opening, what can prevent it, and what holds even against `sqlite3`.
@Suite struct OpeningTests {
    private func open(_ path: String, _ mode: Manifest.Mode) -> ManifestError? {
        do {
            try Manifest(path: path, mode: mode).close()
            return nil
        } catch {
            return error
        }
    }

    @Test func `a missing manifest is made by a writer and missed by a reader`() async throws {
        try await Fixture.with { fixture in
            let path = fixture.folder.appending(path: "new.sqlite").path
            let error = try #require(open(path, .readOnly))
            #expect(error.code == .missing)
            #expect(error.message.contains(path))
            #expect(open(path, .readWrite) == nil)
            #expect(open(path, .readOnly) == nil)
            #expect(open(fixture.folder.path + "/no/such/folder.sqlite", .readWrite)?.code == .permission)
        }
    }

    @Test(arguments: [Manifest.Mode.readOnly, .readWrite])
    func `what is no manifest is damaged, and is not touched`(mode: Manifest.Mode) async throws {
        try await Fixture.with { fixture in
            let file = fixture.folder.appending(path: "text.sqlite")
            let content = Data(repeating: 0x41, count: 8192)
            try content.write(to: file)
            #expect(open(file.path, mode)?.code == .damaged)
            #expect(try Data(contentsOf: file) == content)
            let foreign = fixture.folder.appending(path: "foreign.sqlite").path
            _ = try await run("sqlite3", [foreign, "CREATE TABLE song (title); PRAGMA journal_mode = DELETE"])
            let before = try Data(contentsOf: URL(filePath: foreign))
            #expect(open(foreign, mode)?.code == .damaged)
            #expect(try await run("sqlite3", [foreign, ".tables"]) == "song\n")
            #expect(try Data(contentsOf: URL(filePath: foreign)).count == before.count)
        }
    }

    @Test func `a manifest that lost a part is damaged, with advice`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.known(1...200)
            try fixture.manifest.close()
            let handle = try FileHandle(forUpdating: URL(filePath: fixture.path))
            let size = try handle.seekToEnd()
            for page in stride(from: 4096, to: size, by: 4096) {
                try handle.seek(toOffset: page)
                try handle.write(contentsOf: Data(repeating: 0xee, count: 4096))
            }
            try handle.close()
            let error = try #require(open(fixture.path, .readOnly) ?? open(fixture.path, .readWrite))
            #expect(error.code == .damaged)
            #expect(error.message.contains("callark rebuild"))
        }
    }

    @Test func `a manifest whose creation was interrupted is created, and does not exist until then`() async throws {
        try await Fixture.with { fixture in
            let path = fixture.folder.appending(path: "begun.sqlite").path
            let table = "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"
            _ = try await run("sqlite3", [path, "PRAGMA journal_mode = WAL; \(table)"])
            #expect(try Manifest.exists(at: path) == false)
            #expect(open(path, .readWrite) == nil)
            #expect(try Manifest.exists(at: path))
            #expect(open(path, .readOnly) == nil)
        }
    }

    @Test(arguments: [Manifest.Mode.readOnly, .readWrite])
    func `a manifest of a later version is left alone`(mode: Manifest.Mode) async throws {
        try await Fixture.with { fixture in
            try fixture.manifest.close()
            let insert = "INSERT INTO grdb_migrations VALUES ('99 of a later version')"
            _ = try await run("sqlite3", [fixture.path, insert])
            #expect(open(fixture.path, mode)?.code == .newer)
        }
    }

    @Test func `a manifest whose making was cut off is made by the next writer`() async throws {
        try await Fixture.with { fixture in
            let path = fixture.folder.appending(path: "begun.sqlite").path
            // What GRDB's migrator commits first, by itself.
            let begun = "PRAGMA journal_mode = WAL; CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"
            _ = try await run("sqlite3", [path, begun])
            #expect(try !Manifest.exists(at: path))
            #expect(open(path, .readOnly)?.code == .missing)
            #expect(open(path, .readWrite) == nil)
            #expect(open(path, .readOnly) == nil)
            #expect(try Manifest.exists(at: path))
        }
    }

    @Test func `a manifest that lacks a migration is of an earlier version`() async throws {
        try await Fixture.with { fixture in
            try fixture.manifest.close()
            _ = try await run("sqlite3", [fixture.path, "DELETE FROM grdb_migrations; DROP TABLE code"])
            #expect(open(fixture.path, .readOnly)?.code == .older)
        }
    }

    @Test func `the words of codes are in the manifest, also those that a version adds`() async throws {
        try await Fixture.with { fixture in
            try fixture.manifest.close()
            let words = "SELECT word FROM code WHERE enumeration = 'kind of event' ORDER BY code"
            let kinds = Event.Kind.codes.map(\.rawValue).joined(separator: "\n") + "\n"
            #expect(try await run("sqlite3", [fixture.path, words]) == kinds)
            #expect(Set(Event.Kind.codes) == Set(Event.Kind.allCases))
            _ = try await run("sqlite3", [fixture.path, "DELETE FROM code WHERE code > 20"])
            #expect(open(fixture.path, .readWrite) == nil)
            #expect(try await run("sqlite3", [fixture.path, words]) == kinds)
        }
    }

    @Test func `a reader does not write, not even to bring tables up to date`() async throws {
        try await Fixture.with { fixture in
            let reader = try Manifest(path: fixture.path, mode: .readOnly)
            #expect(try await reader.organizations().map(\.name) == [fixture.acme])
            #expect(await failure { try await reader.register(fixture.acme, id: fixture.acmeID) } == .readOnly)
            let empty = fixture.folder.appending(path: "empty.sqlite").path
            _ = try await run("sqlite3", [empty, "PRAGMA application_id = \(Schema.applicationID); VACUUM"])
            #expect(open(empty, .readOnly)?.code == .older)
        }
    }

    /// A user other than root may not write if the mode forbids it; root may not if the mount forbids it.
    @Test func `a manifest in a folder that cannot be written is read all the same`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known(1...5))
            try fixture.manifest.close()
            #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) == ["manifest.sqlite"])
            let folder = fixture.folder.path
            let program =
                geteuid() == 0
                ? ["mount --bind \(folder) \(folder)", "mount -o remount,ro,bind \(folder)"]
                : ["chmod 0555 \(folder)", "chmod 0444 \(folder)/manifest.sqlite"]
            _ = try await run("sh", ["-ec", program.joined(separator: " && ")])
            func undo() async throws {
                _ = try await run("sh", ["-c", geteuid() == 0 ? "umount \(folder)" : "chmod 0755 \(folder)"])
            }
            do {
                let reader = try Manifest(path: fixture.path, mode: .readOnly)
                let rows = try await reader.entries(at: Fixture.standpoint()).collected()
                #expect(rows.count == 5)
                try reader.close()
                #expect([.readOnly, .permission].contains(open(fixture.path, .readWrite)?.code))
            } catch {
                try await undo()
                throw error
            }
            try await undo()
        }
    }

    @Test func `readers see whole transactions while a pass writes`() async throws {
        try await Fixture.with { fixture in
            let reader = try Manifest(path: fixture.path, mode: .readOnly)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for batch in 0..<20 {
                        let work = try await fixture.known((batch * 10)..<(batch * 10 + 10))
                        try await fixture.store(work)
                    }
                }
                for manifest in [reader, fixture.manifest] {
                    group.addTask {
                        var last = 0
                        while last < 200 {
                            let day = try await manifest.dayStatuses(at: Fixture.standpoint()).first
                            let stored = day?.stored ?? 0
                            #expect(stored % 10 == 0 && stored >= last)
                            last = stored
                            try Task.checkCancellation()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `another process that writes is waited for`() async throws {
        try await Fixture.with { fixture in
            let script = "BEGIN IMMEDIATE; UPDATE organization SET listed_through = 1763596800000; COMMIT;"
            async let other = run("sqlite3", [fixture.path, ".timeout 10000", script])
            _ = try await fixture.known(1...20)
            _ = try await other
            #expect(
                try await fixture.manifest.watermark(fixture.acme)
                    == Timestamp(millisecondsSince1970: 1_763_596_800_000)
            )
        }
    }

    @Test func `what claims to be durable is flushed, and what does not is not`() async throws {
        try await Fixture.with { fixture in
            func level(_ durability: Manifest.Durability) async throws -> Int? {
                try await fixture.manifest.write(durability) { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
            }
            var levels = [try await level(.process), try await level(.machine), try await level(.process)]
            _ = await failure { try await fixture.manifest.write(.machine) { try $0.execute(sql: "SELECT nonsense") } }
            levels.append(try await level(.process))
            #expect(levels == [1, 2, 1, 1])
        }
    }

    @Test func `a full disk loses nothing that was said before`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known(1...3))
            try await fixture.manifest.write { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages + 1)")
            }
            #expect(await failure { try await fixture.known(10...500) } == .full)
            #expect(try await fixture.recordings().count == 3)
            try await fixture.manifest.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
            #expect(try await fixture.known(10...500).count == 491)
            #expect(try await fixture.manifest.faults() == [])
        }
    }

    @Test(arguments: Event.Kind.allCases)
    func `a person with sqlite3 reads what happened by its name`(_ kind: Event.Kind) async throws {
        try await Fixture.with { fixture in
            try await fixture.manifest.appendEvent(Event(time: Fixture.morning, kind: kind))
            let name = try await run("sqlite3", [fixture.path, "SELECT kind FROM events_readable ORDER BY event"])
            #expect(name.split(separator: "\n").last.map(String.init) == kind.rawValue)
        }
    }

    @Test func `the rules hold against a person with sqlite3`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known(1...2))
            try await fixture.seal()
            _ = try await fixture.known([3])
            let forbidden = [
                "UPDATE archive SET byte_count = 1 WHERE sequence = 1", "DELETE FROM archive WHERE digest IS NOT NULL",
                "UPDATE recording SET digest = zeroblob(32) WHERE archive IS NOT NULL",
                "DELETE FROM recording WHERE archive IS NOT NULL", "UPDATE recording SET call_type = 2",
                "UPDATE event SET kind = 0", "DELETE FROM event", "UPDATE task SET day = day + 1",
                "INSERT INTO recording SELECT task, ordinal + 1, id, kind, is_segment, call_type, start_time, "
                    + "provider_name, stop_time, file, 0, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL "
                    + "FROM recording WHERE archive IS NULL",
                "UPDATE recording SET archive = 1, offset = 0, byte_count = 1, digest = zeroblob(32), "
                    + "received_time = 0, wanted_time = NULL WHERE archive IS NULL",
                "UPDATE recording SET byte_count = 5 WHERE archive IS NULL",
                "UPDATE recording SET wanted_time = NULL WHERE archive IS NULL",
                "INSERT INTO organization (name, id) VALUES ('ACME', 'x')",
                "INSERT INTO organization (name, id) VALUES ('b', '')",
                "INSERT INTO archive (organization, day, sequence) VALUES (1, 1, 1)",
                "INSERT INTO archive (organization, day, sequence, tar_bytes, journal_bytes, byte_count, digest) "
                    + "VALUES (1, 1, 1, 0, 0, 1, zeroblob(32))",
                "INSERT INTO task (organization, id, created_time, day, channel_type, status, capture_request, listed) "
                    + "VALUES (1, 'x', 0, 20000, 1, 1, 1, 1)",
                "UPDATE task SET capture_request = 'requested'",
            ]
            for statement in forbidden {
                let error = await #expect(throws: ProgramFailed.self) {
                    try await run("sqlite3", [fixture.path, "PRAGMA foreign_keys = ON; \(statement)"])
                }
                let output = error?.output ?? ""
                #expect(output.contains("19)"), "\(statement): \(output)")
            }
            #expect(try await fixture.states() == [.archived, .archived, .pending])
        }
    }

    @Test func `a person with sqlite3 can read every table`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known(1...2))
            try await fixture.seal()
            _ = try await fixture.known([3])
            let line = try await run(
                "sqlite3",
                [
                    fixture.path,
                    "SELECT task_id, recording_id, day, started, state, archive, sha256, provider_file_name "
                        + "FROM recordings_readable ORDER BY task_id LIMIT 1",
                ]
            )
            let digest = try #require(try await fixture.recordings().first?.held?.digest)
            #expect(
                line == "aaaaaaaa-0000-4000-8000-000000000001|dddddddd-0000-4000-8000-000000000001|2025-11-20|"
                    + "2025-11-20T08:00:00.000Z|archived|acme-2025-11-20-001|\(digest)|recording-1.wav\n"
            )
            let counts = try await run(
                "sqlite3",
                [
                    fixture.path,
                    "SELECT (SELECT count(*) FROM tasks_readable), (SELECT count(*) FROM recordings_readable), "
                        + "(SELECT count(*) FROM archives_readable), (SELECT count(*) FROM organizations_readable), "
                        + "(SELECT count(*) FROM events_readable) > 0, (SELECT count(*) FROM passes_readable)",
                ]
            )
            #expect(counts == "3|3|1|1|1|0\n")
            #expect(try await run("sqlite3", [fixture.path, "PRAGMA integrity_check"]) == "ok\n")
            #expect(try await fixture.manifest.faults() == [])
        }
    }
}
