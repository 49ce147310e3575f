import Foundation
import Recordings
import Simulator
import Testing

/// `list`, filtered by what the provider says about calls.
@Suite struct `Calls are looked up` {
    private func recordings(_ desk: Desk, _ options: [String] = []) async throws -> [[String: JSON]] {
        let ending = try await desk.start(["list", "--json"] + options).end()
        try #require(ending.status == 0, "\(options): \(ending.errors)")
        let objects = try ending.objects
        let rows = objects.filter { $0["type"]?.text == "recording" }
        #expect(objects.last?["recordings"] == .number(Double(rows.count)))
        return rows
    }

    private func text(_ row: [String: JSON], _ key: String) -> String? { row[key]?.text }

    private func milliseconds(_ row: [String: JSON]) -> Double { row["duration_ms"]?.number ?? 0 }

    /// The tasks of the calls of this agent, as the last one or another.
    private func tasks(_ desk: Desk, withAgent agent: String) async throws -> [JSON?] {
        try await desk.run("list", "--json", "--calls").objects.filter { call in
            call["agents"]?.list.contains { $0["id"]?.text == agent || $0["name"]?.text == agent } ?? false
        }
        .map { $0["task_id"] }
    }

    private static let keys = [
        "agent", "queue", "site", "team", "origin", "destination", "direction", "agent_id", "team_id",
    ]

    @Test func `by each of their facts`() async throws {
        try await Desk.with(calls: 20) { desk in
            try await desk.archiveDay()
            let all = try await recordings(desk)
            for key in Self.keys {
                let value = try #require(all.compactMap { text($0, key) }.first, "\(key)")
                let option = "--" + key.replacing("_id", with: "")
                let found = try await recordings(desk, [option, value.uppercased()])
                let having = option == "--agent" ? try await tasks(desk, withAgent: value) : []
                let expected = all.filter { text($0, key) == value || having.contains($0["task_id"]) }
                #expect(!found.isEmpty && found == expected, "\(key)")
            }
        }
    }

    @Test func `by how long they are, and by several facts together`() async throws {
        try await Desk.with(calls: 20) { desk in
            try await desk.archiveDay()
            let all = try await recordings(desk)
            #expect(all.allSatisfy { text($0, "call_source") == "search" })
            let seconds = Int((all.map(milliseconds).max() ?? 0) / 1000)
            let long = try await recordings(desk, ["--min-duration", "\(seconds)s"])
            #expect(long == all.filter { milliseconds($0) >= Double(seconds) * 1000 })
            #expect(!long.isEmpty)
            let first = try #require(all.first { text($0, "direction") == "inbound" && text($0, "queue") != nil })
            let (agent, queue) = (text(first, "agent") ?? "", text(first, "queue") ?? "")
            let options = ["--agent", agent, "--queue", queue, "--direction", "inbound", "--day", desk.day]
            let having = try await tasks(desk, withAgent: agent)
            let both = all.filter { having.contains($0["task_id"]) && text($0, "queue") == queue }
            let found = try await recordings(desk, options)
            #expect(found == both.filter { text($0, "direction") == "inbound" })
            let failed = try await recordings(desk, options + ["--state", "failed"])
            #expect(failed.isEmpty)
        }
    }

    @Test func `numbers however they are grouped`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let inbound = try await recordings(desk).filter { $0["direction"]?.text == "inbound" }
            let row = inbound.first ?? [:]
            let number = try #require(row["origin"]?.text)
            let digits = number.dropFirst()
            let grouped = "+\(digits.prefix(1)) (\(digits.dropFirst().prefix(3))) \(digits.dropFirst(4))"
            for spelling in [number, String(digits), grouped, "tel:\(number)"] {
                let found = try await recordings(desk, ["--origin", spelling])
                #expect(found.contains(row), "\(spelling)")
            }
            for part in [digits.dropLast(), digits.dropFirst(), digits.suffix(4), digits.dropFirst(3).prefix(4)] {
                let found = try await recordings(desk, ["--number", String(part)])
                #expect(found.contains(row), "\(part)")
            }
            let others = try await recordings(desk, ["--origin", digits + "0000"])
            #expect(others.isEmpty)
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

    @Test func `a number that no call has gives nothing`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            for option in ["--origin", "--destination", "--number"] {
                #expect(try await desk.run("list", option, "nobody's ' OR 1=1 --").status == 64)
            }
            let short = try await desk.run("list", "--number", "+1")
            #expect(short.status == 64)
            let none = try await desk.run("list", "--number", "0000000")
            #expect(none.status == 0)
            #expect(
                none.output.hasPrefix(
                    "0 calls; times in UTC\n--number finds numbers that contain these digits in a row"
                )
            )
        }
    }

    @Test func `names whatever their capitals and accents`() async throws {
        try await Desk.with(calls: 60) { desk in
            try await desk.archiveDay()
            let names = Set(try await recordings(desk).compactMap { text($0, "agent") })
            let name = try #require(names.sorted().first { $0.foldedName.utf8.count < $0.utf8.count })
            let plain = name.foldedName
            try #require(plain.utf8.allSatisfy { $0 < 0x80 } && plain != name)
            let found = try await recordings(desk, ["--agent", plain])
            #expect(!found.isEmpty)
            #expect(found == (try await recordings(desk, ["--agent", name])))
            // A part of a name is not a name, but leads to it.
            let ending = try await desk.run("list", "--agent", String(plain.split(separator: " ").last ?? ""))
            #expect(ending.status == 66)
            #expect(ending.errors.contains("did you mean"), "\(ending.errors)")
        }
    }

    @Test(arguments: [
        ("García", "garcia"), ("JÜRGEN", "jurgen"), ("Zoe\u{308}", "zoe"), ("O'Neill", "o'neill"), ("Ａｄａ", "ada"),
        ("日本", "日本"),
    ])
    func `a name is folded as people compare it`(_ name: String, _ folded: String) {
        #expect(name.foldedName == folded)
    }

    @Test(arguments: ["agent", "queue", "site", "team"])
    func `a name that no call has is an error with the nearest ones`(_ role: String) async throws {
        try await Desk.with(calls: 20) { desk in
            try await desk.archiveDay()
            let name = try #require(try await recordings(desk).compactMap { text($0, role) }.first)
            let ending = try await desk.run("list", "--\(role)", String(name.dropLast()) + "@")
            #expect(ending.status == 66)
            #expect(ending.output == "")
            #expect(try ending.complaint.contains("\"\(name)\""))
            let stranger = try await desk.run("list", "--\(role)", "nobody's ' OR 1=1 --", "--json")
            #expect(stranger.status == 66)
            #expect(try stranger.objects.last?["type"]?.text == "summary")
        }
    }

    @Test func `another direction than there is is refused with the words that there are`() async throws {
        let ending = try await Program.run("callark", ["list", "--direction", "incoming"])
        #expect(ending.status == 64)
        for word in ["inbound", "outbound", "outdial"] { #expect(ending.errors.contains(word)) }
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
            #expect(text.output.contains("Search is not available ("))
        }
    }

    @Test func `no log line says who called or who answered`() async throws {
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
