import Foundation
import GRDB
import Recordings
import Synchronization
import Testing

@testable import Manifest

@Suite struct ListTests {
    @Test func `rows come in order, filtered, and streamed in batches`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known(1...1100)
            try await fixture.store(Array(work.prefix(600)))
            try await fixture.seal()
            try await fixture.store(Array(work[600..<700]))
            _ = try await fixture.list([try Fixture.task(2000)])
            let other = try #require(OrganizationName("aaa"))
            _ = try await fixture.manifest.register(other, id: try #require(OrganizationID("of-the-other")))
            _ = try await fixture.manifest.noteListed(
                [try Fixture.task(5)],
                organization: other,
                day: Fixture.day,
                now: Fixture.morning
            )
            let all = try await fixture.rows()
            #expect(all.count == 1102)
            guard case .gap(let first) = all[0], case .gap(let last) = all[1101] else {
                throw ProgramFailed(program: "entries", output: "no gaps at the ends")
            }
            #expect(first.organization == other)
            #expect(last.taskID == (try Fixture.taskID(2000)))
            #expect(try await fixture.recordings().map(\.key.taskID) == work.map(\.captured.key.taskID))

            func count(_ filter: ListFilter) async throws -> Int { try await fixture.rows(filter).count }
            #expect(try await count(ListFilter(state: .recording(.archived))) == 600)
            #expect(try await count(ListFilter(state: .recording(.stored))) == 100)
            #expect(try await count(ListFilter(state: .recording(.pending))) == 402, "gaps that may still fill, too")
            #expect(try await count(ListFilter(state: .missing)) == 0)
            #expect(try await count(ListFilter(state: .recording(.failed))) == 0)
            #expect(try await count(ListFilter(state: .gap)) == 2)
            #expect(try await count(ListFilter(organization: other)) == 1)
            #expect(try await count(ListFilter(organization: OrganizationName("nobody"))) == 0)
            #expect(try await count(ListFilter(day: Fixture.today)) == 1102)
            #expect(try await count(ListFilter(day: Fixture.today.next)) == 0)
            let window = (Fixture.morning + .seconds(5))..<(Fixture.morning + .seconds(8))
            #expect(try await count(ListFilter(organization: fixture.acme, window: window)) == 3)
            #expect(try await count(ListFilter(task: try Fixture.taskID(5))) == 2)
            #expect(try await count(ListFilter(task: try Fixture.taskID(5), state: .gap)) == 1)
            #expect(try await count(ListFilter(task: TaskID("' OR 1=1 --"))) == 0)
            let members = fixture.manifest.archivedRecordings(in: try #require(ArchiveName("acme-2025-11-20-001")))
            #expect(try await members.collected().count == 600)
            let none = fixture.manifest.archivedRecordings(in: try #require(ArchiveName("zzz-2025-11-20-001")))
            #expect(try await none.collected().isEmpty)
        }
    }

    @Test func `a task's recordings are found by its ID`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known(1...3))
            let rows = try await fixture.manifest.recordings(of: try Fixture.taskID(2))
            #expect(rows.count == 1)
            #expect(rows.first?.held?.archive == ArchiveName("acme-2025-11-20-001"))
            let upper = try #require(TaskID(try Fixture.taskID(2).description.uppercased()))
            #expect(try await fixture.manifest.recordings(of: upper).count == 1, "the same UUID in capitals")
        }
    }

    @Test func `identifiers of any shape come back as they were`() async throws {
        try await Fixture.with { fixture in
            let capitals = "AAAAAAAA-0000-4000-8000-000000000001"
            let shapes = [
                "a", capitals, capitals.lowercased(),
                "aaaaaaaa-0000-4000-8000-00000000000g", "aaaaaaaa00004000800000000000000000001",
                "aaaaaaaa-0000-4000-80000-00000000001", "0", "null", "日本語", String(repeating: "x", count: 5000),
                "\u{1}binary", " ", "aaaaaaaa-0000-4000-8000-00000000000１",
            ]
            let tasks = try shapes.map { shape in
                var task = try Fixture.task(1)
                task.id = try #require(TaskID(shape))
                return task
            }
            _ = try await fixture.list(tasks)
            let due = try await fixture.manifest.openQuestions(
                organization: fixture.acme,
                window: nil,
                dueBy: Fixture.morning + .hours(1),
                impatientIn: nil,
                after: nil,
                limit: 100
            )
            // In lower case, the upper-case UUID is the same task, which keeps its first spelling.
            #expect(due.map(\.id.description) == shapes.filter { $0 != capitals.lowercased() })
        }
    }

    @Test func `names beyond the string table are in their rows`() async throws {
        try await Fixture.with { fixture in
            try await fixture.manifest.write { db in
                for number in 0..<StringTable.limitForNames {
                    try db.execute(sql: "INSERT INTO word (text) VALUES (?)", arguments: ["word \(number)"])
                }
            }
            let id = try Fixture.taskID(1)
            let recordings = try [("word 7", 1), ("unique.wav", 2)].map { try Fixture.captured(id, $0.1, file: $0.0) }
            let answer = TaskAnswer.capture(Capture(taskID: id, recordings: recordings))
            for _ in 0..<2 { #expect(try await fixture.answer([answer]).count == 2) }
            #expect(Set(try await fixture.recordings().map(\.key)) == Set(recordings.map(\.key)))
            let text = try await run(
                "sqlite3",
                [
                    fixture.path, "SELECT group_concat(provider_file_name) FROM recordings_readable",
                ]
            )
            #expect(text == "word 7,unique.wav\n")
        }
    }

    /// The query plans for a large manifest: by an index, never by a table scan.
    @Test func `no look-up walks through a table`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.known(1...50)
            let statements = try await fixture.trace {
                _ = try await fixture.manifest.recordings(of: try Fixture.taskID(7))
                _ = try await fixture.manifest.tasks(try Fixture.taskID(7))
                _ = try await fixture.rows(ListFilter(task: try Fixture.taskID(7)))
                _ = try await fixture.rows(ListFilter(day: Fixture.today, state: .recording(.pending)))
                _ = try await fixture.rows(ListFilter(state: .gap))
                _ = try await fixture.known([7])
                _ = try await fixture.gaps()
                _ = try await fixture.manifest.dayStatuses(organization: fixture.acme, at: Fixture.standpoint())
                _ = try await fixture.manifest.closingOutlook(fixture.acme)
                _ = try await fixture.manifest.account(fixture.acme, day: Fixture.today, at: Fixture.standpoint())
                let days = Fixture.today...Fixture.today
                _ = try await fixture.manifest.taskCounts(fixture.acme, days: days)
                _ = try await fixture.manifest.pendingRecordings(
                    fixture.acme,
                    created: Fixture.morning..<(Fixture.morning + .hours(1))
                )
                _ = try await fixture.explain(7)
                _ = try await fixture.manifest.reconciliation(
                    organization: fixture.acme,
                    window: Fixture.morning..<(Fixture.morning + .hours(1)),
                    at: Fixture.standpoint()
                )
                try await fixture.store(try await fixture.known([70]))
                try await fixture.seal()
                let name = try #require(ArchiveName("acme-2025-11-20-001"))
                _ = try await fixture.manifest.archivedRecordings(in: name).collected()
            }
            #expect(statements.count > 30)
            // Reading one row at an end of an index is not a scan.
            for statement in statements where !statement.isOfIndexEnds {
                let plan = try await fixture.plan(of: statement)
                #expect(!plan.contains { $0.hasSuffix("task_by_time (organization=?)") }, "all tasks: \(statement)")
                for step in plan where step.hasPrefix("SCAN") {
                    // Tables that are always small, or have only what is unfinished, may be scanned.
                    let small = [
                        "organization", "archive", "question", "recording USING INDEX recording_wanted",
                        "recording USING COVERING INDEX recording_wanted", "day_close", "damage", "json_each",
                        "reading", "vault_copy USING INDEX vault_copy_waiting", "suspect USING COVERING INDEX",
                        // What is counted up to a limit.
                        "(subquery-",
                    ]
                    let isSmall = small.contains { step.hasPrefix("SCAN \($0)") } || step.contains("CONSTANT ROW")
                    #expect(isSmall, "\(step): \(statement)")
                }
            }
        }
    }
}

extension String {
    /// Whether the statement only reads a row at an end of an index.
    var isOfIndexEnds: Bool {
        self == IndexEnds.strays || hasSuffix("ORDER BY created_time LIMIT 1")
            || hasSuffix("ORDER BY created_time DESC LIMIT 1")
    }
}

extension Fixture {
    /// The statements that `body` runs, each once. Sequential work runs on one connection for reading and one for
    /// writing.
    func trace(_ body: () async throws -> Void) async throws -> Set<String> {
        let seen = Traced()
        try await manifest.write { db in db.trace { seen.add($0.description) } }
        try await manifest.read { db in db.trace { seen.add($0.description) } }
        try await body()
        try await manifest.read { db in db.trace() }
        try await manifest.write { db in db.trace() }
        return seen.statements.filter { statement in
            ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { statement.hasPrefix($0) }
        }
    }

    func plan(of statement: String) async throws -> [String] {
        let text = try await run("sqlite3", [path, "EXPLAIN QUERY PLAN \(statement)"])
        return text.split(separator: "\n").map { $0.drop { "|`-+ ".contains($0) } }.map(String.init)
    }
}

private final class Traced: Sendable {
    private let storage = Mutex<Set<String>>([])
    var statements: Set<String> { storage.withLock { $0 } }
    func add(_ statement: String) { storage.withLock { _ = $0.insert(statement) } }
}
