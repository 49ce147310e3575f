import Foundation
import GRDB
import Recordings
import Synchronization
import Testing

@testable import Manifest

/// Numbers of all kinds, and every way to find calls by them, compared with reading all of them. A failure names its seed:
/// `CALLARK_TEST_SEED` makes the first one that.
@Suite struct NumberTests {
    private static let seeds: [UInt64] = {
        let first =
            ProcessInfo.processInfo.environment["CALLARK_TEST_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 0...999_999)
        print("numbers of calls: seeds from \(first)")
        return (0..<3).map { first &+ $0 }
    }()

    private static func number(_ random: inout SplitMix) -> String {
        let digits =
            String(Int.random(in: 1...9, using: &random))
            + String(
                (0..<Int.random(in: 0...14, using: &random)).map { _ in "01235".randomElement(using: &random) ?? "0" }
            )
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return digits
        case 1: return "0" + digits
        case 2: return "sip:+\(digits)@10.20.\(digits.count).1234"
        case 3: return "+\(digits.prefix(2)) (\(digits.dropFirst(2).prefix(3))) \(digits.dropFirst(5))"
        case 4:
            return ["anonymous", "Customer\(digits)@example.com", "+", "１２３４", "x"].randomElement(using: &random) ?? ""
        default: return "+" + digits
        }
    }

    /// What a person may type: a part of a number, sometimes grouped, or a text.
    private static func wanted(_ numbers: [String], _ random: inout SplitMix) -> String {
        let number = numbers.randomElement(using: &random) ?? ""
        let digits = Array(NumberPattern.digits(in: number))
        guard digits.count >= 4, Int.random(in: 0..<10, using: &random) > 0 else {
            return number.isEmpty ? "none" : number
        }
        let count = Int.random(in: 4...digits.count, using: &random)
        let first = Int.random(in: 0...(digits.count - count), using: &random)
        let run = digits[first..<(first + count)]
        return Bool.random(using: &random) ? String(run) : "+\(run[first]) (\(String(run.dropFirst())))"
    }

    private static func tasks(_ numbers: [String], days: Int, _ random: inout SplitMix) throws -> [ListedTask] {
        try numbers.enumerated().map { place, number in
            // Over a year, not in the order in which they are listed.
            let created = Fixture.morning - .hours(24 * Int.random(in: 0..<days, using: &random)) + .seconds(place % 7)
            let direction = ["inbound", "outdial"].randomElement(using: &random) ?? ""
            let line = ["+18005550101", "+18005550102", "4711"].randomElement(using: &random) ?? ""
            let (origin, destination) = direction == "inbound" ? (number, line) : (line, number)
            let attributes: [String: Any] = [
                "origin": origin, "destination": destination, "direction": direction, "status": "completed",
                "createdTime": created.millisecondsSince1970,
            ]
            let json = try JSONSerialization.data(withJSONObject: ["attributes": attributes])
            return try Fixture.task(place + 1, created: created, json: String(decoding: json, as: UTF8.self))
        }
    }

    private static func requireFound(
        _ wanted: String,
        among tasks: [ListedTask],
        _ fixture: Fixture,
        _ place: String
    ) async throws {
        for filter in [CallFilter(number: wanted), CallFilter(origin: wanted), CallFilter(destination: wanted)] {
            let expected = Set(tasks.filter { filter.matches(CallFacts(task: $0.json)) }.map(\.id))
            for most in [0, CallSearch.maxCandidates] {
                let found = try await fixture.found(filter, most)
                #expect(Set(found) == expected && found.count == expected.count, "\(place), \(filter), \(most)")
            }
            let paged = try await fixture.paged(ListFilter(call: filter), limit: 7)
            #expect(Set(paged) == expected && paged.count == expected.count, "\(place), \(filter), pages")
        }
    }

    @Test(arguments: seeds)
    func `any four digits of a number find its calls, as reading all of them does`(_ seed: UInt64) async throws {
        try await Fixture.with { fixture in
            var random = SplitMix(state: seed)
            let numbers = (0..<150).map { _ in Self.number(&random) }
            var tasks = try Self.tasks(numbers, days: 400, &random)
            _ = try await fixture.list(tasks)
            for round in 0..<3 {
                for _ in 0..<6 {
                    let wanted = Self.wanted(numbers, &random)
                    try await Self.requireFound(wanted, among: tasks, fixture, "seed \(seed), round \(round)")
                }
                // The provider corrects some of them.
                for place in tasks.indices where Int.random(in: 0..<5, using: &random) == 0 {
                    tasks[place].json = try Self.tasks([Self.number(&random)], days: 1, &random)[0].json
                }
                _ = try await fixture.list(tasks)
                #expect(try await fixture.indexIsRight(), "seed \(seed), round \(round)")
            }
            #expect(try await fixture.manifest.faults() == [])
        }
    }

    @Test(arguments: seeds)
    func `a manifest of the second version gets the index`(_ seed: UInt64) async throws {
        try await Fixture.with { fixture in
            var random = SplitMix(state: seed)
            let tasks = try Self.tasks((0..<80).map { _ in Self.number(&random) }, days: 100, &random)
            let path = fixture.folder.appending(path: "second.sqlite").path
            let queue = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(queue, upTo: "2 leaves")
            try await queue.write { db in
                try db.execute(
                    sql: "INSERT INTO organization (row, name, id) VALUES (1, 'acme', ?)",
                    arguments: [fixture.acmeID.stored]
                )
                for task in tasks {
                    let entry = TaskEntry(task, day: Fixture.day(task.createdTime), json: task.json)
                    _ = try KnownTask.insert(entry, organization: 1, isListed: true, in: db)
                }
            }
            try queue.close()
            try fixture.manifest.close()
            #expect(throws: ManifestError.self) { try Manifest(path: path, mode: .readOnly) }
            let upgrades = Mutex(0)
            @Sendable func open() throws -> Manifest {
                try Manifest(
                    path: path,
                    mode: .readWrite,
                    spool: Fixture.spool,
                    onUpgrade: { upgrades.withLock { $0 += 1 } }
                )
            }
            try open().close()
            let manifest = try open()
            #expect(upgrades.withLock { $0 } == 1, "only the first one takes long")
            let migrated = Fixture(
                folder: fixture.folder,
                manifest: manifest,
                acme: fixture.acme,
                acmeID: fixture.acmeID
            )
            #expect(try await migrated.indexIsRight(), "seed \(seed)")
            for _ in 0..<10 {
                let wanted = Self.wanted(tasks.compactMap { CallFacts(task: $0.json).origin }, &random)
                let filter = ListFilter(call: CallFilter(number: wanted))
                let expected = Set(tasks.filter { filter.call.matches(CallFacts(task: $0.json)) }.map(\.id))
                #expect(Set(try await migrated.paged(filter, limit: 20)) == expected, "seed \(seed): \(wanted)")
            }
            #expect(try await manifest.faults() == [])
            try manifest.close()
        }
    }

    @Test func `a person with sqlite3 keeps the index`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list(try (1...4).map { try Fixture.call($0) })
            for statement in [
                "UPDATE task SET call_number = 15559998888 WHERE row = 1",
                "UPDATE task SET call_number = NULL WHERE row = 2",
                "UPDATE task SET call_number = 'sip:(555) 777 66 66@x' WHERE row = 3",
                "UPDATE task SET created_time = created_time - 3000000000, day = day - 35 WHERE row = 4",
                "DELETE FROM question; DELETE FROM unsealed_task; DELETE FROM task WHERE row = 1",
            ] {
                _ = try await run("sqlite3", [fixture.path, statement])
                #expect(try await fixture.indexIsRight(), "\(statement)")
            }
            #expect(try await fixture.paged(ListFilter(call: CallFilter(number: "577766")), limit: 5).count == 1)
        }
    }
}

extension Fixture {
    /// The tasks of all pages.
    func paged(_ filter: ListFilter, limit: Int, maxExamined: Int = Manifest.maxExamined) async throws -> [TaskID] {
        var (found, cursor) = ([TaskID](), CallCursor?.none)
        repeat {
            let page = try await manifest.callPage(
                filter,
                at: [acme: Self.standpoint()],
                after: cursor,
                limit: limit,
                maxExamined: maxExamined
            )
            #expect(page.calls.count <= limit)
            found += page.calls.map(\.taskID)
            cursor = page.next
        } while cursor != nil && found.count < 100_000
        return found
    }

    /// Whether the index of runs has for each of them as many tasks as the view says.
    fileprivate func indexIsRight() async throws -> Bool {
        try await manifest.write { db in
            try db.execute(sql: "CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, call_number_run, row)")
            defer { try? db.execute(sql: "DROP TABLE temp.held") }
            var held: [String: Int] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT term, doc FROM temp.held") { held[try row[0]] = try row[1] }
            var due: [String: Int] = [:]
            for runs in try String.fetchAll(db, sql: "SELECT runs FROM call_number_runs WHERE runs IS NOT NULL") {
                for run in Set(runs.split(separator: " ")) { due[String(run), default: 0] += 1 }
            }
            return held == due
        }
    }
}
