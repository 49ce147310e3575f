import Evidence
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
            // The evidence log does not forget what was sealed.
            #expect(try await desk.run("rebuild", "--discard-old").status == 65)
            try await desk.archiveDay()
            #expect(try await desk.archived() == desk.offered)
            try await expectNothingLost(desk)
        }
    }

    /// Every archive that the log knows is there or made up for, according to every command that checks it, and the next pass closes the day.
    private func expectNothingLost(_ desk: Desk) async throws {
        try await desk.archiveDay()
        let report = try await desk.run("report", "--day", desk.day)
        #expect(report.output.hasPrefix("\(desk.day): complete."), "\(report.output)")
        let gaps = try await desk.run("gaps").output
        #expect(!gaps.contains("damaged"), "\(gaps)")
        let days = try await desk.run("status", "--json").objects.filter { $0["type"]?.text == "day" }
        #expect(days.allSatisfy { $0["damaged"] == .number(0) && $0["closed"] == .boolean(true) }, "\(days)")
        for command in [["verify"], ["verify", "--quick"], ["log", "verify"]] {
            let ending = try await desk.start(command).end()
            #expect(ending.status == 0, "\(command): \(ending.output)\(ending.errors)")
        }
    }

    private func removeManifest(_ desk: Desk) {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(desk.root)/manifest.sqlite\(suffix)")
        }
    }

    /// Removes the day's archive and its checksum file, and the manifest too.
    private func loseArchive(_ desk: Desk) throws -> String {
        let archive = try #require(try desk.archives().first)
        for path in [archive, archive + ".sha256"] { try FileManager.default.removeItem(atPath: path) }
        removeManifest(desk)
        return archive
    }

    @Test func `names an archive that only the evidence log knows, and a pass makes up for it`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let sealed = try #require(try desk.entries(.archiveSealed).first?.number(.recordings))
            let archive = try loseArchive(desk)
            // Nothing works on as if there had never been an archive.
            for command in [["archive", "--day", desk.day], ["status"], ["verify", "--day", desk.day]] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 65, "\(command): \(ending.output)\(ending.errors)")
                #expect((ending.output + ending.errors).contains("callark rebuild"))
            }
            let rebuilt = try await desk.run("rebuild", "--json")
            #expect(rebuilt.status == 65, "\(rebuilt.errors)")
            let faults = try rebuilt.objects.filter { $0["type"]?.text == "fault" }
            #expect(faults.count == 1 && faults.first?["message"]?.text?.hasPrefix("\(archive) is missing") == true)
            let summary = try #require(try rebuilt.objects.last)
            #expect(summary["gone"] == .number(1) && summary["gone_recordings"] == .number(Double(sealed)))
            #expect(summary["sound"] == .boolean(false))
            #expect(try desk.entries(.damageFound).map { $0.number(.recordings) } == [sealed])
            // The manifest has it as damaged from then on, and nothing is noted twice.
            for command in [
                ["verify"], ["verify", "--quick"], ["verify", "--day", desk.day], ["log", "verify"], ["rebuild"],
                ["rebuild", "--discard-old"],
            ] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 65, "\(command): \(ending.output)\(ending.errors)")
            }
            #expect(try desk.entries(.damageFound).count == 1)
            // No list passes over what it cannot name.
            let unnamed = "\(sealed) recordings of acme-\(desk.day)-001 are damaged, and only the number is known"
            for command in [["list"], ["list", "--day", desk.day], ["gaps"], ["gaps", "--reason", "damaged"]] {
                let text = try await desk.start(command).end().output
                #expect(text.contains(unnamed), "\(command): \(text)")
                let summary = try await desk.start(command + ["--json"]).end().objects.last
                #expect(summary?["damaged_unnamed"] == .number(Double(sealed)), "\(command)")
            }
            try await desk.archiveDay()
            #expect(try desk.archives().map { $0.hasSuffix("-002.tar") } == [true])
            #expect(try await desk.archived() == desk.offered)
            try await expectNothingLost(desk)
            // Neither does another rebuild miss it.
            removeManifest(desk)
            #expect(try await desk.run("rebuild").status == 0)
            #expect(try await desk.archived() == desk.offered)
            try await expectNothingLost(desk)
        }
    }

    @Test func `fetches what was in an archive that only the evidence log knows, by a repair`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            _ = try loseArchive(desk)
            #expect(try await desk.run("rebuild").status == 65)
            let repair = try await desk.run("verify", "--repair")
            #expect(repair.status == 0, "\(repair.output)\(repair.errors)")
            #expect(repair.output.contains("REPAIRED  acme-\(desk.day)-001, which is missing"), "\(repair.output)")
            #expect(try await desk.archived() == desk.offered)
            try await expectNothingLost(desk)
        }
    }

    @Test func `says so as long as the provider does not have it either`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let lost = try #require(desk.simulator.servedRecordings().first)
            _ = try loseArchive(desk)
            #expect(try await desk.run("rebuild").status == 65)
            desk.simulator.inject(FaultRule(.media, .always, .status(404), pathContains: lost.recording.id))
            #expect(try await desk.run("archive", "--day", desk.day).status == 65)
            let repair = try await desk.run("verify", "--repair")
            #expect(repair.status != 0, "\(repair.output)")
            let again = try await desk.run("rebuild", "--discard-old", "--json")
            #expect(again.status == 65)
            #expect(try again.objects.last?["gone_recordings"] == .number(1))
            #expect(try await desk.run("log", "verify").status == 65)
        }
    }

    @Test func `takes what is explained for no loss, also next to a manifest that is sound`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let lost = try #require(desk.simulator.servedRecordings().first)
            let archive = try loseArchive(desk)
            #expect(try await desk.run("rebuild").status == 65)
            desk.simulator.inject(FaultRule(.media, .always, .status(404), pathContains: lost.recording.id))
            #expect(try await desk.run("archive", "--day", desk.day).status == 65)
            let words = ["gaps", "explain", lost.taskID, "--reason", "provider_fault", "--note", "case 4711"]
            let explained = try await desk.start(words).end()
            try #require(explained.status == 0, "\(explained.errors)")
            // The explanation is in the log alone: nothing was sealed since.
            removeManifest(desk)
            let rebuilt = try await desk.run("rebuild")
            #expect(!rebuilt.output.contains("\(archive) is missing"), "\(rebuilt.output)")
            let again = try await desk.run("rebuild")
            #expect(again.status == 64, "\(again.output)\(again.errors)")
            #expect(!again.output.contains("\(archive) is missing"), "\(again.output)")
        }
    }

    @Test func `of a manifest that is older than a lost archive is not refused as needless`() async throws {
        try await Desk.with(calls: 3, earlier: [1], mix: .plain) { desk in
            let first = try #require(desk.simulator.world.days.first)
            #expect(try await desk.run("archive", "--day", first).status == 0)
            // The process has ended, so everything is in the file.
            let kept = "\(desk.folder)/kept.sqlite"
            try FileManager.default.copyItem(atPath: "\(desk.root)/manifest.sqlite", toPath: kept)
            try await desk.archiveDay()
            let archive = try #require(try desk.archives().last)
            for path in [archive, archive + ".sha256"] { try FileManager.default.removeItem(atPath: path) }
            removeManifest(desk)
            try FileManager.default.copyItem(atPath: kept, toPath: "\(desk.root)/manifest.sqlite")
            for command in [["verify"], ["log", "verify"], ["rebuild"], ["rebuild", "--discard-old"]] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 65, "\(command): \(ending.output)\(ending.errors)")
                #expect(ending.output.contains("\(archive)"), "\(command): \(ending.output)")
            }
        }
    }

    @Test func `names a log that is gone although this machine wrote one, and so does verify`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            try FileManager.default.removeItem(atPath: desk.log.path)
            for command in [["verify"], ["rebuild"], ["rebuild", "--discard-old"]] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 65, "\(command): \(ending.output)\(ending.errors)")
                #expect(ending.output.contains("acme is missing, and had "), "\(command): \(ending.output)")
            }
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
                #expect(ending.output.contains("\(archive) is missing"), "\(command): \(ending.output)")
            }
            try FileManager.default.removeItem(atPath: archive + ".sha256")
            #expect(try await desk.run("verify").status == 65, "the evidence log knows it")
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
