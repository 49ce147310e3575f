import Foundation
import Simulator
import TestSupport
import Testing

/// What `fetch` reports about calls without files, or without all of them.
@Suite struct `A fetch` {
    private func fetch(
        _ desk: Desk,
        _ tasks: String...
    ) async throws -> (status: Int32, lines: [[String: JSON]], errors: String) {
        let ending = try await desk.start(["fetch", "-o", "\(desk.folder)/out", "--json"] + tasks).end()
        return (ending.status, try ending.objects.dropLast(), ending.errors)
    }

    private func task(_ desk: Desk, in state: String) async throws -> String {
        let calls = try await desk.run("list", "--calls", "--json").objects
        return try #require(calls.first { $0["state"]?.text == state }?["task_id"]?.text)
    }

    private func explain(_ desk: Desk, _ task: String) async throws {
        let ending = try await desk.run("gaps", "explain", task, "--reason", "provider_fault", "--note", "case 4711")
        try #require(ending.status == 0, "\(ending.errors)")
    }

    @Test func `of a call that was not to be recorded says so, makes no request, and is no failure`() async throws {
        var mix = CallMix.plain
        mix.abandonedShare = 0.4
        try await Desk.with(calls: 20, mix: mix) { desk in
            try await desk.archiveDay()
            let none = try await task(desk, in: "none")
            await desk.simulator.stop()
            let fetched = try await fetch(desk, none)
            #expect(fetched.status == 0, "\(fetched.errors)")
            #expect(fetched.lines.map { $0["type"]?.text } == ["absent"])
            #expect(fetched.lines.first?["state"]?.text == "none")
            let text = try await desk.run("fetch", none, "-o", "\(desk.folder)/out")
            let why = "the call was abandoned, and no recording was requested"
            #expect(text.output.hasPrefix("task \(none) of \(desk.day): nothing to fetch: \(why)\n"), "\(text.output)")
            #expect(text.errors.isEmpty)
            let both = try await fetch(desk, none, try await task(desk, in: "complete"))
            #expect(both.status == 0)
            #expect(Set(both.lines.map { $0["type"]?.text }) == ["absent", "file"])
        }
    }

    @Test func `of what may still come is to be run again, and of what was explained is not`() async throws {
        try await Desk.with(mix: .plain) { desk in
            let served = desk.simulator.servedRecordings()
            let bad = try #require(served.first)
            let late = try #require(served.last).taskID
            try #require(bad.taskID != late)
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            desk.simulator.holdBackCaptures(of: late, until: desk.simulator.clock.now + .seconds(86_400))
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let pending = try await fetch(desk, late)
            #expect(pending.status == 75)
            #expect(pending.lines.map { $0["state"]?.text } == ["pending"])
            #expect(pending.errors.contains("the provider has no recording so far; wait"))
            let failed = try await fetch(desk, bad.taskID)
            #expect(failed.status == 75)
            let line = try #require(failed.lines.first { $0["type"]?.text == "error" })
            #expect(line["state"]?.text == "failed" && line["recording_id"]?.text == bad.recording.id)
            #expect(line["reason"]?.text?.contains("; ask the provider to repair it") == true)
            for task in [late, bad.taskID] {
                try await explain(desk, task)
                let explained = try await fetch(desk, task)
                #expect(explained.status == 0, "\(explained.errors)")
                let absent = try #require(explained.lines.first { $0["type"]?.text == "absent" })
                #expect(absent["state"]?.text == "explained")
                #expect(absent["reason"]?.text?.contains("explained: provider fault, by ") == true)
            }
        }
    }

    private func events(_ desk: Desk, _ kind: String) async throws -> [[String: JSON]] {
        try await desk.run("events", "--kind", kind, "--json").objects.filter { $0["type"]?.text == "event" }
    }

    @Test func `that finds damage makes it known, and every command says so`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let bad = try #require(try await desk.run("list", "--state", "archived", "--json").objects.first)
            let offset = UInt64(try #require(bad["offset"]?.number))
            let path = try #require(bad["archive"]?.text)
            try desk.flipByte(of: path, at: offset + 60)
            let task = try #require(bad["task_id"]?.text)
            let held = try await desk.run("list", "--task", task, "--json").objects.count - 1
            for _ in 0..<2 {
                let fetched = try await fetch(desk, task)
                #expect(fetched.status == 65, "\(fetched.errors)")
                let rows = try await desk.run("list", "--state", "damaged", "--json").objects
                #expect(rows.count == 2 && rows.first?["recording_id"] == bad["recording_id"])
                #expect(rows.first?["reason"]?.text?.contains("do not have the checksum") == true)
                let report = try await desk.run("report", "--day", desk.day, "--json").objects
                #expect(report.first { $0["type"]?.text == "day" }?["state"]?.text == "damaged")
                #expect(try await desk.run("gaps", "--json").objects.first?["reason"]?.text == "damaged")
                #expect(try await desk.run("archive", "--day", desk.day).status == 65)
                #expect(try await desk.run("verify", "--quick").status == 65)
                #expect(try await events(desk, "damage.found").count == 1, "nothing new was found")
            }
            let found = try await events(desk, "damage.found")
            #expect(found.first?["task_id"]?.text == task && found.first?["actor"] != nil)
            let end = try #require(try await events(desk, "fetch.ended").last?["detail"])
            #expect(end["recordings"]?.text == "\(held - 1)" && end["damaged"]?.text == "1")
            #expect(end["not_written"] == nil && end["to"]?.text == "\(desk.folder)/out")
            // The next reading clears the damage, because the bytes are restored.
            try desk.flipByte(of: path, at: offset + 60)
            #expect(try await desk.run("verify", "--share", "1/1000").status == 0, "it is read first")
            #expect(try await desk.run("list", "--state", "damaged", "--json").objects.count == 1)
            #expect(try await fetch(desk, task).status == 0)
        }
    }

    @Test func `begins in the log before anything is written, and ends there with what came of it`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            let row = try #require(try await desk.run("list", "--state", "archived", "--json").objects.first)
            let task = try #require(row["task_id"]?.text)
            let count = try await desk.run("list", "--task", task, "--json").objects.count - 1
            try desk.write("out", "a file and no folder")
            #expect(try await fetch(desk, task).status == 74)
            let began = try await events(desk, "audio.accessed")
            #expect(began.map { $0["detail"]?["recordings"]?.text } == ["\(count)"])
            let end = try await events(desk, "fetch.ended")
            #expect(end.map { $0["detail"]?["recordings"]?.text } == ["0"])
            #expect(end.map { $0["detail"]?["not_written"]?.text } == ["\(count)"])
            let text = try await desk.run("events", "--task", task).output
            let sentence = "fetched 0 recordings to \(desk.folder)/out; \(count) could not be written"
            #expect(text.contains(sentence), "\(text)")
        }
    }

    @Test(.needs("root and mount namespaces", ReadOnlyMount.isPossible))
    func `where nothing may be written gives no recording out`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            let row = try #require(try await desk.run("list", "--state", "archived", "--json").objects.first)
            let task = try #require(row["task_id"]?.text)
            let out = "/tmp/callark-\(UUID())"
            let ending = try await ReadOnlyMount.run(["fetch", task, "-o", out], of: desk)
            #expect(ending.status == 77, "\(ending.errors)")
            #expect(ending.errors.contains("no recording is written"), "\(ending.errors)")
            #expect(!FileManager.default.fileExists(atPath: out))
        }
    }

    @Test(arguments: [true, false])
    func `of a call in an archive with damaged metadata writes what is known of it`(isOfList: Bool) async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            let rows = try await desk.run("list", "--state", "archived", "--json").objects.dropLast()
            let row = try #require(rows.min { ($0["offset"]?.number ?? 0) < ($1["offset"]?.number ?? 0) })
            let task = try #require(row["task_id"]?.text)
            let path = try #require(row["archive"]?.text)
            #expect(try await desk.run("fetch", task, "-o", "\(desk.folder)/before").status == 0)
            let bytes = try Data(contentsOf: URL(filePath: path))
            // The list with the checksum of the metadata, or the first line of the metadata itself.
            let (text, place) = isOfList ? ("  metadata/recordings.jsonl", -5) : ("\"received_time_iso\"", 3)
            let spot = try #require(bytes.range(of: Data(text.utf8), options: isOfList ? .backwards : []))
            try desk.flipByte(of: path, at: UInt64(spot.lowerBound + place))
            let fetched = try await desk.run("fetch", task, "-o", "\(desk.folder)/out")
            #expect(fetched.status == 0, "\(fetched.errors)")
            func lines(_ folder: String) throws -> [[String: JSON]] {
                try String(contentsOfFile: "\(desk.folder)/\(folder)/calls.jsonl", encoding: .utf8).split(
                    separator: "\n"
                )
                .map { try JSONDecoder().decode([String: JSON].self, from: Data($0.utf8)) }
            }
            let (before, after) = (try lines("before"), try lines("out"))
            #expect(after.map { $0["path"] } == before.map { $0["path"] })
            #expect(after.map { $0["sha256"] } == before.map { $0["sha256"] })
            #expect(after.map { $0["start_time"] } == before.map { $0["start_time"] })
            #expect(after.map { $0["archive_sha256"] } == before.map { $0["archive_sha256"] })
            if isOfList {
                #expect(after == before, "the lines themselves are whole")
            } else {
                #expect(fetched.errors.contains("what the manifest knows of "), "\(fetched.errors)")
            }
        }
    }

    @Test func `of a lost recording says what to do, until the loss is explained`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let lost = try #require(try await desk.run("list", "--state", "archived", "--json").objects.first)
            let offset = UInt64(try #require(lost["offset"]?.number))
            try desk.flipByte(of: try #require(lost["archive"]?.text), at: offset + 60)
            let task = try #require(lost["task_id"]?.text)
            #expect(try await desk.run("verify").status == 65)
            let damaged = try await fetch(desk, task)
            #expect(damaged.status == 65)
            #expect(damaged.errors.contains("callark verify --repair"))
            desk.simulator.removeRecording(try #require(lost["recording_id"]?.text))
            #expect(try await desk.run("verify", "--repair").status == 65)
            let gone = try await fetch(desk, task)
            #expect(gone.status == 65)
            #expect(gone.lines.compactMap { $0["state"]?.text } == ["damaged"])
            #expect(gone.errors.contains("restore the file from a backup"))
            try await explain(desk, task)
            let explained = try await fetch(desk, task)
            #expect(explained.status == 0, "\(explained.errors)")
            #expect(explained.lines.compactMap { $0["state"]?.text } == ["explained"])
        }
    }
}
