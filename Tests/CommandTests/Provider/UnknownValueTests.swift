import Foundation
import Simulator
import Testing

/// What a command writes for unknown values: nothing, a dash, or `null` in JSON; never Swift's spelling of them.
@Suite struct `A value that is not known` {
    private static let commands = [
        ["status"], ["status", "--check"], ["list"], ["list", "--all-calls"], ["list", "--recordings"], ["gaps"],
        ["gaps", "--all"], ["events"], ["events", "--all"], ["report", "--month", "last"], ["verify"],
        ["auth", "status"],
        ["config", "show"], ["config", "check"], ["archive", "--dry-run"], ["sites", "list"],
        ["stats", "queues", "--last", "7d"], ["stats", "agents", "--last", "7d"],
        ["stats", "activities", "--last", "1h"],
    ]

    private func isBetrayed(by text: String) -> Bool {
        text.contains("Optional(") || text.firstMatch(of: /\bnil\b/) != nil
    }

    @Test func `is in no output as Swift spells it`() async throws {
        try await Desk.with(calls: 30) { desk in
            let served = desk.simulator.servedRecordings()
            let bad = try #require(served.first)
            let late = try #require(served.last).taskID
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            desk.simulator.holdBackCaptures(of: late, until: desk.simulator.clock.now + .seconds(86_400))
            var endings = [("archive", try await desk.run("archive", "--day", desk.day))]
            let reports = [[], ["--html"], ["--csv"], ["--csv", "archives"], ["--csv", "gaps"], ["--json"]].map {
                ["report", "--day", desk.day] + $0
            }
            let ofCall = [
                ["gaps", "show", late], ["list", "--task", late], ["events", "--task", bad.taskID],
                ["fetch", bad.taskID, "-o", "calls"],
            ]
            for command in Self.commands + reports + ofCall {
                for form in [[], ["--json"]] where form.isEmpty || !command.contains("--json") {
                    guard form.isEmpty || !command.contains("--html") && !command.contains("--csv") else { continue }
                    guard form.isEmpty || !command.contains("--all-calls") else { continue }
                    let words = command + form
                    endings.append((words.joined(separator: " "), try await desk.start(words).end()))
                }
            }
            for (command, ending) in endings {
                #expect(ending.status != 64 && ending.status != 70, "\(command): \(ending.errors)")
                #expect(!isBetrayed(by: ending.output) && !isBetrayed(by: ending.errors), "\(command)")
            }
            let page = try #require(endings.first { $0.0.contains("--html") }).1.output
            #expect(page.contains("<header>") && !page.contains("class=\"remark\""))
        }
    }

    @Test func `is in no output of a root on which nothing was archived`() async throws {
        try await Desk.with(calls: 0) { desk in
            for command in Self.commands + [["report", "--month", "last", "--html"]] {
                let ending = try await desk.start(command).end()
                #expect(!isBetrayed(by: ending.output) && !isBetrayed(by: ending.errors), "\(command)")
            }
        }
    }
}
