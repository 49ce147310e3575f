import Foundation
import Testing

@testable import Simulator

@Suite struct `A fault plan` {
    /// Every fault once, each with all of its parameters.
    static let rules = [
        "token 400 body=no type=text/plain", "tasks 429 retry-after=2 every=10", "media html type=audio/wav",
        "media html share=0.25", "media json", "media slow-down first=3", "media expired", "media expired-token",
        "media throttle seconds=1.5 tells=no", "token refuse shape=webex", "media empty",
        "media truncate bytes=20000 first=1 recordings=0.2", "media truncate-chunked bytes=7 only=abc after=2",
        "media reset bytes=0", "media stall bytes=10 seconds=0.5", "media shorten bytes=44", "media slow bytes=8000",
        "media cut keeps=0.5 etag=whole",
        "captures delay seconds=1", "media chunked", "media ignore-range", "media change", "media change-under-range",
        "captures poison status=422 recordings=0.1", "captures vanish from=2025-11-22T06:00:00Z",
        "captures late seconds=3600 until=2025-11-23T06:00:00Z", "captures partial keeps=0.5 seconds=60",
        "captures name name=..%2F%00%20x", "captures origin origin=https://media.invalid",
        "tasks row text={%22id%22:%22x%22} first=1", "tasks replace text=a with=%0A",
    ]

    @Test func `says the same when it is written down again`() throws {
        for text in Self.rules {
            let rule = try FaultRule(text)
            #expect(try FaultRule(FaultFields(rule.fields)) == rule, "\(text)")
        }
        #expect(try FaultRule("captures name name=..%2F%00%20x").fault == .named("../\0 x"))
        #expect(try FaultRule("captures name name=100%").fault == .named("100%"))
        let named = Set(try Self.rules.map { try FaultRule($0).fault.kind })
        #expect(Set(Fault.names).subtracting(named) == [])
    }

    @Test func `may be YAML or JSON, alone or below its name, long or short`() throws {
        let rule = try FaultRule("media truncate bytes=20000 recordings=0.2")
        let long = "at: media\n  fault: truncate\n  bytes: 20000\n  recordings: 0.2"
        let json = #"{"at": "media", "fault": "truncate", "bytes": 20000, "recordings": 0.2}"#
        for text in [
            "- \(long)", "faults:\n- \(long)", "[\(json)]", "{\"faults\": [\(json)]}", json,
            "- media truncate bytes=20000 recordings=0.2", "media truncate bytes=20000 recordings=0.2",
        ] {
            #expect(try FaultPlanText.rules(in: text, source: "plan") == [rule], "\(text)")
        }
        #expect(try FaultPlanText.rules(in: "faults: []", source: "plan") == [])
    }

    @Test(arguments: [
        ("", "plan: a fault plan is a list"), ("faults:\n  - at: [media]\n    fault: html", "plan:2: a rule has names"),
        ("- media html\n- media nonsense", "plan:2: 'nonsense' is no fault"), ("- at: media", "has no 'fault'"),
        ("- nowhere html", "'at' is 'nowhere'"), ("- media", "does not begin with where and what"),
        ("- media 503 first=-1", "'-1' for first"), ("- media 503 share=2", "'2' for share"),
        ("- media 503 first=1 share=0.5", "exclude each other"), ("- media 503 frequency=1", "knows no 'frequency'"),
        ("- media truncate", "truncate needs bytes"), ("- media vanish", "is done at captures"),
        ("- captures vanish first=2", "is about recordings"), ("- tasks 503 recordings=0.5", "media and captures only"),
        ("- media 503 from=noon", "'noon' for from"), ("- media 503 only=a only=b", "'only' is given twice"),
        ("faults: [", "not valid YAML or JSON"), ("- media 99", "'99' is no fault"),
        ("- token refuse shape=round", "'round' for shape"), ("- media stall seconds", "'seconds' is neither"),
    ])
    func `that cannot be read is refused in one line`(text: String, problem: String) throws {
        let error = try #require(throws: SimulatorError.self) { try FaultPlanText.rules(in: text, source: "plan") }
        #expect(error.code == .badFault && error.description.hasPrefix("plan"))
        #expect(error.description.contains(problem), "\(error)")
        #expect(!error.description.contains("\n"))
    }

    @Test func `counts, waits and ends as its rules say`() throws {
        var plan = FaultPlan(
            seed: 1,
            rules: try [
                "tasks 500 every=3", "captures 401 after=2 first=1",
                "organization 503 from=1970-01-01T00:00:10Z until=1970-01-01T00:00:20Z",
            ].map { try FaultRule($0) }
        )
        func struck(_ endpoint: Endpoint, _ seconds: Int64 = 0) -> Bool {
            plan.strike(at: endpoint, path: "/", now: Moment(seconds * 1000)) != nil
        }
        #expect((1...6).map { _ in struck(.tasks) } == [false, false, true, false, false, true])
        #expect((1...5).map { _ in struck(.captures) } == [false, false, true, false, false])
        #expect([9, 10, 19, 20].map { struck(.organization, $0) } == [false, true, true, false])
        #expect(plan.entries.map(\.strikes) == [2, 1, 2])
    }

    @Test func `meets the same recordings again and again, each counted on its own`() throws {
        let rule = try FaultRule("media 503 first=2 recordings=0.3")
        func met(_ others: [FaultRule]) -> [String] {
            var plan = FaultPlan(seed: 5, rules: others + [rule])
            return (0..<500).flatMap { number in
                (0..<3).compactMap { _ in
                    let path = "/media/o/task/recording-\(number)/a.wav"
                    return plan.strike(at: .media, path: path, now: Moment(0)).map { _ in path }
                }
            }
        }
        let paths = met([])
        #expect(paths.count == 2 * Set(paths).count)
        #expect((100...200).contains(Set(paths).count))
        #expect(met([try FaultRule("tasks html"), try FaultRule("media 500 share=0")]) == paths)
    }

    @Test func `can be given, looked at and taken back while the simulator runs`() async throws {
        try await withSimulator(calls: 10) { simulator, client async throws in
            let page = "\(simulator.origin)/simulator/faults"
            let json = ["--data-binary", #"[{"at":"tasks","fault":503,"first":1}]"#]
            #expect(try await client.fetch(page, json).text.contains(#""faults":1"#))
            #expect(try await client.fetch(page, ["--data-binary", "tasks 422 first=1"]).status == 200)
            let refused = try await client.fetch(page, ["--data-binary", "tasks oops"])
            #expect(refused.status == 400 && refused.text.hasPrefix("the body:1: 'oops' is no fault"))
            for status in [503, 422, 200] { #expect(try await client.allTasks().status == status) }
            let lines = try await client.fetch(page).text.split(separator: "\n")
            #expect(
                lines
                    == [
                        #"{"type":"fault","at":"tasks","fault":"503","first":"1","strikes":"1"}"#,
                        #"{"type":"fault","at":"tasks","fault":"422","first":"1","strikes":"1"}"#,
                    ].map { $0.replacing(#""strikes":"1""#, with: #""strikes":1"#)[...] }
            )
            let counters = try await client.fetch("\(simulator.origin)/simulator/counters").text
            #expect(counters.contains(#""faults":2,"faults_by_kind":{"422":1,"503":1}"#))
            #expect(try await client.fetch(page, ["-X", "DELETE"]).status == 200)
            #expect(try await client.fetch(page).text.isEmpty)
            #expect(try await client.fetch(page, ["-X", "PUT"]).status == 405)
        }
    }
}

@Suite struct `Faults of the listing` {
    private func firstRecording(_ client: Client, of task: String) async throws -> [String: Any]? {
        let entries = try await client.captures(of: [task]).data().first?["recording"] as? [[String: Any]]
        return entries?.first?["attributes"] as? [String: Any]
    }

    @Test func `hide, delay, rename and move a recording, and say how many they met`() async throws {
        try await withSimulator(calls: 10) { simulator, client async throws in
            let served = try #require(simulator.servedRecordings().first)
            let (id, task) = (served.recording.id, served.taskID)
            let url = try #require(try await client.urls(of: task)[id])
            simulator.inject(FaultRule(.vanish, only: id))
            #expect(try await client.urls(of: task)[id] == nil)
            #expect(try await client.fetch(url, withToken: false).status == 404)
            #expect(!simulator.servedRecordings().contains { $0.recording.id == id })
            simulator.clearFaults()
            simulator.inject(FaultRule(.late(.seconds(86_400 * 365)), only: task))
            #expect(try await client.urls(of: task).isEmpty)
            simulator.clearFaults()
            simulator.inject(FaultRule(.named("../\0.wav"), only: id))
            simulator.inject(FaultRule(.mediaOrigin("https://media.invalid"), only: id))
            let moved = try #require(try await client.urls(of: task)[id])
            #expect(moved.hasPrefix("https://media.invalid/media/") && moved.contains("/..%2F%00.wav?"))
            let back = moved.replacing("https://media.invalid", with: simulator.origin)
            #expect(try await client.fetch(back, withToken: false).body == served.content())
            #expect(simulator.strikes == [1, 1])
            #expect(simulator.counters.faultsByKind["vanish"] == 1 && simulator.counters.faultsByKind["name"] == 1)
        }
    }

    @Test func `let a recording grow from a part to the whole`() async throws {
        try await withSimulator(calls: 10, clock: .at(Moment(1_763_640_000_000))) { simulator, client async throws in
            let task = try #require(
                simulator.world.tasks().first { $0.captureRequested && $0.ended > simulator.clock.now }
            )
            simulator.inject(FaultRule(.partial(share: 0.5, .seconds(3600)), only: task.id))
            simulator.clock.advance(by: .seconds((task.ended.milliseconds - 1_763_640_000_000) / 1000 + 15_000))
            // Late captures appear up to four hours after the call.
            let whole = try #require(simulator.servedRecordings().first { $0.taskID == task.id })
            let available = whole.recording.available
            simulator.clearFaults()
            simulator.inject(FaultRule(.partial(share: 0.5, .seconds(86_400)), only: task.id))
            let part = try #require(simulator.servedRecordings().first { $0.recording.id == whole.recording.id })
            #expect(part.recording.available == available && part.recording.stop < whole.recording.stop)
            #expect(part.byteCount < whole.byteCount && part.held.etag != whole.held.etag)
            let url = try #require(try await client.urls(of: task.id)[whole.recording.id])
            #expect(try await client.fetch(url, withToken: false).body == part.content())
            simulator.clock.advance(by: .seconds(90_000))
            #expect(try await client.urls(of: task.id)[whole.recording.id] != nil)
            let grown = try #require(simulator.servedRecordings().first { $0.recording.id == whole.recording.id })
            #expect(grown.sha256() == whole.sha256())
        }
    }

    @Test func `fail every question about a poisoned task`() async throws {
        try await withSimulator(calls: 10) { simulator, client async throws in
            let tasks = Array(Set(simulator.servedRecordings().map(\.taskID)).sorted().prefix(3))
            simulator.inject(FaultRule(.captures, .always, .poisonedTask(status: 500), pathContains: tasks[1]))
            #expect(try await client.captures(of: tasks).status == 500)
            #expect(try await client.captures(of: [tasks[1]]).status == 500)
            #expect(try await client.captures(of: [tasks[0], tasks[2]]).status == 200)
        }
    }

    @Test func `have a throttled host refuse requests that come too early`() async throws {
        try await withSimulator(calls: 10) { simulator, client async throws in
            simulator.inject(FaultRule(.tasks, .first(1), .throttle(.seconds(30), tells: true)))
            for _ in 0..<3 {
                let answer = try await client.allTasks()
                #expect(answer.status == 429 && (1...30).contains(Int(answer.headers["retry-after"] ?? "") ?? 0))
            }
            simulator.clock.advance(by: .seconds(31))
            #expect(try await client.allTasks().status == 200)
            #expect(simulator.counters.faultsByKind == ["throttle": 3])
        }
    }

    @Test func `cut a body without a length short`() async throws {
        try await withSimulator(calls: 10) { simulator, client async throws in
            let served = try #require(simulator.servedRecordings().first { $0.byteCount > 5000 })
            let url = try #require(try await client.urls(of: served.taskID)[served.recording.id])
            simulator.inject(FaultRule(.media, .first(1), .truncateChunked(afterBytes: 1000)))
            let answer = try await client.fetch(url, withToken: false)
            #expect(answer.exit != 0 && answer.headers["content-length"] == nil)
            #expect(answer.body == served.content().prefix(1000))
        }
    }

    @Test func `give a range of another version whatever was asked`() async throws {
        try await withSimulator(calls: 10) { simulator, client async throws in
            let served = try #require(simulator.servedRecordings().first { $0.byteCount > 5000 })
            let url = try #require(try await client.urls(of: served.taskID)[served.recording.id])
            simulator.inject(FaultRule(.media, .always, .changingUnderRange))
            let header = ["-H", "If-Match: \(served.held.etag)", "-r", "100-199"]
            let answer = try await client.fetch(url, header, withToken: false)
            #expect(answer.status == 206 && answer.headers["etag"] != served.held.etag)
        }
    }
}
