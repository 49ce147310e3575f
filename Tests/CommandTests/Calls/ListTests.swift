import Foundation
import Simulator
import Testing

/// `list`, one row per call.
@Suite struct `A list of calls` {
    /// The lines of calls and the summary.
    private func calls(
        _ desk: Desk,
        _ options: [String] = []
    ) async throws -> (lines: [[String: JSON]], summary: [String: JSON]) {
        let ending = try await desk.start(["list", "--json", "--calls"] + options).end()
        try #require(ending.status == 0, "\(ending.errors)")
        let objects = try ending.objects
        #expect(objects.dropLast().allSatisfy { $0["type"]?.text == "call" })
        return (objects.dropLast(), try #require(objects.last))
    }

    /// The rows between the headings and the summary.
    private func rows(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.prefixMatch(of: /\d{4}-\d\d-\d\d \d/) != nil }
    }

    @Test func `has every call of the provider's, as the interface says`() async throws {
        try await Desk.with(calls: 30) { desk in
            try await desk.archiveDay()
            let (lines, summary) = try await calls(desk)
            let tasks = desk.simulator.world.tasks().filter { $0.channelType == "telephony" }
            #expect(lines.compactMap { $0["task_id"]?.text }.sorted() == tasks.map(\.id).sorted())
            #expect(summary["calls"] == .number(Double(lines.count)))
            #expect(summary["limited"] == .boolean(false))
            let keys: Set = [
                "type", "organization", "task_id", "day", "created_time", "agents", "queue", "origin", "destination",
                "direction", "duration_ms", "recordings", "transcripts", "state", "outcome",
            ]
            #expect(lines.allSatisfy { Set($0.keys) == keys })
            for task in tasks {
                let line = try #require(lines.first { $0["task_id"]?.text == task.id })
                #expect((line["state"]?.text == "none") == !task.captureRequested)
                let counted = [line["recordings"], line["transcripts"]].compactMap { $0?.number }.reduce(0, +)
                #expect((counted == 0) == (line["state"]?.text == "none"))
                #expect(line["outcome"]?.text == (task.kind == .abandoned ? "abandoned" : "completed"))
            }
        }
    }

    @Test func `shows those with recordings, counts the others, and shows them with --all-calls`() async throws {
        try await Desk.with(calls: 30) { desk in
            try await desk.archiveDay()
            let lines = try await calls(desk).lines
            let empty = lines.filter { $0["state"]?.text == "none" }
            try #require(!empty.isEmpty)
            let some = try await desk.run("list")
            #expect(some.output.hasPrefix("TIME (UTC) "))
            #expect(rows(some.output).count == lines.count - empty.count)
            #expect(some.output.contains("\(empty.count) more call") && some.output.contains("--all-calls"))
            let all = try await desk.run("list", "--all-calls").output
            #expect(rows(all).count == lines.count)
            #expect(!all.contains("more call"))
            #expect(rows(all).count { $0.contains("not requested") } == empty.count)
            // A call that is asked for by its ID is shown, whatever exists of it.
            let id = try #require(empty.first?["task_id"]?.text)
            #expect(rows(try await desk.run("list", "--task", id).output).count == 1)
        }
    }

    @Test func `distinguishes abandoned calls from others, in every form`() async throws {
        try await Desk.with(calls: 60) { desk in
            try await desk.archiveDay()
            let none = try await calls(desk).lines.filter { $0["state"]?.text == "none" }
            let abandoned = none.filter { $0["outcome"]?.text == "abandoned" }.compactMap { $0["task_id"]?.text }
            let others = none.filter { $0["outcome"]?.text == "completed" }.compactMap { $0["task_id"]?.text }
            try #require(!abandoned.isEmpty && !others.isEmpty)
            let text = try await desk.run("list", "--all-calls").output
            for (tasks, state) in [(abandoned, "abandoned"), (others, "nothing to record")] {
                for task in tasks {
                    let row = try #require(rows(text).first { $0.contains(task) })
                    #expect(row.contains(" \(state) ") && !row.contains("none"))
                }
            }
            #expect(text.contains(", \(abandoned.count) abandoned, \(others.count) with nothing to record; times in"))
            let csv = try await desk.run("list", "--csv", "--all-calls").output
            let reader = "import csv, json, sys\nfor row in csv.DictReader(sys.stdin): print(json.dumps(row))"
            let records = try await Program.run("python3", ["-c", reader], input: csv).objects
            #expect(records.filter { $0["outcome"]?.text == "abandoned" }.count >= abandoned.count)
            let lines = try await calls(desk).lines
            for record in records {
                let line = lines.first { $0["task_id"] == record["task_id"] }
                #expect(record["outcome"] == line?["outcome"] && record["state"] == line?["state"])
            }
        }
    }

    @Test func `is the same in CSV`() async throws {
        try await Desk.with(calls: 12) { desk in
            try await desk.archiveDay()
            let lines = try await calls(desk).lines
            let csv = try await desk.run("list", "--csv", "--all-calls").output.components(separatedBy: "\r\n")
            #expect(csv.first?.hasPrefix("organization,task_id,day,created_time,local_time,state,agents,") == true)
            #expect(csv.count == lines.count + 2)
            for (record, line) in zip(csv.dropFirst(), lines) {
                let start = ["organization", "task_id", "day", "created_time"].map { line[$0]?.text ?? "" }
                #expect(record.hasPrefix(start.joined(separator: ",") + ","))
            }
            let parts = try await desk.run("list", "--csv", "--recordings").output.components(separatedBy: "\r\n")
            let recordings = try await desk.run("list", "--json").objects.filter { $0["type"]?.text == "recording" }
            #expect(parts.count == recordings.count + 2)
            // Without rows there are still headings.
            let none = try await desk.run("list", "--csv", "--day", "2020-01-01").output
            #expect(none.components(separatedBy: "\r\n").count == 2)
        }
    }

    @Test func `has recordings in the order of time, in every form and up to a limit`() async throws {
        try await Desk.with(calls: 30) { desk in
            try await desk.archiveDay()
            let lines = try await desk.run("list", "--json").objects.filter { $0["type"]?.text == "recording" }
            let starts = lines.compactMap { $0["start_time"]?.text }
            #expect(starts.count == lines.count && starts == starts.sorted())
            let csv = try await desk.run("list", "--recordings", "--csv").output.split(separator: "\r\n").dropFirst()
            #expect(csv.map { String($0.split(separator: ",", omittingEmptySubsequences: false)[3]) } == starts)
            let few = try await desk.run("list", "--json", "--limit", "5").objects
            #expect(few.dropLast().compactMap { $0["start_time"]?.text } == Array(starts.prefix(5)))
            #expect(few.last?["recordings"] == .number(5) && few.last?["limited"] == .boolean(true))
        }
    }

    @Test func `ends at the limit, and says so`() async throws {
        try await Desk.with(calls: 12) { desk in
            try await desk.archiveDay()
            let (lines, summary) = try await calls(desk, ["--limit", "3"])
            #expect(lines.count == 3)
            #expect(summary["limited"] == .boolean(true))
            #expect(try await calls(desk, ["--limit", "12"]).summary["limited"] == .boolean(false))
            let text = try await desk.run("list", "--recordings", "--limit", "2").output
            #expect(rows(text).count == 2 && text.contains("--limit"))
        }
    }

    @Test func `has an error for each task that is not known, after those that are`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let known = try #require(try await calls(desk).lines.first?["task_id"]?.text)
            let ending = try await desk.run("list", "--task", "no-such", "--task", known, "--task", "nor-this")
            #expect(ending.status == 66)
            #expect(rows(ending.output).count == 1)
            let errors = ending.errors.split(separator: "\n")
            #expect(errors.count == 2)
            #expect(errors.first?.contains("task no-such is not known") == true)
            #expect(errors.last?.contains("task nor-this is not known") == true)
        }
    }

    @Test func `is of what is missing, and of what was explained`() async throws {
        try await Desk.with(mix: .plain) { desk in
            let bad = try #require(desk.simulator.servedRecordings().first)
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            func states(_ state: String) async throws -> [String?] {
                try await calls(desk, ["--state", state]).lines.map { $0["state"]?.text }
            }
            #expect(try await states("missing") == ["missing"])
            #expect(try await states("failed") == ["missing"])
            #expect(try await states("explained") == [])
            let explain = ["gaps", "explain", bad.taskID, "--reason", "provider_fault", "--note", "known to be broken"]
            let ending = try await desk.start(explain).end()
            try #require(ending.status == 0, "\(ending.errors)")
            #expect(try await states("missing") == [])
            #expect(try await states("explained") == ["explained"])
        }
    }

    @Test(arguments: [
        ["--csv", "--json"], ["--recordings", "--calls"], ["--recordings", "--all-calls"], ["--limit", "0"],
        ["--day", "today", "--last", "7d"],
    ])
    func `is refused if its options contradict each other`(_ options: [String]) async throws {
        let ending = try await Program.run("callark", ["list"] + options)
        #expect(ending.status == 64)
        let types = try ending.output.isEmpty ? [] : ending.objects.map { $0["type"]?.text }
        #expect(types == (options.contains("--json") ? ["summary"] : []))
    }
}
