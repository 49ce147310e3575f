import Foundation
import Simulator
import TestSupport
import Testing

/// The commands of the legacy records, as a new user meets them.
@Suite struct `Legacy records` {
    /// A desk whose configuration has them.
    static func with(
        calls: Int = 8,
        _ change: (inout SimulatorOptions) -> Void = { _ in },
        _ body: (Desk) async throws -> Void
    ) async throws {
        try await Desk.with(calls: calls, mix: .recorded) { desk in
            desk.simulator.change(change)
            try desk.write("legacy-key", desk.simulator.organization.legacyKey + "\n", mode: 0o600)
            try desk.write("callark.yaml", yaml(desk))
            try await body(desk)
        }
    }

    private static func yaml(_ desk: Desk) -> String {
        let rate = "    requests_per_minute: 60000\n"
        let legacy = """
                legacy:
                  base_url: \(desk.simulator.legacyBaseURL)
                  user: \(desk.simulator.organization.legacyUser)
                  api_key_file: \(desk.folder)/legacy-key
                  tenant_id: "\(desk.simulator.organization.tenantID)"
                  requests_per_minute: 60000

            """
        return desk.yaml.replacing(rate, with: rate + legacy)
    }

    private static let query = """
        {
        \t"anchorId": "11894", "timezone": "America/New_York", "numberOfRecords": 1000000,
        \t"aggregations": [
        \t\t{"id": 0, "filterGroups": [], "aggregationType": "VALUE", "computeColumnName": "sid"},
        \t\t{"id": 1, "filterGroups": [], "aggregationType": "VALUE", "computeColumnName": "ani"}
        \t]
        }
        """

    func task(_ desk: Desk) throws -> SimulatedTask {
        let tasks = Array(desk.simulator.world.tasks())
        return try #require(tasks.first { $0.kind == .answered || $0.kind == .outdial } ?? tasks.first)
    }

    @Test func `a session is printed, as text and as JSON`() async throws {
        try await Self.with { desk in
            let task = try task(desk)
            let text = try await desk.run("legacy", "csr", task.id)
            #expect(text.status == 0 && text.errors == "")
            #expect(text.output.contains("sid ") && text.output.contains(task.id))
            let objects = try await desk.run("legacy", "csr", task.id, "--json").objects
            #expect(objects.map { $0["type"]?.text } == ["csr", "summary"])
            #expect(objects[0]["record"]?["sid"]?.text == task.id)
            #expect(objects[0]["organization"]?.text == "acme")
            #expect(objects[0]["record"]?["cstts"] == .number(Double(task.created.milliseconds)))
            let agent = try #require(objects[0]["record"]?["agentSessionId"]?.text)
            let asr = try await desk.run("legacy", "asr", agent, "--json").objects
            #expect(asr[0]["record"]?["agentName"] == objects[0]["record"]?["agentName"])
        }
    }

    @Test func `the chain of every session is the world's, from new to ended`() async throws {
        try await Self.with { desk in
            for task in desk.simulator.world.tasks() {
                let ending = try await desk.run("legacy", "chain", task.id, "--json")
                #expect(ending.status == 0, "\(ending.errors)")
                let objects = try ending.objects
                #expect(objects.last?["complete"] == .boolean(true))
                let activities = objects.dropLast()
                #expect(activities.first?["event"]?.text == "new")
                #expect(activities.last?["event"]?.text == "ended")
                let facts = desk.simulator.world.facts(of: task)
                let connected = activities.first { $0["event"]?.text == "connected" }?["id"]?.text
                #expect(connected == facts.connected.map { "\(task.id)-\($0.milliseconds)-connected" })
            }
        }
    }

    @Test func `a chain whose activities do not name the next is found all the same`() async throws {
        try await Self.with(calls: 2, { $0.legacy.tellsNextState = false }) { desk in
            let task = try task(desk)
            let ending = try await desk.run("legacy", "chain", task.id)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("connected ?") && ending.output.contains("ended ?"))
        }
    }

    @Test func `a chain that breaks off says where, and is incomplete`() async throws {
        try await Self.with(calls: 2) { desk in
            let task = try task(desk)
            desk.simulator.inject(FaultRule(.legacy, .always, .status(404), pathContains: "-ended"))
            let ending = try await desk.run("legacy", "chain", task.id)
            #expect(ending.status == 75)
            #expect(try ending.complaint.contains("there is no \(task.id)-\(task.ended.milliseconds)-ended"))
            #expect(ending.output.contains("connected"))
            let lines = try await desk.run("legacy", "chain", task.id, "--json")
            #expect(lines.status == 75)
            #expect(try lines.objects.count { $0["type"]?.text == "summary" } == 1)
            #expect(try lines.objects.last?["complete"] == .boolean(false))
        }
    }

    @Test func `a query is asked about another day, and its answer printed in three forms`() async throws {
        try await Self.with { desk in
            try desk.write("query.json", Self.query)
            let arguments = ["legacy", "query", "--type", "csrs", "--query", "query.json", "--day", desk.day]
            let sids = Set(desk.simulator.world.tasks().map(\.id))
            let table = try await desk.start(arguments).end()
            #expect(table.status == 0, "\(table.errors)")
            #expect(table.output.hasSuffix("\(sids.count) rows\n"))
            let objects = try await desk.start(arguments + ["--json"]).end().objects
            #expect(Set(objects.compactMap { $0["fields"]?["sid"]?.text }) == sids)
            #expect(objects.last?["rows"] == .number(Double(sids.count)))
            let csv = try await desk.start(arguments + ["--format", "csv", "-o", "body.csv"]).end()
            #expect(csv.status == 0)
            #expect(csv.output.hasPrefix("sid,ani\r\n"))
            #expect(csv.output.split(separator: "\r\n").count == sids.count + 1)
            let body = try Data(contentsOf: URL(filePath: "\(desk.folder)/body.csv"))
            #expect(body.starts(with: [0xEF, 0xBB, 0xBF]))
            let other = try await desk.run(
                "legacy",
                "query",
                "--type",
                "csrs",
                "--query",
                "-",
                "--from",
                "2020-01-01",
                "--to",
                "2020-01-02",
                "--json",
                input: Self.query
            )
            #expect(try other.objects.count == 1)
        }
    }

    private static let overDay = ["legacy", "query", "--type", "csrs", "--query", "-"]

    @Test(arguments: ["json", "csv"])
    func `an answer that is not whole is asked for in parts`(_ format: String) async throws {
        try await Self.with(calls: 24, { $0.legacy.maxRecords = format == "json" ? 5 : .max }) { desk in
            // CSV does not say whether it is complete, so only the query's own limit shows it.
            let limit = format == "json" ? "1000000" : "5"
            let query = Self.query.replacing("1000000", with: limit)
            let arguments = Self.overDay + ["--day", desk.day, "--format", format, "-o", "body"]
            let ending = try await desk.start(arguments, input: query).end()
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.errors == "")
            let lines = ending.output.split(whereSeparator: \.isNewline)
            let rows = lines.dropFirst().prefix(24).compactMap { $0.split(whereSeparator: { " ,".contains($0) }).first }
            #expect(rows.map(String.init) == desk.simulator.world.tasks().map(\.id))
            #expect(lines.count == (format == "json" ? 26 : 25))
            let names = try FileManager.default.contentsOfDirectory(atPath: desk.folder).filter { $0.hasPrefix("body") }
            #expect(names.count > 5)
            #expect(format == "csv" || lines.last?.hasSuffix("asked for in \(names.count - 1) parts") == true)
        }
    }

    @Test func `an answer that is whole in no part is printed, and incomplete`() async throws {
        try await Self.with(calls: 8, { $0.legacy.maxRecords = 0 }) { desk in
            let ending = try await desk.start(Self.overDay + ["--day", desk.day, "--json"], input: Self.query).end()
            #expect(ending.status == 75)
            #expect(try ending.complaint.contains("0 of 1 rows, is not complete; narrow the query's filters"))
            let objects = try ending.objects
            #expect(objects.contains { $0["complete"] == .boolean(false) })
            #expect(desk.simulator.counters.requests(to: .legacy) <= 200)
        }
    }

    @Test func `an answer whose rows cannot be told apart is not put together`() async throws {
        try await Self.with(calls: 8, { $0.legacy.maxRecords = 3 }) { desk in
            let query = Self.query.replacing("\"sid\"", with: "\"dnis\"")
            let ending = try await desk.start(Self.overDay + ["--day", desk.day, "--json"], input: query).end()
            #expect(ending.status == 75)
            #expect(try ending.complaint.contains("3 of 8 rows, is not complete, and is not available in parts"))
            #expect(try ending.complaint.hasSuffix("have it ask for sid too; ask about a shorter time"))
            #expect(try ending.objects.filter { $0["type"]?.text == "csr" }.count == 3)
            #expect(desk.simulator.counters.requests(to: .legacy) == 1)
        }
    }

    @Test func `an answer that cannot be read is kept, for its owner only`() async throws {
        try await Self.with(calls: 1) { desk in
            desk.simulator.inject(FaultRule(.legacy, .always, .html200))
            let ending = try await desk.run(
                "legacy",
                "query",
                "--type",
                "csrs",
                "--query",
                "-",
                "--day",
                desk.day,
                "--format",
                "csv",
                environment: ["TMPDIR": desk.folder],
                input: Self.query
            )
            #expect(ending.status == 69)
            let line = try ending.complaint
            #expect(line.contains("HTML") && line.contains("kept in"))
            let names = try FileManager.default.contentsOfDirectory(atPath: desk.folder).filter {
                $0.hasSuffix(".body")
            }
            let path = "\(desk.folder)/\(try #require(names.first))"
            #expect(line.contains(path))
            #expect(try String(contentsOfFile: path, encoding: .utf8).contains("<html>"))
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        }
    }

    /// The mistake, the exit code, and the text of the line.
    static let refusals: [([String: String], Int32, String)] = [
        (["CALLARK_ORG_ACME_LEGACY_API_KEY": "wrong"], 77, "legacy.api_key"),
        (["CALLARK_ORG_ACME_LEGACY_TENANT_ID": "1"], 77, "legacy.tenant_id, 1"),
        (["CALLARK_ORG_ACME_LEGACY_TENANT_SUFFIX": ";tenant="], 77, "legacy.tenant_id"),
        (["CALLARK_ORG_ACME_LEGACY_BASE_URL": "http://127.0.0.1:1/aws/api"], 69, "legacy.base_url"),
    ]

    @Test(arguments: refusals)
    func `a wrong setting is distinguished from the others`(
        _ environment: [String: String],
        _ status: Int32,
        _ words: String
    ) async throws {
        try await Self.with(calls: 1) { desk in
            let task = try task(desk)
            let ending = try await desk.run("legacy", "csr", task.id, environment: environment)
            #expect(ending.status == status)
            #expect(try ending.complaint.contains(words))
            // Not even the header's name, so that no one looks for the value after it.
            for secret in [desk.simulator.organization.legacyKey, "wrong", "Authorization"] {
                #expect(!ending.errors.contains(secret))
            }
        }
    }

    @Test func `the check of the configuration tries the key`() async throws {
        try await Self.with(calls: 0) { desk in
            let good = try await desk.run("config", "check")
            #expect(good.status == 0)
            #expect(good.output.contains("OK      legacy acme: the host answers"))
            let bad = try await desk.run("config", "check", environment: ["CALLARK_ORG_ACME_LEGACY_API_KEY": "other"])
            #expect(bad.status == 77)
            #expect(bad.output.contains("FAILED  legacy acme") && bad.output.contains("legacy.api_key"))
        }
    }

    @Test func `a tenant that is missing is asked for`() async throws {
        try await Self.with(calls: 1) { desk in
            let text = Self.yaml(desk).replacing(/(?m)^.*tenant_id: .*\n/, with: "")
            try desk.write("callark.yaml", text)
            let ending = try await desk.run("legacy", "csr", try task(desk).id)
            #expect(ending.status == 77)
            #expect(try ending.complaint.contains("configure legacy.tenant_id"))
        }
    }

    @Test func `without configuration, the error says what to configure`() async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.run("legacy", "csr", "x")
            #expect(ending.status == 78)
            #expect(try ending.complaint.contains("organizations.acme.legacy is not configured"))
        }
    }

    static let mistakes: [([String], String, Int32)] = [
        (["legacy", "car", "x"], "not an activity ID", 64), (["legacy", "csr", ".."], "", 64),
        (["legacy", "query", "--type", "tasks", "--query", "-", "--day", "2025-11-20"], "", 64),
        (["legacy", "query", "--type", "csrs", "--query", "/nonexistent", "--day", "2025-11-20"], "/nonexistent", 74),
        (
            ["legacy", "query", "--type", "csrs", "--query", "-", "--day", "2025-11-20"],
            "standard input: the query is no JSON", 64
        ),
        (["legacy", "query", "--type", "csrs", "--query", "-", "--to", "2025-11-20"], "--from", 64),
    ]

    @Test(arguments: mistakes)
    func `a mistake is reported before any request`(_ arguments: [String], _ word: String, _ status: Int32)
        async throws
    {
        try await Self.with(calls: 0) { desk in
            let ending = try await desk.start(arguments, input: "{").end()
            #expect(ending.status == status)
            #expect(word.isEmpty || ending.errors.contains(word))
            #expect(desk.simulator.counters.requests == [:])
        }
    }

    @Test func `a query without a time needs one`() async throws {
        try await Self.with(calls: 0) { desk in
            let ending = try await desk.run("legacy", "query", "--type", "csrs", "--query", "-", input: Self.query)
            #expect(ending.status == 64)
            #expect(try ending.complaint.contains("give --day, --month, --last, or --from and --to"))
        }
    }

    @Test func `the simulator writes a configuration that works`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-legacy-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Turns.shared.run {
            let arguments = ["--write-config", folder, "--legacy", "--calls", "1", "--scale", "0.005"]
            let simulator = try Program("callark-simulator", arguments)
            try await eventually("the simulator serves") {
                try simulator.outputSoFar().contains("Ctrl-C") || !simulator.isRunning
            }
            let errors = try simulator.errorsSoFar()
            try #require(simulator.isRunning, "\(errors)")
            let ending = try await Program.run(
                "callark",
                ["legacy", "query", "--type", "csrs", "--query", "-", "--from", "2020-01-01", "--json"],
                environment: ["CALLARK_CONFIG": "\(folder)/callark.yaml"],
                input: Self.query
            )
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try ending.objects.last?["rows"] == .number(1))
            simulator.signal(SIGTERM)
            #expect(try await simulator.end().status == 0)
        }
    }
}
