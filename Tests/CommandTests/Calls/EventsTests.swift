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

    @Test func `is what people did and what passes came to, and with --all everything`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            let bad = try #require(desk.simulator.servedRecordings().first)
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            let stalled = try #require(desk.simulator.servedRecordings().last?.recording.id)
            let stall = FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60)), pathContains: stalled)
            desk.simulator.inject(stall)
            let killed = try desk.start("archive", "--day", desk.day)
            try await eventually("no pass began", every: Patience.look) {
                try await desk.run("events", "--json").objects.contains { $0["kind"]?.text == "pass.began" }
            }
            // While it runs, it is not reported as cut off.
            #expect(!(try await desk.run("events").output.contains("cut off")))
            killed.signal(SIGKILL)
            _ = try await killed.end()
            let cut = try await desk.run("events").output.split(separator: "\n").dropFirst()
            #expect(cut.first?.contains(" began a pass: \(desk.day) 00:00 to ") == true)
            #expect(cut.first?.hasSuffix(", and was cut off") == true)
            desk.simulator.clearFaults()
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let lines = try await desk.run("events").output.split(separator: "\n")
            let json = try await desk.run("events", "--json").objects.dropLast()
            #expect(lines.count == 4, "headings, two passes, and the sum: \(lines)")
            #expect(lines[1].hasSuffix(", and was cut off"))
            #expect(
                lines[2].contains(" ran a pass over \(desk.day) 00:00 to ") && lines[2].contains(": not complete (")
            )
            #expect(lines[3] == "2 events of \(json.count), the rest with --all; times in UTC")
            let all = try await desk.run("events", "--all").output.split(separator: "\n")
            #expect(all.count == json.count + 2)
            for sentence in ["began a pass", "ended a pass: not complete", "opened acme-", "sealed acme-", "cut off"] {
                #expect(all.contains { $0.contains(sentence) }, "\(sentence)")
            }
            // A gap because of a failure opens like any other, and the history of a call is shown in full.
            let ofCall = try await desk.run("events", "--task", bad.taskID).output
            #expect(ofCall.contains("\(bad.taskID): Callark gave up a recording after 3 attempts"))
            #expect(ofCall.contains("\(bad.taskID): opened a gap: damaged at the provider"))
            let csv = try await desk.run("events", "--csv").output.split(separator: "\r\n")
            #expect(csv.count == json.count + 1)
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
