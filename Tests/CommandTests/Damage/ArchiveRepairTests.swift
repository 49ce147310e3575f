import Foundation
import TestSupport
import Testing

@testable import Simulator

/// A sealed archive with damage beyond single recordings: truncated, or changed outside of recordings.
@Suite struct `An archive that is damaged in itself` {
    /// How many recordings each command calls damaged, and the state of the day.
    private struct Account: Equatable {
        var listed: Int
        var gaps: Int
        var reported: Int
        var status: Int
        var state: String

        init(listed: Int, gaps: Int, reported: Int, status: Int, state: String) {
            (self.listed, self.gaps, self.reported, self.status) = (listed, gaps, reported, status)
            self.state = state
        }

        init(all damaged: Int, state: String) {
            self.init(listed: damaged, gaps: damaged, reported: damaged, status: damaged, state: state)
        }

        init(_ desk: Desk) async throws {
            listed = try await desk.run("list", "--state", "damaged", "--json").objects.count - 1
            gaps = try await desk.run("gaps", "--all", "--json").objects.count { $0["reason"]?.text == "damaged" }
            let report = try await desk.run("report", "--day", desk.day, "--json").objects
            let day = try #require(report.first { $0["type"]?.text == "day" })
            reported = Int(try #require(day["recordings"]?["damaged"]?.number))
            state = try #require(day["state"]?.text)
            let rows = try await desk.run("status", "--json").objects
            status = Int(try #require(rows.first { $0["type"]?.text == "day" }?["damaged"]?.number))
        }
    }

    private func rows(_ desk: Desk) async throws -> [[String: JSON]] {
        try await desk.run("list", "--state", "archived", "--json").objects
            .filter { $0["type"]?.text == "recording" }
            .sorted { ($0["offset"]?.number ?? 0) < ($1["offset"]?.number ?? 0) }
    }

    /// What tar and sha256sum say about an archive.
    private func expectSound(_ path: String) async throws {
        let script = """
            set -eu
            cd "$(dirname "$1")"; name="$(basename "$1" .tar)"
            sha256sum --quiet -c "$name.tar.sha256"
            tar -xf "$name.tar" -C "$2"; cd "$2/$name"
            sha256sum --quiet -c manifest-sha256.txt; sha256sum --quiet -c tagmanifest-sha256.txt
            """
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-unpacked-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ending = try await Program.run("sh", ["-c", script, "", path, folder])
        #expect(ending.status == 0, "\(ending.errors)")
    }

    /// The lines of an archive's metadata as tar returns them, by recording, without what differs between archives.
    private func lines(_ path: String) async throws -> [String: [String: JSON]] {
        let name = URL(filePath: path).deletingPathExtension().lastPathComponent
        let text = try await Program.run("tar", ["-xOf", path, "\(name)/metadata/recordings.jsonl"]).output
        return try text.split(separator: "\n").reduce(into: [:]) { lines, line in
            var object = try JSONDecoder().decode([String: JSON].self, from: Data(line.utf8))
            for key in ["offset", "replaces", "check"] { object[key] = nil }
            lines[try #require(object["recording_id"]?.text)] = object
        }
    }

    /// Truncates a file.
    private func cut(_ path: String, to size: Int) throws -> Data {
        let whole = try Data(contentsOf: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        try whole.prefix(size).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
        return whole
    }

    @Test func `at its end counts by its size until it is read, then by what is whole, and is made up for`()
        async throws
    {
        try await Desk.with(calls: 6, mix: .plain) { desk in
            try await desk.archiveDay()
            let before = try await rows(desk)
            let path = try #require(try desk.archives().first)
            let known = try await lines(path)
            let kept = before.count / 2
            let end = Int(try #require(before[kept]["offset"]?.number)) + 30
            _ = try cut(path, to: end)
            let damaged = try Data(contentsOf: URL(filePath: path))
            #expect(try await Account(desk) == Account(all: before.count, state: "damaged"), "by its size")
            let verified = try await desk.run("verify", "--json")
            #expect(verified.status == 65)
            #expect(try verified.objects.last?["damaged_recordings"]?.number == Double(before.count - kept))
            #expect(try await Account(desk) == Account(all: before.count - kept, state: "damaged"), "by its reading")
            let archive = try await desk.run("report", "--day", desk.day, "--json").objects
                .first { $0["type"]?.text == "day" }?["archives"]?.list.first
            #expect(archive?["counting"]?.number == Double(kept))
            let cutTasks = Set(before.dropFirst(kept).compactMap { $0["task_id"]?.text })
            let whole = try #require(before.compactMap { $0["task_id"]?.text }.first { !cutTasks.contains($0) })
            let refused = try await desk.run("gaps", "explain", whole, "--reason", "other", "--note", "x")
            #expect(!refused.errors.contains("damaged"), "a whole recording is no gap")

            let repair = try await desk.run("verify", "--repair", "--json")
            #expect(repair.status == 0, "\(repair.errors) \(repair.output)")
            let summary = try #require(try repair.objects.last)
            #expect(summary["copied"]?.number == Double(kept))
            #expect(summary["fetched"]?.number == Double(before.count - kept))
            #expect(summary["repaired"]?.number == Double(before.count) && summary["faults"]?.number == 0)
            #expect(try Data(contentsOf: URL(filePath: path)) == damaged, "the damaged file is never touched")
            let after = try await rows(desk)
            #expect(
                after.compactMap { $0["sha256"]?.text }.sorted() == before.compactMap { $0["sha256"]?.text }.sorted()
            )
            let supplement = try #require(try desk.archives().last)
            #expect(after.allSatisfy { $0["archive"]?.text == supplement } && supplement.hasSuffix("-002.tar"))
            try await expectSound(supplement)
            let copies = try await lines(supplement)
            let ids = before.prefix(kept).compactMap { $0["recording_id"]?.text }
            #expect(ids.allSatisfy { copies[$0] == known[$0] || copies[$0]?["capture"] == .object([:]) })

            #expect(try await desk.run("verify").status == 0)
            #expect(try await desk.run("verify", "--share", "100%").status == 0)
            try await desk.archiveDay()
            #expect(try await Account(desk) == Account(all: 0, state: "closed"))
            let alarms = try await desk.run("status", "--check").output
            #expect(!alarms.contains("archives_damaged"), "\(alarms)")
            let again = try await desk.run("verify", "--repair")
            #expect(again.status == 0 && again.output.contains("nothing was fetched"))
            #expect(try desk.archives().count == 2)
            let reinstated = try await desk.run("events", "--kind", "recording.reinstated", "--json").objects
            #expect(reinstated.count == 1, "nothing in it is whole again")
        }
    }

    /// Bytes that belong to no recording.
    enum Place: String, CaseIterable {
        case declaration = "BagIt-Version"
        case information = "Payload-Oxum"
        case metadata = "\"received_time_iso\""
        case checksums = "  data/"
        case header = "/metadata/tasks.jsonl"
    }

    @Test(arguments: Place.allCases) func `in one byte outside its recordings is copied whole, without a request`(
        place: Place
    ) async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let before = try await rows(desk)
            let path = try #require(try desk.archives().first)
            let known = try await lines(path)
            let bytes = try Data(contentsOf: URL(filePath: path))
            let spot = try #require(bytes.range(of: Data(place.rawValue.utf8)))
            try desk.flipByte(of: path, at: UInt64(spot.lowerBound + 2))
            #expect(try await desk.run("verify").status == 65)
            #expect(try await Account(desk) == Account(all: 0, state: "damaged"))
            desk.simulator.resetCounters()
            let repair = try await desk.run("verify", "--repair")
            #expect(repair.status == 0, "\(repair.errors) \(repair.output)")
            let name = "acme-\(desk.day)"
            let line = "REPAIRED  \(before.count) recordings of \(name)-001: they count in \(name)-002 "
            #expect(repair.output.contains("\(line)(\(before.count) copied)\n"), "\(repair.output)")
            #expect(repair.output.contains("\(before.count) recordings repaired: \(before.count) copied, 0 fetched\n"))
            #expect(repair.output.split(separator: "\n").count(where: { $0.hasPrefix("REPAIRED") }) == 1)
            #expect(desk.simulator.counters.requests(to: .media) == 0)
            #expect(desk.simulator.counters.requests(to: .captures) == 0)
            try await expectSound(try #require(try desk.archives().last))
            let copies = try await lines(try #require(try desk.archives().last))
            let changed = known.filter { copies[$0.key] != $0.value }
            #expect(changed.count == (place == .metadata ? 1 : 0), "the lines are kept, but for the damaged one")
            #expect(copies.count == before.count)
            #expect(try await desk.archived() == desk.offered)
            #expect(try await desk.run("verify").status == 0)
            try await desk.archiveDay()
            #expect(try await Account(desk) == Account(all: 0, state: "closed"))
            // The archives alone yield the same.
            let rebuilt = try await desk.run("rebuild", "--discard-old")
            #expect(try await desk.archived() == desk.offered, "\(rebuilt.errors)")
        }
    }

    @Test func `is repaired in a line for each archive, with details on request`() async throws {
        try await Desk.with(calls: 5, mix: .plain) { desk in
            try await desk.archiveDay()
            let before = try await rows(desk)
            let path = try #require(try desk.archives().first)
            let end = Int(try #require(before[2]["offset"]?.number))
            _ = try cut(path, to: end)
            let repair = try await desk.run("verify", "--repair", "-v")
            #expect(repair.status == 0, "\(repair.errors)")
            let lines = repair.output.split(separator: "\n").filter { $0.hasPrefix("REPAIRED  task ") }
            #expect(lines.count == before.count)
            #expect(lines.count { $0.contains(", copied, is archived in acme-\(desk.day)-002") } == 2)
            let events = try await desk.run("events", "--kind", "repair.ended").output
            #expect(events.contains("2 copied, \(before.count - 2) fetched"), "\(events)")
            let text = try await desk.run("report", "--day", desk.day).output
            #expect(text.contains("\(before.count) count in acme-\(desk.day)-002"))
            #expect(!text.contains("task \(before[0]["task_id"]?.text ?? "-")"), "one line an archive")
            let verbose = try await desk.run("report", "--day", desk.day, "-v").output
            #expect(verbose.components(separatedBy: "the one in acme-\(desk.day)-002 counts").count == before.count + 1)
            let csv = try await desk.run("report", "--day", desk.day, "--csv", "displaced").output
            #expect(csv.split(whereSeparator: \.isNewline).count == before.count + 1)
        }
    }

    @Test(arguments: [true, false]) func `and has no recordings is made up for by another one of its day`(
        isMissing: Bool
    ) async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            let late = try #require(desk.simulator.servedRecordings().last).taskID
            desk.simulator.holdBackCaptures(of: late, until: desk.simulator.clock.now + .seconds(86_400))
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let note = ["--reason", "provider_fault", "--note", "case 4711"]
            let explained = try await desk.start(["gaps", "explain", late] + note).end()
            try #require(explained.status == 0, "\(explained.errors)")
            try await desk.archiveDay()
            let path = try #require(try desk.archives().last)
            try #require(path.hasSuffix("-002.tar"), "the record of the day is in an archive of its own")
            if isMissing {
                try FileManager.default.removeItem(atPath: path)
            } else {
                let bytes = try Data(contentsOf: URL(filePath: path))
                let spot = try #require(bytes.range(of: Data("Payload-Oxum".utf8)))
                try desk.flipByte(of: path, at: UInt64(spot.lowerBound))
            }
            #expect(try await desk.run("verify").status == 65)
            #expect(try await Account(desk) == Account(all: 0, state: "damaged"))
            let repair = try await desk.run("verify", "--repair")
            #expect(repair.status == 0, "\(repair.errors) \(repair.output)")
            #expect(repair.output.contains("REPAIRED  acme-\(desk.day)-002, which had no recordings"))
            for _ in 0..<2 {
                let verified = try await desk.run("verify")
                #expect(verified.status == 0, "\(verified.output)")
                #expect(verified.output.contains("REPAIRED  acme-\(desk.day)-002 in acme-\(desk.day)-003"))
            }
            try await desk.archiveDay()
            #expect(try await Account(desk) == Account(all: 0, state: "closed"))
            #expect(try await desk.run("verify", "--repair").status == 0)
            let third = "acme-\(desk.day)-003"
            let tasks = try await Program.run(
                "tar",
                ["-xOf", path.replacing("-002.tar", with: "-003.tar"), "\(third)/metadata/tasks.jsonl"]
            )
            #expect(tasks.output.split(separator: "\n").count == 4, "the lines of all calls")
        }
    }

    @Test func `keeps what a person said about a suspect recording in it`() async throws {
        try await Desk.with(calls: 6, scale: 0.05, mix: .plain) { desk in
            let streaming: [WaveLayout] = [.streamingZero, .streamingMaximum]
            let withLength = desk.simulator.servedRecordings().filter { !streaming.contains($0.held.sound.layout) }
            let bad = try #require(withLength.first)
            let cut = Fault.cut(share: 0.5, tag: .own)
            desk.simulator.inject(FaultRule(.media, .always, cut, pathContains: bad.recording.id))
            _ = try await desk.run("archive", "--day", desk.day)
            let suspects = try await desk.run("list", "--state", "suspect", "--json").objects.count - 1
            try #require(suspects == 1)
            let noted = try await desk.run("gaps", "acknowledge", bad.taskID, "--note", "heard it")
            try #require(noted.status == 0, "\(noted.errors)")
            let path = try #require(try desk.archives().first)
            let bytes = try Data(contentsOf: URL(filePath: path))
            let spot = try #require(bytes.range(of: Data("Payload-Oxum".utf8)))
            try desk.flipByte(of: path, at: UInt64(spot.lowerBound))
            #expect(try await desk.run("verify", "--repair").status == 0)
            let text = try await desk.run("report", "--day", desk.day).output
            #expect(text.contains("heard it"), "\(text)")
        }
    }

    @Test func `is made up for in part when a process is killed at any step, and as a whole by the next repair`()
        async throws
    {
        try await Desk.with(calls: 4, scale: 0.1, mix: .recordedInParts) { desk in
            var draws = Draws()
            let origin = Root(desk, "origin", offered: desk.offered, environment: `A process that is killed`.settings)
            try await origin.make()
            try #require(try await origin.run(origin.pass).status == 0)
            let held = try await origin.held()
            let files = try FileManager.default.subpathsOfDirectory(atPath: origin.path)
            let path = "\(origin.path)/\(try #require(files.first { $0.hasSuffix(".tar") }))"
            let bytes = try Data(contentsOf: URL(filePath: path))
            let spot = try #require(bytes.range(of: Data("Payload-Oxum".utf8)))
            try desk.flipByte(of: path, at: UInt64(spot.lowerBound))
            let sample = try await origin.copied(to: "sample")
            let ending = try await sample.run(["verify", "--repair"], log: sample.path + "-log")
            try #require(ending.status == 0, "\(ending.errors)")
            let all = try Step.all(inLog: sample.path + "-log")
            desk.simulator.resetCounters()
            let chosen = `A process that is killed`.choice(all, pages: 6, &draws).drawn(10, &draws)
            let faults = chosen.map { Mishap(Bool.random(using: &draws) ? .killBefore : .killAfter, at: $0) }
            let tally = `A process that is killed`.Tally()
            try await Array(faults.enumerated()).inParallel { number, fault in
                let root = try await origin.copied(to: "repair-\(number)")
                defer { root.remove() }
                tally.note(try await root.run(["verify", "--repair"], fault))
                #expect(try await root.held() == held, "\(fault)")
                if number.isMultiple(of: 2) {
                    _ = try await root.run(["archive", "--retry-failed"])
                    #expect(try await root.held() == held, "\(fault), after a pass")
                }
                let again = try await root.run(["verify", "--repair"])
                #expect(again.status == 0, "\(fault): \(again.errors) \(again.output)")
                #expect(try await root.held() == held, "\(fault), repaired")
                let verified = try await root.run(["verify"])
                #expect(verified.status == 0, "\(fault): \(verified.output)")
            }
            print("a repair by copies (seed \(draws.seed)): \(tally.kills) kills, \(tally.missed) did not come")
            #expect(tally.kills > chosen.count / 2, "too few of the moments came")
            #expect(desk.simulator.counters.requests(to: .media) == 0)
        }
    }
}
