import Foundation
import GRDB
import Recordings
import Testing

@testable import Manifest

@Suite struct CallTests {
    @Test func `facts come from the listing's JSON, and a person with sqlite3 reads them`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.call(1), try Fixture.call(2, direction: "outdial")])
            let text = try await run(
                "sqlite3",
                [
                    fixture.path,
                    "SELECT agent, agent_id, queue, site, team, origin, destination, direction, duration_ms, wrap_up, "
                        + "termination, source FROM calls_readable ORDER BY task_id",
                ]
            )
            #expect(
                text == """
                    Agent 1|cccccccc-0000-4000-8000-000000000001|Queue 1|||+15550100001|+18005550101|inbound|180000|\
                    Reason 1||task
                    Agent 2|cccccccc-0000-4000-8000-000000000002|Queue 2|||+18005550102|+15550100002|outdial|180000|\
                    Reason 2||task

                    """
            )
        }
    }

    @Test func `a listed recording says what is known of its call`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.call(1)])
            let id = try Fixture.taskID(1)
            _ = try await fixture.answer([.capture(Capture(taskID: id, recordings: [try Fixture.captured(id)]))])
            let listed = try #require(try await fixture.recordings().first?.call)
            #expect(listed == KnownCall(facts: CallFacts(task: try Fixture.call(1).json), isSearched: false))
            #expect(try await fixture.manifest.recordings(of: id).first?.call == listed)
            #expect(try await fixture.search([1]) == 1)
            let searched = try #require(try await fixture.recordings().first?.call)
            #expect(searched.isSearched)
            #expect(searched.facts.site?.name == "Site 1")
            #expect(searched.facts.durationMilliseconds == 61_000)
        }
    }

    /// Filters, each with what it has to find among the calls 1 to 40 of `Fixture.call`.
    private static let filters: [CallFilter] = [
        CallFilter(agent: "agent 3"), CallFilter(agent: "CCCCCCCC-0000-4000-8000-000000000003"),
        CallFilter(queue: "Queue 2"), CallFilter(site: "Site 1"), CallFilter(team: "team 2"),
        CallFilter(origin: "+1 (555) 010-0007"), CallFilter(origin: "18005550102"),
        CallFilter(destination: "1 800 555 0101"), CallFilter(destination: "15550100008"),
        CallFilter(origin: "CUSTOMER39@example.com"), CallFilter(origin: "1001"),
        CallFilter(number: "15550100008"), CallFilter(number: "18005550102"), CallFilter(number: "1001"),
        CallFilter(number: "50100008"), CallFilter(origin: "0 5550100007"), CallFilter(number: "550102"),
        CallFilter(number: "0100"), CallFilter(destination: "0055"), CallFilter(number: "Anonymous"),
        CallFilter(number: "555", direction: "inbound"),
        CallFilter(agent: "agent 3", number: "18005550103"),
        CallFilter(direction: "inbound"), CallFilter(direction: "OUTDIAL"),
        CallFilter(minimumDuration: .seconds(100)), CallFilter(minimumDuration: .seconds(1200)),
        CallFilter(agent: "agent 3", direction: "outdial"), CallFilter(agent: "agent 3", queue: "queue 3"),
        CallFilter(queue: "queue 2", destination: "18005550102", minimumDuration: .seconds(10)),
        CallFilter(agent: "nobody"), CallFilter(origin: "1"), CallFilter(direction: "sideways"),
        CallFilter(minimumDuration: .seconds(99_999_999)), CallFilter(agent: "' OR 1=1 --"),
    ]

    @Test func `a filter finds what passes it, by an index or by a walk, in any window`() async throws {
        try await Fixture.with { fixture in
            let calls = try await fixture.manyCalls()
            let window = (Fixture.morning + .seconds(5))..<(Fixture.morning + .seconds(20))
            for filter in Self.filters {
                let expected = calls.filter { filter.matches($0.facts) }.map(\.id)
                for most in [0, 3, CallSearch.maxCandidates] {
                    #expect(try await fixture.found(filter, most) == expected, "\(filter), \(most)")
                    let inWindow = calls.filter { expected.contains($0.id) && window.contains($0.createdTime) }.map(
                        \.id
                    )
                    #expect(try await fixture.found(filter, most, window: window) == inWindow, "\(filter), \(most)")
                    #expect(try await fixture.found(filter, most, day: Fixture.today.next) == [])
                }
            }
            let some = Self.filters.filter { filter in calls.contains { filter.matches($0.facts) } }
            #expect(some.count == 28, "most filters are to find something")
        }
    }

    @Test func `a search that finds thousands comes in batches and in order`() async throws {
        try await Fixture.with { fixture in
            let numbers = Array(1...1234)
            _ = try await fixture.list(try numbers.map { try Fixture.call($0 % 10 + 1, task: $0) })
            let expected = try numbers.filter { $0 % 10 + 1 == 4 }.map { try Fixture.taskID($0) }
            for most in [0, CallSearch.maxCandidates] {
                #expect(try await fixture.found(CallFilter(queue: "Queue 4"), most) == expected)
                #expect(try await fixture.found(CallFilter(direction: "inbound"), most).count == 1234)
            }
        }
    }

    /// By an index or in order of time, never by a table scan, for each filter.
    @Test(arguments: filters)
    func `no filter walks through the tasks`(_ filter: CallFilter) async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.manyCalls()
            let statements = try await fixture.trace { _ = try await fixture.found(filter, CallSearch.maxCandidates) }
            // Reading one row at an end of an index is not a scan.
            for statement in statements where statement.contains("task") && !statement.isOfIndexEnds {
                let plan = try await fixture.plan(of: statement)
                let steps = plan.filter { $0.hasPrefix("SCAN") || $0.contains("task_by_time (organization=?)") }
                let allowed = [
                    "SCAN organization", "SCAN json_each", "SCAN CONSTANT ROW", "SCAN (", "SCAN call_profile",
                    "SCAN call_number_run",
                ]
                let isWalk = steps.contains { step in !allowed.contains { step.hasPrefix($0) } }
                // If only a short duration is asked for, matches are found on the way.
                let isShort = filter.minimumDuration.map { $0 < .seconds(600) } ?? false
                #expect(
                    !isWalk || (isShort && filter == CallFilter(minimumDuration: filter.minimumDuration)),
                    "\(plan)"
                )
            }
        }
    }

    @Test func `what no profile has room for is in the row, and is found there`() async throws {
        try await Fixture.with { fixture in
            try await fixture.manifest.write { db in
                try db.execute(sql: "INSERT INTO call_profile (row) VALUES (?)", arguments: [CallProfile.limit])
            }
            let calls = try await fixture.manyCalls()
            let profiles = try await run("sqlite3", [fixture.path, "SELECT count(*) FROM call_profile"])
            #expect(profiles == "1\n")
            for filter in Self.filters {
                let expected = calls.filter { filter.matches($0.facts) }.map(\.id)
                for most in [0, CallSearch.maxCandidates] {
                    #expect(try await fixture.found(filter, most) == expected, "\(filter), \(most)")
                }
            }
            let readable = try await run(
                "sqlite3",
                [
                    fixture.path,
                    "SELECT agent, agent_id, origin, destination FROM calls_readable ORDER BY task_id LIMIT 1",
                ]
            )
            #expect(readable == "Agent 2|cccccccc-0000-4000-8000-000000000002|+15550100001|+18005550102\n")
        }
    }

    @Test func `outcomes beyond the limit are left out of the manifest`() async throws {
        try await Fixture.with { fixture in
            try await fixture.manifest.write { db in
                try db.execute(sql: "INSERT INTO call_outcome (row, source) VALUES (4096, 2)")
            }
            _ = try await fixture.list([try Fixture.call(1), try Fixture.call(2)])
            #expect(try await fixture.facts(1).wrapUp == nil)
            #expect(try await fixture.facts(2).agent?.name == "Agent 2")
            #expect(try await run("sqlite3", [fixture.path, "SELECT count(*) FROM call_outcome"]) == "2\n")
        }
    }

    @Test(arguments: [
        "+15550100001", "+1", "+999999999999999", "+9999999999999999", "1001", "15550100001", "0049301234", "+049", "",
        "+", "-5", "0", "+0", "anonymous", "a@example.com", "sip:+1@example.com", "+1 555", "１２３", "999999999999999",
    ])
    func `numbers come back as they were`(_ text: String) {
        #expect(StoredNumber.text(StoredNumber.value(text)) == text)
    }

    @Test func `the rules hold against a person with sqlite3`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.call(1)])
            for statement in [
                "UPDATE task SET call_profile = 77", "UPDATE task SET call_profile = 'Ada'",
                "UPDATE task SET call_profile = x'00'", "UPDATE task SET call_outcome = 77",
                "UPDATE task SET call_outcome = NULL", "UPDATE task SET call_duration_ms = -1",
                "UPDATE task SET call_number = x'00'", "UPDATE call_profile SET agent = NULL",
                "DELETE FROM call_profile", "UPDATE call_party SET name = 'Bob'", "DELETE FROM call_party",
                "UPDATE call_outcome SET source = 1", "DELETE FROM call_outcome",
                "INSERT INTO call_party (id, name) SELECT id, name FROM call_party",
                "INSERT INTO call_party (id) VALUES (x'00')", "INSERT INTO call_party (name) VALUES ('')",
                "INSERT INTO call_outcome (source) VALUES (3)",
                "INSERT INTO call_profile (agent, queue, direction, line) "
                    + "SELECT agent, queue, direction, line FROM call_profile",
            ] {
                let error = await #expect(throws: ProgramFailed.self) {
                    try await run("sqlite3", [fixture.path, "PRAGMA foreign_keys = ON; \(statement)"])
                }
                #expect(error?.output.contains("19)") == true, "\(statement): \(error?.output ?? "")")
            }
            #expect(try await fixture.manifest.faults() == [])
        }
    }
}

extension Fixture {
    /// A call with agent, queue and numbers derived from its number.
    static func call(
        _ number: Int,
        task: Int? = nil,
        direction: String = "inbound",
        customer: String? = nil,
        minutes: Int = 3,
        status: String = "completed"
    ) throws -> ListedTask {
        let created = morning + .seconds(task ?? number)
        let customer = customer ?? "+15550100\(String(1000 + number).dropFirst())"
        let line = "+18005550\(100 + number % 3 + (number % 3 == 0 ? 3 : 0))"
        let (origin, destination) = direction == "inbound" ? (customer, line) : (line, customer)
        let json = """
            {"id":"\(try taskID(task ?? number))","attributes":{"owner":{"id":"\(try party(number))",\
            "name":"Agent \(number)"},"queue":{"id":"q\(number)","name":"Queue \(number)"},"status":"\(status)",\
            "createdTime":\(created.millisecondsSince1970),\
            "lastUpdatedTime":\((created + .minutes(minutes)).millisecondsSince1970),\
            "origin":"\(origin)","destination":"\(destination)","direction":"\(direction)",\
            "reasonCode":"Reason \(number)"}}
            """
        return try self.task(task ?? number, status: status, json: json)
    }

    static func party(_ number: Int) throws -> String {
        try taskID(number).description.replacing("aaaaaaaa", with: "cccccccc")
    }

    /// What Search says about the task with this number.
    static func searched(_ number: Int, site: Int = 1, seconds: Int = 61) throws -> SearchedTask {
        let json = """
            {"id":"\(try taskID(number))","lastSite":{"id":"s\(site)","name":"Site \(site)"},\
            "lastTeam":{"id":"t\(site)","name":"Team \(site)"},"totalDuration":\(seconds * 1000),\
            "terminationType":"normal"}
            """
        return SearchedTask(id: try taskID(number), json: ProviderJSON(redacted: json))
    }

    func search(_ numbers: [Int]) async throws -> Int {
        try await manifest.noteSearched(try numbers.map { try Self.searched($0) }, organization: acme)
    }

    func facts(_ number: Int) async throws -> CallFacts {
        let id = try Self.taskID(number)
        return try await manifest.read { db in
            let row = try KnownTask.find(id, organization: 1, in: db)?.row ?? 0
            return try StoredCall.find(row, in: db)?.facts ?? CallFacts()
        }
    }

    /// Forty calls of all kinds, some of which Search knows.
    fileprivate func manyCalls() async throws -> [(id: TaskID, createdTime: Timestamp, facts: CallFacts)] {
        var tasks: [ListedTask] = []
        for number in 1...40 {
            let customer = [39: "customer39@example.com", 38: "1001", 37: "anonymous"][number]
            tasks.append(
                try Self.call(
                    number % 5 + 1,
                    task: number,
                    direction: number % 4 == 0 ? "outdial" : "inbound",
                    customer: customer ?? "+15550100\(String(1000 + number).dropFirst())",
                    minutes: number
                )
            )
        }
        _ = try await list(tasks)
        let rows = try (1...10).map { try Self.searched($0, site: $0 % 2 + 1, seconds: $0 * 200) }
        #expect(try await manifest.noteSearched(rows, organization: acme) == 10)
        let searched = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.json) })
        return tasks.map { task in
            let facts = CallFacts(task: task.json)
            return (
                task.id, task.createdTime,
                searched[task.id].map { facts.overlaid(with: CallFacts(search: $0)) } ?? facts
            )
        }
    }

    /// The tasks that `list` returns: all of them are gaps here.
    func found(
        _ filter: CallFilter,
        _ maxCandidates: Int,
        window: Range<Timestamp>? = nil,
        day: ArchiveDay? = nil
    ) async throws -> [TaskID] {
        let filter = ListFilter(organization: acme, day: day, window: window, call: filter)
        let rows = manifest.entries(filter, at: Self.standpoint(), maxCandidates: maxCandidates)
        return try await rows.collected().map { row in
            switch row {
            case .gap(let gap): gap.taskID
            case .recording(let row): row.key.taskID
            }
        }
    }
}
