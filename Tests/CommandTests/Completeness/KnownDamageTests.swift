import Foundation
import Simulator
import Testing

/// Known damage, as an incident responder meets it: whatever `verify` or a look at the disk found, every command
/// reports until it is repaired.
@Suite struct `Known damage` {
    /// What all commands say about the day.
    private struct Account {
        var report: [String: JSON]
        var status: [String: JSON]
        var alarms: [String]
        var check: Int32
        var states: [String]
        var reasons: [String]
        var gaps: [String]
        /// The number of rows of `list` by state: `gap`, `missing`, `damaged`.
        var listed: [String: Int] = [:]
        var pass: [String: JSON]
        var passStatus: Int32

        init(_ desk: Desk) async throws {
            let report = try await desk.run("report", "--day", desk.day, "--json").objects
            self.report = try #require(report.first { $0["type"]?.text == "day" })
            let status = try await desk.run("status", "--json").objects
            self.status = try #require(status.first { $0["type"]?.text == "day" })
            let check = try await desk.run("status", "--check", "--json")
            self.check = check.status
            alarms = try check.objects.filter { $0["type"]?.text == "alarm" }.compactMap { $0["code"]?.text }
            let rows = try await desk.run("list", "--day", desk.day, "--json").objects
                .filter { $0["type"]?.text == "recording" }
            states = rows.compactMap { $0["state"]?.text }
            reasons = rows.filter { $0["state"]?.text == "damaged" }.compactMap { $0["reason"]?.text }
            gaps = try await desk.run("gaps", "--all", "--json").objects
                .filter { $0["type"]?.text == "gap" }.compactMap { $0["reason"]?.text }
            for state in ["gap", "missing", "damaged"] {
                listed[state] = try await desk.run("list", "--state", state, "--json").objects.count - 1
            }
            let pass = try await desk.run("archive", "--day", desk.day, "--json")
            passStatus = pass.status
            self.pass = try #require(try pass.objects.last)
        }

        func count(_ figure: String) -> Int? {
            pass["recordings"]?[figure]?.number.map { Int($0) }
        }

        /// The sums of the interface add up, and no command calls the day closed or complete.
        func expectDamaged(_ damaged: Int, _ place: String, gap: String = "damaged") {
            #expect(report["state"]?.text == "damaged", "\(place)")
            #expect(report["closed"] == .boolean(false), "\(place)")
            #expect(report["recordings"]?["damaged"]?.number == Double(damaged), "\(place)")
            #expect(status["state"]?.text == "damaged", "\(place)")
            #expect(status["damaged"]?.number == Double(damaged), "\(place)")
            #expect(status["closed"] == .boolean(false), "\(place)")
            #expect(check == 65, "\(place)")
            #expect(states.filter { $0 == "damaged" }.count == damaged, "\(place): \(states)")
            #expect(gaps == Array(repeating: gap, count: damaged), "\(place)")
            #expect(listed == ["gap": damaged, "missing": 0, "damaged": damaged], "\(place)")
            #expect(status["missing"] == .number(0) && report["missing"] == .number(0), "\(place)")
            #expect(passStatus == 65, "\(place)")
            #expect(pass["complete"] == .boolean(false), "\(place)")
            #expect(count("damaged") == damaged, "\(place)")
            expectSum(place)
        }

        func expectWell(_ place: String) {
            #expect(report["state"]?.text == "closed", "\(place): \(report)")
            #expect(status["state"]?.text == "closed", "\(place)")
            #expect(!alarms.contains { $0.contains("damaged") || $0.contains("lost") }, "\(place): \(alarms)")
            #expect(passStatus == 0, "\(place)")
            #expect(pass["complete"] == .boolean(true), "\(place)")
            expectSum(place)
        }

        private func expectSum(_ place: String) {
            let parts = ["archived", "stored", "pending", "failed", "damaged"].compactMap(count)
            #expect(parts.count == 5 && count("known") == parts.reduce(0, +), "\(place): \(pass)")
            #expect(count("known") == states.count, "\(place)")
        }
    }

    private struct Place {
        var archive: String
        var offset: Int
        var task: String
        var recording: String

        init(_ row: [String: JSON]) throws {
            archive = try #require(row["archive"]?.text)
            offset = Int(try #require(row["offset"]?.number))
            task = try #require(row["task_id"]?.text)
            recording = try #require(row["recording_id"]?.text)
        }

        static func all(_ desk: Desk) async throws -> [Place] {
            try await desk.run("list", "--state", "archived", "--json").objects
                .filter { $0["type"]?.text == "recording" }.map(Place.init)
        }
    }

    private func day(_ desk: Desk) async throws -> [String: JSON] {
        let report = try await desk.run("report", "--day", desk.day, "--json").objects
        return try #require(report.first { $0["type"]?.text == "day" })
    }

    /// What was damaged is intact again, and the record of the day is as true as before: no pass has to close it.
    private func expectClosed(_ desk: Desk) async throws {
        let day = try await day(desk)
        #expect(day["state"]?.text == "closed" && day["open_because"]?.list == [])
    }

    @Test(arguments: [true, false])
    func `of a missing archive is reported by every command, until it is back`(isVerified: Bool) async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let all = try await Place.all(desk)
            let path = try #require(try desk.archives().first)
            try await Account(desk).expectWell("before")
            try FileManager.default.moveItem(atPath: path, toPath: "\(desk.folder)/aside.tar")
            if isVerified { #expect(try await desk.run("verify").status == 65) }
            let account = try await Account(desk)
            account.expectDamaged(all.count, "gone, verified: \(isVerified)")
            #expect(account.reasons.allSatisfy { $0.contains("damaged in acme-\(desk.day)-001: its file is missing") })
            #expect(account.alarms.filter { $0 == "archives_damaged" }.count == 2, "the archive, and its recordings")
            #expect(try desk.archives() == [], "a pass repairs nothing")
            let out = "\(desk.folder)/out"
            let fetched = try await desk.run("fetch", all[0].task, "-o", out)
            #expect(fetched.status == 65)
            #expect(fetched.errors.contains("damaged"))
            #expect((try? FileManager.default.contentsOfDirectory(atPath: "\(out)/\(all[0].task)"))?.isEmpty ?? true)
            let one = try await desk.run("list", "--task", all[0].task, "--json").objects
            #expect(one.first?["state"]?.text == "damaged")
            let damaged = try await desk.run("list", "--state", "damaged", "--json").objects
            #expect(damaged.filter { $0["type"]?.text == "recording" }.count == all.count)
            let text = try await desk.run("report", "--day", desk.day).output
            #expect(text.contains("damaged: \(all.count) damaged"), "\(text)")
            #expect(!text.contains("  closed"), "\(text)")
            try FileManager.default.moveItem(atPath: "\(desk.folder)/aside.tar", toPath: path)
            if isVerified {
                try await Account(desk).expectDamaged(all.count, "back, and not read yet")
                #expect(try await desk.run("verify").status == 0)
            }
            try await expectClosed(desk)
            try await Account(desk).expectWell("back")
        }
    }

    @Test func `of an archive that was cut off is found by its size`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let count = try await Place.all(desk).count
            let path = try #require(try desk.archives().first)
            let whole = try Data(contentsOf: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            try whole.dropLast(512).write(to: URL(filePath: path))
            let account = try await Account(desk)
            account.expectDamaged(count, "cut off")
            #expect(account.reasons.allSatisfy { $0.contains("its file has \(whole.count - 512) bytes") })
            // Reading shows that the recordings are intact, but the archive's end is not.
            #expect(try await desk.run("verify").status == 65)
            try whole.write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
            let state = try await day(desk)["state"]?.text
            #expect(state == "damaged", "what a reading found, a reading takes back")
            #expect(try await desk.run("verify").status == 0)
            try await expectClosed(desk)
            try await Account(desk).expectWell("whole again")
        }
    }

    @Test func `of one recording is of that one, and the rest stays archived`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let all = try await Place.all(desk)
            try desk.flipByte(of: all[1].archive, at: UInt64(all[1].offset + 60))
            try await Account(desk).expectWell("nobody has looked yet")
            let verified = try await desk.run("verify")
            #expect(verified.status == 65)
            #expect(verified.output.contains(": 3 faults, 1 recording damaged\n"), "\(verified.output)")
            let listed = try await desk.run("list", "--recordings").output
            #expect(listed.contains("\n\(all.count) recordings: \(all.count - 1) archived, 1 damaged; times in UTC\n"))
            let gaps = try await desk.run("gaps").output
            #expect(gaps.contains("\n1 gap: 1 damaged\n"))
            let evidence = "found damaged in acme-\(desk.day)-001 on "
            let damage = ": its bytes do not have the checksum that was recorded"
            #expect(gaps.contains(evidence) && gaps.contains(damage) && gaps.contains(all[1].recording), "\(gaps)")
            let shown = try await desk.run("gaps", "show", all[1].task).output
            #expect(shown.contains("  gap: damaged in the archive\n    \(evidence)"), "\(shown)")
            let account = try await Account(desk)
            account.expectDamaged(1, "read")
            #expect(account.states.filter { $0 == "archived" }.count == all.count - 1)
            #expect(account.reasons.first?.contains("its bytes do not have the checksum that was recorded") == true)
            #expect(account.alarms.filter { $0 == "archives_damaged" }.count == 1)
            let others = all.filter { $0.task != all[1].task }
            let fetched = try await desk.run("fetch", others[0].task, "-o", "\(desk.folder)/out")
            #expect(fetched.status == 0, "\(fetched.errors)")
            #expect(try await desk.run("fetch", all[1].task, "-o", "\(desk.folder)/out").status == 65)
            let archive = try #require(try await day(desk)["archives"]?.list.first)
            #expect(archive["state"]?.text == "damaged")
            #expect(archive["counting"]?.number == Double(all.count - 1))
            #expect(archive["damaged"]?.number == 1)
            let refused = try await desk.run(
                "gaps",
                "explain",
                all[1].task,
                "--reason",
                "other",
                "--note",
                "never mind"
            )
            #expect(refused.status == 64)
            #expect(refused.errors.contains("callark verify --repair"))
        }
    }

    @Test func `that is not a recording's own makes its archive and its day damaged`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let path = try #require(try desk.archives().first)
            let bytes = try Data(contentsOf: URL(filePath: path))
            let declaration = try #require(bytes.range(of: Data("BagIt-Version".utf8)))
            try desk.flipByte(of: path, at: UInt64(declaration.lowerBound))
            #expect(try await desk.run("verify").status == 65)
            let account = try await Account(desk)
            account.expectDamaged(0, "bagit.txt")
            #expect(account.states.allSatisfy { $0 == "archived" })
            #expect(account.alarms.filter { $0 == "archives_damaged" }.count == 1)
            let archive = try #require(try await day(desk)["archives"]?.list.first)
            #expect(archive["state"]?.text == "damaged")
            #expect(archive["reason"]?.text?.contains("bagit.txt") == true)
            try desk.flipByte(of: path, at: UInt64(declaration.lowerBound))
            #expect(try await desk.run("verify").status == 0)
            try await expectClosed(desk)
            try await Account(desk).expectWell("mended")
        }
    }

    @Test(arguments: [true, false])
    func `is repaired, and the report shows both archives`(isWhole: Bool) async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let all = try await Place.all(desk)
            if isWhole {
                try FileManager.default.removeItem(atPath: all[0].archive)
            } else {
                try desk.flipByte(of: all[0].archive, at: UInt64(all[0].offset + 60))
                #expect(try await desk.run("verify").status == 65)
            }
            let repair = try await desk.run("verify", "--repair")
            #expect(repair.status == 0, "\(repair.errors) \(repair.output)")
            try await Account(desk).expectWell("repaired")
            #expect(try await desk.run("verify").status == 0)
            let count = isWhole ? all.count : 1
            let archives = try await day(desk)["archives"]?.list ?? []
            #expect(archives.map { $0["state"]?.text } == ["repaired", "sound"])
            #expect(archives.map { $0["counting"]?.number } == [Double(all.count - count), Double(count)])
            let displaced = archives.first?["displaced"]?.list ?? []
            #expect(displaced.count == count)
            #expect(displaced.allSatisfy { $0["replaced_by"]?.text == "acme-\(desk.day)-002" })
            let text = try await desk.run("report", "--day", desk.day).output
            let file = isWhole ? "its file is missing" : "the file is damaged"
            #expect(text.contains(" count in acme-\(desk.day)-002, "))
            #expect(text.contains(" (as sealed; \(file))  REPAIRED\n"))
            #expect(archives.map { $0["fault"]?.text } == [file, nil])
            let events = try await desk.run("events", "--kind", "recording.replaced").output
            #expect(events.contains(": it is in acme-\(desk.day)-002 now\n"), "\(events)")
            let verbose = try await desk.run("report", "--day", desk.day, "-v").output
            #expect(verbose.contains("damaged; the one in acme-\(desk.day)-002 counts"))
            let csv = try await desk.run("report", "--day", desk.day, "--csv", "displaced").output
            #expect(csv.split(separator: "\r\n").dropFirst().count == count)
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `is not repaired by an archive that is damaged itself`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let place = try #require(try await Place.all(desk).first)
            try desk.flipByte(of: place.archive, at: UInt64(place.offset + 60))
            #expect(try await desk.run("verify", "--repair").status == 0)
            #expect(
                try await desk.run("verify", "--archive", place.archive).status == 0,
                "what it lacks is in the other"
            )
            let supplement = try #require(try desk.archives().last)
            func states() async throws -> [String?] {
                try await day(desk)["archives"]?.list.map { $0["state"]?.text } ?? []
            }
            let again = try #require(try await Place.all(desk).first { $0.archive == supplement })
            try desk.flipByte(of: supplement, at: UInt64(again.offset + 60))
            #expect(try await desk.run("verify").status == 65)
            #expect(try await states() == ["damaged", "damaged"])
            #expect(try await desk.run("verify", "--archive", place.archive).status == 65, "by what a reading found")
            try FileManager.default.removeItem(atPath: supplement)
            #expect(try await desk.run("verify", "--archive", place.archive).status == 65, "by its absence")
            #expect(try await desk.run("verify", "--repair").status == 0)
            #expect(try await states() == ["repaired", "repaired", "sound"])
            #expect(try await desk.run("verify", "--archive", place.archive).status == 0)
            try await Account(desk).expectWell("repaired twice")
        }
    }

    @Test func `that the provider cannot make good is lost, until a person acknowledges it`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let all = try await Place.all(desk)
            let lost = all[2]
            try desk.flipByte(of: lost.archive, at: UInt64(lost.offset + 60))
            desk.simulator.removeRecording(lost.recording)
            #expect(try await desk.run("verify", "--repair").status == 65)
            let account = try await Account(desk)
            account.expectDamaged(1, "lost", gap: "lost")
            #expect(account.alarms.contains("recordings_lost") && !account.alarms.contains("archives_damaged"))
            let gap = try #require(try await desk.run("gaps", "--reason", "lost", "--json").objects.first)
            #expect(gap["archive"]?.text == "acme-\(desk.day)-001")
            #expect(gap["recording_id"]?.text == lost.recording)
            #expect(try await desk.run("fetch", lost.task, "-o", "\(desk.folder)/out").status == 65)
            try await desk.explainGap(lost.task, of: "recordings_lost")
            // The next pass closes the day, with a record that says what is lost and who explained it.
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            try await Account(desk).expectWell("acknowledged")
            let verified = try await desk.run("verify", "--json")
            #expect(verified.status == 0)
            #expect(try verified.objects.contains { $0["type"]?.text == "explained" })
            let supplement = try #require(try desk.archives().last)
            try #require(supplement.hasSuffix("-002.tar"))
            let name = "acme-\(desk.day)-002/metadata/day-close.json"
            let record = try await Program.run("tar", ["-xOf", supplement, name]).output
            #expect(record.contains("\"reason\":\"lost\""), "\(record)")
            #expect(record.contains("case 4711"))
            #expect(record.contains("\"archive\":\"acme-\(desk.day)-001\""))
            let row = try await desk.run("list", "--state", "damaged", "--json").objects
            #expect(row.first?["recording_id"]?.text == lost.recording, "it stays visible")
            let text = try await desk.run("report", "--day", desk.day).output
            #expect(text.contains("lost") && text.contains("case 4711"))
            #expect(try await desk.run("verify", "--repair").status == 0)
            #expect(try await desk.run("gaps", "--explained", "--reason", "lost", "--json").objects.count == 2)
        }
    }

    @Test func `is not said about unknown recordings`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            let unknown = try await desk.run("verify", "--day", "2001-01-01")
            #expect(unknown.status == 66)
            #expect(!unknown.output.contains("no damage"))
            #expect(try await desk.run("verify", "--day", "2001-01-01", "--repair").status == 66)
            let path = "\(desk.folder)/acme-2001-01-01-001.tar"
            #expect(try await desk.run("verify", "--archive", path).status == 66)
            #expect(try await desk.run("verify", "--day", desk.day).status == 0)
            let archive = try #require(try desk.archives().first)
            try FileManager.default.removeItem(atPath: archive)
            #expect(try await desk.run("verify", "--archive", archive).status == 65, "its place is known")
        }
    }
}
