import Foundation
import Simulator
import Testing

/// `list` by what the provider says of calls.
@Suite struct `Calls are looked up` {
    private func recordings(_ desk: Desk, _ options: [String] = []) async throws -> [[String: JSON]] {
        let ending = try await desk.start(["list", "--json"] + options).end()
        try #require(ending.status == 0, "\(options): \(ending.errors)")
        let objects = try ending.objects
        let rows = objects.filter { $0["type"]?.text == "recording" }
        #expect(objects.last?["recordings"] == .number(Double(rows.count)))
        return rows
    }

    @Test func `by each of their facts, alone and together`() async throws {
        try await Desk.with(calls: 30) { desk in
            try await desk.archiveDay()
            let all = try await recordings(desk)
            #expect(all.count > 20)
            #expect(all.allSatisfy { $0["call_source"]?.text == "search" })
            for key in ["agent", "queue", "site", "team", "origin", "destination", "direction", "agent_id", "team_id"] {
                let option = "--" + key.replacing("_id", with: "")
                let values = all.compactMap { $0[key]?.text }
                let value = try #require(values.first, "\(key)")
                let expected = all.filter { $0[key]?.text == value }
                #expect(try await recordings(desk, [option, value.uppercased()]) == expected, "\(option) \(value)")
            }
            let durations = all.compactMap { $0["duration_ms"]?.number }
            let longest = try #require(durations.max())
            let long = all.filter { ($0["duration_ms"]?.number ?? 0) >= (longest / 1000).rounded(.down) * 1000 }
            #expect(try await recordings(desk, ["--min-duration", "\(Int(longest / 1000))s"]) == long)
            let inbound = all.filter { $0["direction"]?.text == "inbound" && $0["queue"]?.text != nil }
            let agent = try #require(inbound.first?["agent"]?.text)
            let queue = try #require(inbound.first?["queue"]?.text)
            let both = all.filter { $0["agent"]?.text == agent && $0["queue"]?.text == queue }
            let options = ["--agent", agent, "--queue", queue, "--direction", "inbound", "--day", desk.day]
            #expect(try await recordings(desk, options) == both.filter { $0["direction"]?.text == "inbound" })
            #expect(try await recordings(desk, options + ["--state", "failed"]) == [])
        }
    }

    @Test func `numbers however they are grouped`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let inbound = try await recordings(desk).filter { $0["direction"]?.text == "inbound" }
            let row = try #require(inbound.first)
            let number = try #require(row["origin"]?.text)
            let digits = number.dropFirst()
            let grouped = "+\(digits.prefix(1)) (\(digits.dropFirst().prefix(3))) \(digits.dropFirst(4))"
            for spelling in [number, String(digits), grouped, "tel:\(number)"] {
                #expect(try await recordings(desk, ["--origin", spelling]).contains(row), "\(spelling)")
            }
            #expect(try await recordings(desk, ["--origin", String(digits.dropLast())]) == [])
        }
    }

    @Test func `a person with sqlite3 finds the same`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            for row in try await recordings(desk) {
                let select = """
                    SELECT agent, agent_id, queue, site, team, origin, destination, direction, duration_ms, wrap_up,
                        termination, source FROM calls_readable WHERE task_id = '\(row["task_id"]?.text ?? "")'
                    """
                let line = try await Program.run("sqlite3", ["\(desk.root)/manifest.sqlite", select]).output
                let keys = [
                    "agent", "agent_id", "queue", "site", "team", "origin", "destination", "direction", "duration_ms",
                    "wrap_up", "termination", "call_source",
                ]
                let values = keys.map { key in
                    row[key]?.text ?? row[key]?.number.map { String(Int($0)) } ?? ""
                }
                #expect(line == values.joined(separator: "|") + "\n")
            }
        }
    }

    @Test func `nobody's name gives nothing, and is no error`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            for option in ["--agent", "--queue", "--site", "--team", "--origin", "--destination", "--direction"] {
                #expect(try await recordings(desk, [option, "nobody's ' OR 1=1 --"]) == [])
            }
            let ending = try await desk.run("list", "--agent", "nobody")
            #expect(ending.status == 0)
            #expect(ending.output == "0 recordings, 0 gaps\n")
        }
    }

    @Test(arguments: [
        ["--agent", ""], ["--min-duration", "soon"], ["--min-duration", "-5"], ["--min-duration", "1.5h"],
        ["--min-duration", ""], ["--min-duration", "999999999"], ["--min-duration", "٣"],
    ])
    func `what cannot be meant is said to be wrong`(_ options: [String]) async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.start(["list"] + options).end()
            #expect(ending.status == 64)
            #expect(ending.errors.contains(options[0]))
        }
    }

    @Test func `where Search is not asked, the listing says what it can`() async throws {
        try await Desk.with { desk in
            try desk.write("callark.yaml", desk.yaml + "captures:\n  call_metadata: task\n")
            let ending = try await desk.run("archive", "--day", desk.day, "--json")
            #expect(ending.status == 0)
            #expect(try ending.objects.last?["call_metadata"] == nil)
            let rows = try await recordings(desk)
            #expect(rows.allSatisfy { $0["call_source"]?.text == "task" && $0["site"]?.kind == "null" })
            #expect(rows.contains { $0["agent"]?.text != nil })
        }
    }

    @Test func `a pass that may not ask Search is complete, and says so`() async throws {
        try await Desk.with { desk in
            desk.simulator.change { $0.search.isPermitted = false }
            let json = try await desk.run("archive", "--day", desk.day, "--json")
            #expect(json.status == 0)
            #expect(try json.objects.last?["complete"] == .boolean(true))
            #expect(try json.objects.last?["call_metadata"]?["absence"]?.text?.contains("403") == true)
            let text = try await desk.run("archive", "--day", desk.day)
            #expect(text.output.contains("without Search: "))
        }
    }

    @Test func `no log line tells who called or who answered`() async throws {
        try await Desk.with { desk in
            let ending = try await desk.run("archive", "--day", desk.day, "--log-level", "trace")
            #expect(ending.status == 0)
            let rows = try await recordings(desk)
            for row in rows {
                for key in ["agent", "origin", "destination"] {
                    guard let secret = row[key]?.text else { continue }
                    #expect(!ending.errors.contains(secret) && !ending.output.contains(secret), "\(key)")
                }
            }
        }
    }
}
