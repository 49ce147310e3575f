import Foundation
import Simulator
import Testing

@Suite struct `The log of events` {
    private static let account: String = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())"

    @Test func `says who ran and explained what, and when`() async throws {
        try await Desk.with(mix: .plain) { desk in
            let task = try #require(desk.simulator.servedRecordings().last).taskID
            desk.simulator.holdBackCaptures(of: task, until: desk.simulator.clock.now + .seconds(86_400))
            #expect(try await desk.run("archive", "--day", desk.day, environment: ["SUDO_USER": "ann"]).status == 75)
            let note = "a \"quoted\", note"
            #expect(
                try await desk.run("gaps", "explain", task, "--reason", "other", "--note", note).status == 0
            )
            let events = try await desk.run("events", "--last", "24h", "--json").objects
            let pass = events.filter { ["pass.began", "pass.ended"].contains($0["kind"]?.text) }
            #expect(pass.map { $0["actor"]?["name"]?.text } == [Self.account, Self.account])
            #expect(pass.map { $0["actor"]?["via"]?.text } == ["uid", "uid"])
            #expect(pass.map { $0["actor"]?["uid"]?.number } == [Double(getuid()), Double(getuid())])
            #expect(pass.first?["actor"]?["claims"]?["SUDO_USER"]?.text == "ann")
            #expect(events.last?["type"]?.text == "summary")
            #expect(events.last?["events"]?.number == Double(events.count - 1))
            let kinds = ["--kind", "gap.explained", "--kind", "explanation.withdrawn"]
            let explained = try await desk.start(["events", "--json"] + kinds).end().objects.dropLast()
            #expect(explained.map { $0["task_id"]?.text } == [task])
            #expect(explained.first?["detail"]?["note"]?.text == note)
            #expect(explained.first?["organization"]?.text == "acme")
            let csv = try await desk.run("events", "--task", task, "--csv").output
            let reader = "import csv, json, sys\nfor row in csv.DictReader(sys.stdin): print(json.dumps(row))"
            let rows = try await Program.run("python3", ["-c", reader], input: csv).objects
            #expect(rows.map { $0["kind"]?.text } == ["gap.opened", "gap.explained"])
            #expect(rows.last?["actor"]?.text == Self.account && rows.last?["actor_uid"]?.text == "\(getuid())")
            #expect(rows.last?["detail"]?.text?.contains(note) == true)
            let text = try await desk.run("events", "--from", desk.day, "--to", desk.day + "T00:00:01Z").output
            #expect(text.hasSuffix("0 events; times in UTC\n"))
        }
    }

    @Test func `says who repaired and who rebuilt`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("verify", "--repair", "--day", desk.day).status == 0)
            let repair = try await desk.run("events", "--json").objects.filter {
                $0["kind"]?.text?.hasPrefix("repair.") == true
            }
            #expect(repair.map { $0["kind"]?.text } == ["repair.began", "repair.ended"])
            #expect(repair.allSatisfy { $0["actor"]?["name"]?.text == Self.account })
            #expect(repair.first?["detail"]?["day"]?.text == desk.day)
            #expect(try await desk.run("rebuild", "--discard-old").status == 0)
            let rebuilt = try await desk.run("events", "--kind", "manifest.rebuilt", "--json").objects
            #expect(rebuilt.first?["actor"]?["name"]?.text == Self.account)
            #expect(rebuilt.first?["detail"]?["archives"]?.text == "1")
        }
    }

    @Test func `knows its tasks and kinds`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            #expect(try await desk.run("events", "--task", "nobody").status == 66)
            try await desk.archiveDay()
            let unknown = try await desk.run("events", "--task", "nobody", "--json")
            #expect(unknown.status == 66)
            #expect(unknown.errors.contains("task nobody is not known"))
            let kind = try await desk.run("events", "--kind", "nothing")
            #expect(kind.status == 64 && kind.errors.contains("pass.began"))
            #expect(try await desk.run("events", "--csv", "--json").status == 64)
        }
    }
}
