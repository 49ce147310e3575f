import Foundation
import Simulator
import TestSupport
import Testing

/// `archive --dry-run` and `archive --low-priority`, in a real process.
@Suite struct `Before archiving, and of the past` {
    /// Every file below the root except the tokens, with its checksum. SQLite's own files come and go with readers.
    private func tree(_ desk: Desk) async throws -> String {
        let passedOver = ["!", "-name", "*-shm", "!", "-name", "*-wal", "!", "-path", "*/credentials/*"]
        let find = [desk.root, "-type", "f"] + passedOver + ["-exec", "sha256sum", "{}", "+"]
        return try await Program.run("find", find).output.split(separator: "\n").sorted().joined(separator: "\n")
    }

    @Test func `a dry run downloads nothing, changes no file, and says what there is`() async throws {
        try await Desk.with(calls: 12) { desk in
            let before = try await desk.run("archive", "--dry-run", "--day", desk.day, "--json")
            #expect(before.status == 0, "\(before.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(desk.root)/manifest.sqlite"))
            let line = try #require(try before.objects.first { $0["type"]?.text == "estimate" })
            #expect(try before.objects.last?["type"]?.text == "summary")
            #expect(desk.simulator.counters.requests(to: .media) == 0)

            try await desk.archiveDay()
            let known = try await desk.run("list", "--json").objects.count { $0["type"]?.text == "recording" }
            #expect(line["recordings"]?["expected"]?.number == Double(known))
            #expect(line["bytes"]?["basis"]?.text == "assumed")

            let files = try await tree(desk)
            #expect(files.contains("manifest.sqlite") && files.contains(".tar"))
            let downloads = desk.simulator.counters.requests(to: .media)
            let after = try await desk.run("archive", "--dry-run", "--day", desk.day, "--json")
            #expect(after.status == 0, "\(after.errors)")
            #expect(try await tree(desk) == files)
            #expect(desk.simulator.counters.requests(to: .media) == downloads)
            let again = try #require(try after.objects.first { $0["type"]?.text == "estimate" })
            #expect(again["bytes"]?["basis"]?.text == "history")
            #expect(again["recordings"]?["expected"]?.number == 0)
            let text = try await desk.run("archive", "--dry-run", "--day", desk.day)
            #expect(text.output.contains("would") && text.output.contains("are held"))
        }
    }

    @Test func `a dry run runs next to a pass`() async throws {
        try await Desk.with(calls: 4) { desk in
            desk.simulator.inject(FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60))))
            let pass = try desk.start("archive", "--day", desk.day)
            try await eventually("no download began") { desk.simulator.counters.requests(to: .media) >= 1 }
            let ending = try await desk.run("archive", "--dry-run", "--day", desk.day)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(pass.isRunning)
            pass.signal(SIGKILL)
            _ = try await pass.end()
        }
    }

    @Test func `a dry run whose provider refuses says so with its code`() async throws {
        try await Desk.with(calls: 1) { desk in
            desk.simulator.inject(FaultRule(.tasks, .always, .status(403)))
            let ending = try await desk.run("archive", "--dry-run", "--day", desk.day, "--json")
            #expect(ending.status == 77)
            #expect(try ending.objects.last?["error"]?.text != nil)
        }
    }

    @Test(arguments: [
        ["--exact"], ["--dry-run", "--retry-failed"], ["--low-priority"], ["--low-priority", "--day", "2025-01-01"],
        ["--low-priority", "--from", "2025-01-01", "--retry-failed"],
        ["--low-priority", "--from", "2015-01-01"], ["--from", "2015-01-01"], ["--dry-run", "--from", "2015-01-01"],
    ])
    func `options that do not go together, or reach too far, are refused`(_ options: [String]) async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.start(["archive"] + options).end()
            #expect(ending.status == 64, "\(ending.errors)")
            #expect(desk.simulator.counters.requests == [:])
        }
    }

    private func from(_ desk: Desk) throws -> String {
        let day = try Date.ISO8601FormatStyle().year().month().day().parse(desk.day)
        return day.addingTimeInterval(-3 * 86_400).formatted(.iso8601.year().month().day())
    }

    @Test func `a backfill ends at a signal with its code, and the next one resumes there`() async throws {
        try await Desk.with(calls: 8) { desk in
            desk.simulator.inject(FaultRule(.media, .always, .slow(bytesPerSecond: 4_000)))
            let arguments = ["archive", "--low-priority", "--from", try from(desk), "--json"]
            let backfill = try desk.start(arguments, environment: ["CALLARK_DOWNLOADS_CONCURRENCY": "4"])
            try await eventually("no download began") { desk.simulator.counters.requests(to: .media) >= 1 }
            backfill.signal(SIGTERM)
            let ending = try await backfill.end()
            #expect(ending.status == 143, "\(ending.errors)")
            let done = try ending.objects.filter { $0["type"]?.text == "step" }.count
            #expect(done == 3)
            #expect(try ending.objects.last?["complete"] == .boolean(false))
            desk.simulator.clearFaults()
            let next = try await desk.start(arguments).end()
            #expect(next.status == 0, "\(next.errors)")
            let summary = try #require(try next.objects.last)
            #expect(summary["already_listed"]?.number == 3)
            #expect(summary["complete"] == .boolean(true))
            #expect(try await desk.archived() == desk.offered)
            #expect(try await desk.run("verify").status == 0)
        }
    }

    @Test func `a daily pass goes first, and the backfill after it`() async throws {
        try await Desk.with(calls: 6) { desk in
            desk.simulator.inject(FaultRule(.media, .first(2), .stall(afterBytes: 50, .seconds(60))))
            let backfill = try desk.start("archive", "--low-priority", "--from", try from(desk))
            try await eventually("no download began") { desk.simulator.counters.requests(to: .media) >= 1 }
            let daily = try await desk.run("archive", "--day", desk.day)
            #expect(daily.status == 0, "\(daily.errors)")
            #expect(daily.errors.contains("waiting for it to pause"))
            let ended = try await desk.run("events", "--json", "--kind", "pass.ended").objects
            let reasons = ended.compactMap { $0["detail"]?["reason"]?.text }
            #expect(reasons.contains { $0.hasPrefix("gave way to another pass") }, "\(reasons)")
            #expect(!reasons.contains { $0.hasPrefix("stopped") }, "\(reasons)")
            let ending = try await backfill.end()
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("complete"))
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `status says that a backfill runs, at which day it is, and its last line what is held of that day`()
        async throws
    {
        try await Desk.with(calls: 6, mix: .plain) { desk in
            let last = try #require(desk.simulator.servedRecordings().last?.recording.id)
            desk.simulator.inject(FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60)), pathContains: last))
            let backfill = try desk.start("archive", "--low-priority", "--from", try from(desk))
            // The days without calls are already done.
            let held = desk.offered.count - 1
            var line: [String: JSON]?
            try await eventually("the backfill did not say how far it is", every: Patience.look) {
                let objects = try await desk.run("status", "--json").objects
                line = objects.first { $0["type"]?.text == "running" }
                return line?["recordings_stored"]?.number == Double(held)
            }
            let place = try #require(line?["organizations"]?.list.first?["backfill"])
            // In the first minute of a day, yesterday is not over yet for a pass.
            let days = try #require([4, 5].first { place["days"] == .number($0) }, "\(place)")
            #expect(place["day"]?.text == desk.day && place["number"] == .number(4))
            let text = try await desk.run("status").output
            let told = "running: callark archive --low-priority (a backfill, day 4 of \(Int(days))), process "
            #expect(text.hasPrefix(told))
            backfill.signal(SIGTERM)
            let ending = try await backfill.end()
            #expect(ending.status == 143)
            #expect(ending.output.contains("3 of \(Int(days)) days done"))
            #expect(ending.output.contains("  \(desk.day) was begun: \(held) recordings of it held so far\n"))
        }
    }

    @Test func `a second backfill is refused`() async throws {
        try await Desk.with(calls: 2) { desk in
            desk.simulator.inject(FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60))))
            let first = try desk.start("archive", "--low-priority", "--from", try from(desk))
            try await eventually("no download began") { desk.simulator.counters.requests(to: .media) >= 1 }
            let second = try await desk.run("archive", "--low-priority", "--from", try from(desk))
            #expect(second.status == 75)
            #expect(try second.complaint.contains("backfilling"))
            first.signal(SIGKILL)
            _ = try await first.end()
        }
    }
}
