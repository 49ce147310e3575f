import Foundation
import Simulator
import Testing

/// `rebuild` if there is already a manifest.
@Suite struct `A rebuild` {
    /// Everything below the root with its checksum, except the lock and what SQLite creates for readers.
    private func tree(_ desk: Desk) async throws -> [Substring] {
        let passedOver = ["!", "-name", "*-shm", "!", "-name", "*-wal", "!", "-name", "pass.lock"]
        let find = [desk.root, "-type", "f"] + passedOver + ["-exec", "sha256sum", "{}", "+"]
        return try await Program.run("find", find).output.split(separator: "\n").sorted()
    }

    private func sql(_ desk: Desk, _ statement: String) async throws -> String {
        let ending = try await Program.run("sqlite3", ["\(desk.root)/manifest.sqlite", statement])
        try #require(ending.status == 0, "\(ending.errors)")
        return ending.output
    }

    private func keptManifests(_ desk: Desk) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: desk.root).filter { $0.contains(".before-rebuild") }
    }

    @Test func `of a sound manifest asks for --discard-old, and keeps the old one with its events`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let events = try await sql(desk, "SELECT * FROM events_readable")
            let before = try await tree(desk)
            let refused = try await desk.run("rebuild")
            #expect(refused.status == 64)
            #expect(try refused.complaint.contains("is sound") && refused.complaint.contains("--discard-old"))
            #expect(try await tree(desk) == before)
            let json = try await desk.run("rebuild", "--json")
            #expect(json.status == 64)
            #expect(try json.objects.last?["error"]?.text?.contains("--discard-old") == true)

            let list = try await desk.run("list", "--json").output
            let done = try await desk.run("rebuild", "--discard-old", "--json")
            #expect(done.status == 0, "\(done.errors)")
            #expect(try done.objects.last?["contradictions"]?.number == 0)
            #expect(try await desk.run("list", "--json").output == list)
            let kept = try #require(try keptManifests(desk).first)
            #expect(kept.wholeMatch(of: #/manifest\.sqlite\.before-rebuild-\d{8}T\d{6}Z/#) != nil)
            #expect(try done.objects.last?["previous_manifest"]?.text == "\(desk.root)/\(kept)")
            let old = try await Program.run(
                "sqlite3",
                ["-readonly", "\(desk.root)/\(kept)", "SELECT * FROM events_readable"]
            )
            #expect(old.output == events && !events.isEmpty)
        }
    }

    @Test func `of a manifest that knows a deleted archive says what is missing, and changes nothing without the flag`()
        async throws
    {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let archive = try #require(try desk.archives().first)
            for path in [archive, archive + ".sha256"] { try FileManager.default.removeItem(atPath: path) }
            let before = try await tree(desk)
            let refused = try await desk.run("rebuild", "--json")
            #expect(refused.status == 65)
            let faults = try refused.objects.filter { $0["type"]?.text == "fault" }
            #expect(faults.count == desk.offered.count + 1)
            #expect(
                Set(faults.compactMap { $0["task_id"]?.text }) == Set(desk.simulator.servedRecordings().map(\.taskID))
            )
            let messages = faults.compactMap { $0["message"]?.text }
            for digest in desk.offered { #expect(messages.contains { $0.contains(digest) }) }
            #expect(try refused.complaint.contains("--discard-old"))
            #expect(try await tree(desk) == before)
            #expect(try await desk.run("rebuild").output.contains("is missing or could not be read"))

            // With the flag it is done, but not silently.
            let done = try await desk.run("rebuild", "--discard-old", "--json")
            #expect(done.status == 65)
            #expect(try done.objects.last?["contradictions"]?.number == Double(faults.count))
            #expect(try keptManifests(desk).count == 1)
            #expect(try await desk.run("rebuild", "--discard-old").status == 0)
            try await desk.archiveDay()
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `misses an archive whose checksum file is still there, and so does verify`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let archive = try #require(try desk.archives().first)
            for path in [archive, "\(desk.root)/manifest.sqlite"] { try FileManager.default.removeItem(atPath: path) }
            let commands = [
                ["rebuild"], ["verify"], ["verify", "--quick"], ["verify", "--day", desk.day],
                ["rebuild", "--discard-old"],
            ]
            for command in commands {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 65, "\(command)")
                #expect(ending.output.contains("\(archive) is missing, and its checksum file is not"))
            }
            try FileManager.default.removeItem(atPath: archive + ".sha256")
            #expect(try await desk.run("verify").status == 0)
        }
    }

    /// Replaces the day's archive by one of the same name: sealed by Callark itself, but without one call.
    private func exchangeArchive(_ desk: Desk) async throws -> (task: String, digests: [String]) {
        let gone = try #require(desk.simulator.servedRecordings().last)
        let digests = desk.simulator.servedRecordings().filter { $0.taskID == gone.taskID }.map { $0.sha256() }
        let elsewhere = ["CALLARK_ARCHIVE_ROOT": "\(desk.folder)/elsewhere"]
        try await desk.makeRoot(environment: elsewhere)
        desk.simulator.holdBackCaptures(of: gone.taskID, until: desk.simulator.clock.now + .seconds(86_400))
        #expect(try await desk.run("archive", "--day", desk.day, environment: elsewhere).status == 75)
        desk.simulator.holdBackCaptures(of: gone.taskID, until: nil)
        let archive = try #require(try desk.archives().first)
        for path in [archive, archive + ".sha256"] {
            let other = path.replacing(desk.root, with: "\(desk.folder)/elsewhere")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: other, toPath: path)
        }
        return (gone.taskID, digests)
    }

    @Test(arguments: [false, true])
    func `never adopts silently an archive that differs from the one in the manifest`(isDamaged: Bool) async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let gone = try await exchangeArchive(desk)
            // Damage elsewhere in the manifest must not let the archive through.
            if isDamaged {
                _ = try await sql(
                    desk,
                    "INSERT INTO explanation (task, reason, note, author, time, failed) VALUES (999999, 'x', 'x', 'x', 1, '')"
                )
            }
            let before = try await tree(desk)
            let refused = try await desk.run("rebuild", "--json")
            #expect(refused.status == 65, "\(refused.errors)")
            let faults = try refused.objects.filter { $0["type"]?.text == "fault" }
            #expect(faults.first?["message"]?.text?.contains("SHA-256") == true)
            if !isDamaged {
                let missing = faults.filter { $0["task_id"]?.text == gone.task }.compactMap { $0["message"]?.text }
                for digest in gone.digests { #expect(missing.contains { $0.contains(digest) }) }
                #expect(faults.count == 1 + gone.digests.count)
            }
            #expect(try await tree(desk) == before)
            #expect(try await desk.run("rebuild", "--discard-old").status == 65)
        }
    }

    @Test func `of a damaged manifest that contradicts nothing needs no flag`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            let list = try await desk.run("list", "--json").output
            _ = try await sql(
                desk,
                "INSERT INTO explanation (task, reason, note, author, time, failed) VALUES (999999, 'x', 'x', 'x', 1, '')"
            )
            #expect(try await desk.run("rebuild").status == 0)
            #expect(try await desk.run("list", "--json").output == list)
        }
    }

    @Test func `of a manifest of another version asks too`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            _ = try await sql(
                desk,
                "DELETE FROM grdb_migrations WHERE rowid = (SELECT max(rowid) FROM grdb_migrations)"
            )
            #expect(try await desk.run("rebuild").status == 64)
            _ = try await exchangeArchive(desk)
            #expect(try await desk.run("rebuild").status == 65)
            _ = try await sql(desk, "INSERT INTO grdb_migrations VALUES ('99 of a later version')")
            #expect(try await desk.run("rebuild").status == 78)
            #expect(try keptManifests(desk) == [])
            // The evidence log still knows what was sealed.
            #expect(try await desk.run("rebuild", "--discard-old").status == 65)
        }
    }
}
