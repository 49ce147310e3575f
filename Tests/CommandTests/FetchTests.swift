import Foundation
import Simulator
import Testing

/// What `fetch` says of calls that give no file, or not all of theirs.
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

    @Test func `of a call of which nothing was to be recorded says so, asks nobody, and is no failure`() async throws {
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
            #expect(gone.errors.contains("restore the archive from a backup"))
            try await explain(desk, task)
            let explained = try await fetch(desk, task)
            #expect(explained.status == 0, "\(explained.errors)")
            #expect(explained.lines.compactMap { $0["state"]?.text } == ["explained"])
        }
    }
}
