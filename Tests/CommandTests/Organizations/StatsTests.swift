import Foundation
import Simulator
import Testing

@Suite struct `Statistics` {
    /// The rows of a run of `callark stats`, and its summary.
    private func told(_ ending: Program.Ending) throws -> (rows: [[String: JSON]], summary: [String: JSON]) {
        var objects = try ending.objects
        let last = objects.popLast()
        let summary = try #require(last)
        #expect(summary["type"]?.text == "summary")
        return (objects, summary)
    }

    private func sum(_ rows: [[String: JSON]], _ name: String) -> Int {
        Int(rows.reduce(0) { $0 + ($1[name]?.number ?? 0) })
    }

    private func queued(_ desk: Desk) -> [SimulatedTask] {
        desk.simulator.world.tasks().filter { desk.simulator.world.facts(of: $0).queued != nil }
    }

    @Test(arguments: ["statistics", "search"])
    func `of queues count the day's contacts, whichever source they come from`(source: String) async throws {
        try await Desk.with(calls: 40) { desk in
            let ending = try await desk.run("stats", "queues", "--day", desk.day, "--source", source, "--json")
            #expect(ending.status == 0 && ending.errors == "")
            let (rows, summary) = try told(ending)
            #expect(summary["source"]?.text == source && summary["rows"]?.number == Double(rows.count))
            #expect(rows.allSatisfy { $0["type"]?.text == "queue_statistics" && $0["organization"]?.text == "acme" })
            let facts = queued(desk).map { desk.simulator.world.facts(of: $0) }
            #expect(sum(rows, "enqueued") == facts.count)
            #expect(sum(rows, "accepted") == facts.count { $0.connected != nil })
            #expect(sum(rows, "abandoned") == facts.count { $0.terminationType == "abandoned" })
        }
    }

    @Test func `of agents agree between the two sources`() async throws {
        try await Desk.with(calls: 40) { desk in
            var totals: [[Int]] = []
            for source in ["statistics", "search"] {
                let ending = try await desk.run("stats", "agents", "--day", desk.day, "--source", source, "--json")
                #expect(ending.status == 0 && ending.errors == "")
                let rows = try told(ending).rows
                let names = ["accepted", "offered", "available_ms", "engaged_ms", "hold_ms", "wrap_up_ms"]
                totals.append(names.map { sum(rows, $0) })
            }
            #expect(totals[0] == totals[1])
            #expect(totals[0][0] > 20)
        }
    }

    @Test(arguments: [404, 410]) func `come from Search when the provider keeps none, and say so once`(
        status: Int
    ) async throws {
        try await Desk.with(calls: 20) { desk in
            desk.simulator.change { $0.statistics.endOfLife = status }
            let ending = try await desk.run("stats", "queues", "--day", desk.day, "--json")
            #expect(ending.status == 0)
            #expect(ending.errors.split(separator: "\n").count == 1)
            #expect(ending.errors.contains("warning") && ending.errors.contains("\(status)"))
            #expect(try told(ending).summary["source"]?.text == "search")
            #expect(sum(try told(ending).rows, "enqueued") == queued(desk).count)
            let insisting = try await desk.run("stats", "queues", "--day", desk.day, "--source", "statistics")
            #expect(insisting.status == 69)
        }
    }

    @Test func `of one queue are its own, and of an unknown one nothing, with a hint`() async throws {
        try await Desk.with(calls: 40) { desk in
            let all = try told(await desk.run("stats", "queues", "--day", desk.day, "--json")).rows
            let id = try #require(all.first?["queue_id"]?.text)
            let ending = try await desk.run("stats", "queues", "--day", desk.day, "--json", "--queue", id, "nobody")
            #expect(ending.status == 0)
            #expect(Set(try told(ending).rows.compactMap { $0["queue_id"]?.text }) == [id])
            #expect(ending.errors.contains("nobody"))
            #expect(try await desk.run("stats", "queues", "--day", desk.day, "--queue", "a,b").status == 64)
        }
    }

    @Test func `are a table for people and CSV for spreadsheets`() async throws {
        try await Desk.with(calls: 40) { desk in
            let table = try await desk.run("stats", "queues", "--day", desk.day, "--interval", "60")
            #expect(table.status == 0)
            #expect(table.output.contains("QUEUE") && table.output.contains("Billing"))
            let csv = try await desk.run("stats", "agents", "--day", desk.day, "--csv")
            let lines = csv.output.components(separatedBy: "\r\n").filter { !$0.isEmpty }
            #expect(
                lines[0].hasPrefix("organization,interval_start,agent_id,agent_name,team_id,team_name,channel_type")
            )
            #expect(lines.count > 10)
            #expect(lines.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 18 })
            #expect(try await desk.run("stats", "agents", "--day", desk.day, "--csv", "--json").status == 64)
        }
    }

    @Test func `activities come with everything that the provider says about them`() async throws {
        try await Desk.with(calls: 30) { desk in
            let ending = try await desk.run("stats", "activities", "--day", desk.day, "--json")
            #expect(ending.status == 0 && ending.errors == "")
            let rows = try told(ending).rows
            let named = Set(rows.compactMap { $0["task_id"]?.text })
            let end = desk.simulator.world.tasks().filter { task in
                desk.simulator.world.facts(of: task).rang.map { $0 < task.created + .seconds(86_400) } ?? false
            }
            #expect(named.isSubset(of: end.map(\.id)) && named.count > 20)
            #expect(Set(rows.compactMap { $0["state"]?.text }) == ["available", "ringing", "connected", "wrapup"])
            #expect(rows.allSatisfy { $0["agent_login"]?.text?.contains("@") == true && $0["team_name"]?.text != nil })
            #expect(rows.contains { $0["wrap_up_code_name"]?.text != nil })
            let starts = rows.compactMap { $0["start_time"]?.text }
            #expect(starts == starts.sorted())
            let agent = try #require(rows.first?["agent_id"]?.text)
            let one = try await desk.run("stats", "activities", "--day", desk.day, "--json", "--agent", agent)
            #expect(try told(one).rows == rows.filter { $0["agent_id"]?.text == agent })
        }
    }

    @Test func `activities are printed as they come, and what was is not lost with what fails`() async throws {
        try await Desk.with(calls: 30) { desk in
            let whole = try await desk.run("stats", "activities", "--day", desk.day, "--csv").output
            let table = try await desk.run("stats", "activities", "--day", desk.day).output.split(separator: "\n")
            #expect(table.count == whole.split(separator: "\r\n").count + 1)
            // Half a day is one request.
            var rule = FaultRule(.activities, .always, .status(403))
            rule.after = 1
            desk.simulator.inject(rule)
            let half = try await desk.run("stats", "activities", "--day", desk.day, "--csv")
            #expect(half.status == 77)
            #expect(half.output.split(separator: "\r\n").count > 1 && whole.hasPrefix(half.output))
            #expect(half.output.count < whole.count)
            _ = try half.complaint
        }
    }

    @Test func `a table without rows has no headings, and CSV its columns`() async throws {
        try await Desk.with(calls: 0) { desk in
            let table = try await desk.run("stats", "activities", "--day", desk.day)
            #expect(table.status == 0 && table.output.hasPrefix("0 rows from "))
            let csv = try await desk.run("stats", "activities", "--day", desk.day, "--csv")
            #expect(csv.output.hasPrefix("organization,start_time") && csv.output.hasSuffix("task_id\r\n"))
        }
    }

    @Test func `of a time to come are refused, and of one half over told as far as it goes`() async throws {
        try await Desk.with(calls: 5) { desk in
            for command in ["queues", "agents", "activities"] {
                let future = try await desk.run("stats", command, "--from", "2999-01-01", "--to", "2999-01-02")
                #expect(future.status == 64)
                #expect(try future.complaint.contains("begins in the future"))
                let half = try await desk.run("stats", command, "--from", desk.day, "--to", "2999-01-02", "--json")
                #expect(half.status == 0)
                #expect(half.errors.contains("ends in the future"))
                #expect(try await desk.run("stats", command).status == 64)
            }
            #expect(desk.simulator.counters.statuses[400] == nil)
        }
    }

    @Test func `without the scope are refused as authorisation, with advice`() async throws {
        try await Desk.with(calls: 5) { desk in
            desk.simulator.change { $0.tokens.scope = "spark:all" }
            for arguments in [["queues"], ["queues", "--source", "search"], ["agents"], ["activities"]] {
                let program = try desk.start(["stats"] + arguments + ["--day", desk.day])
                let ending = try await program.end()
                #expect(ending.status == 77)
                #expect(try ending.complaint.contains("cjp:config_read"))
            }
        }
    }
}
