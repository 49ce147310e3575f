import Foundation
import GRDB
import Recordings
import Testing

@testable import Manifest

/// How the facts of calls are kept over their lives: requested, recorded, sealed, rebuilt.
@Suite struct CallKeepingTests {
    private static let day = morning..<(morning + .hours(24))
    private static let morning = Fixture.morning

    private func due(_ fixture: Fixture, sealedSince: Timestamp = morning) async throws -> [Range<Timestamp>] {
        try await fixture.manifest.spansToSearch(
            organization: fixture.acme,
            window: Self.day,
            sealedSince: sealedSince,
            gap: .seconds(10)
        )
    }

    private func span(_ first: Int, _ last: Int) -> Range<Timestamp> {
        (Self.morning + .seconds(first))..<(Self.morning + .seconds(last) + .milliseconds(1))
    }

    @Test func `Search is asked only if calls are over and it has said nothing`() async throws {
        try await Fixture.with { fixture in
            #expect(try await due(fixture) == [])
            _ = try await fixture.list(
                try [1, 5, 30, 31].map { try Fixture.call($0) } + [try Fixture.call(60, status: "assigned")]
            )
            #expect(try await due(fixture) == [span(1, 5), span(30, 31)])
            #expect(try await fixture.search([1, 5, 30, 77]) == 3)
            #expect(try await due(fixture) == [span(31, 31)])
            #expect(try await fixture.search([1, 5]) == 0, "told once is enough")
            try await fixture.manifest.noteNotFoundInSearch(organization: fixture.acme, span: span(31, 31))
            #expect(try await due(fixture) == [])
            #expect(try await fixture.facts(31).agent?.name == "Agent 31")
            _ = try await fixture.list([try Fixture.call(60)])
            #expect(try await due(fixture) == [span(60, 60)], "it is over now")
        }
    }

    @Test func `a task that changed is asked about again, and what was said is kept until then`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.call(1, status: "abandoned")])
            _ = try await fixture.search([1])
            _ = try await fixture.list([try Fixture.call(1)])
            #expect(try await due(fixture) == [span(1, 1)])
            #expect(try await fixture.facts(1).site?.name == "Site 1")
            try await fixture.manifest.noteNotFoundInSearch(organization: fixture.acme, span: span(1, 1))
            #expect(try await due(fixture) == [])
            let source = try await run("sqlite3", [fixture.path, "SELECT source, site FROM calls_readable"])
            #expect(source == "search|Site 1\n")
        }
    }

    @Test func `a task that only another source named gets its facts from Search`() async throws {
        try await Fixture.with { fixture in
            let named = NamedTask(id: try Fixture.taskID(1), time: Self.morning, channelType: "telephony")
            try await fixture.manifest.noteNamed(
                [named],
                by: "agent activities",
                organization: fixture.acme,
                day: Fixture.day,
                now: Self.morning + .hours(1)
            )
            #expect(try await due(fixture) == [span(0, 0)])
            #expect(try await fixture.search([1]) == 1)
            #expect(try await fixture.facts(1).site?.name == "Site 1")
        }
    }

    @Test func `what Search says goes into the archive beside the task, and with a recording that comes later`()
        async throws
    {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.call(1), try Fixture.call(2)])
            _ = try await fixture.search([1])
            let id = try Fixture.taskID(1)
            let work = try await fixture.answer([.capture(Capture(taskID: id, recordings: [try Fixture.captured(id)]))])
            #expect(work.first?.searchJSON == (try Fixture.searched(1).json))
            #expect(work.first?.taskJSON == (try Fixture.call(1).json))
            try await fixture.store(work)
            let (_, tasks) = try await fixture.seal()
            #expect(tasks.map(\.searchJSON) == [try Fixture.searched(1).json, nil])
            #expect(tasks.map(\.json) == [try Fixture.call(1).json, try Fixture.call(2).json])
        }
    }

    @Test func `what Search says of a sealed day waits for the day's next supplement and closes nothing anew`()
        async throws
    {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.call(1), try Fixture.call(2)])
            let id = try Fixture.taskID(1)
            let captured = try Fixture.captured(id)
            try await fixture.store(
                try await fixture.answer([.capture(Capture(taskID: id, recordings: [captured]))])
            )
            try await fixture.seal()
            #expect(try await due(fixture, sealedSince: Self.morning + .hours(24)) == [], "sealed too long ago")
            #expect(try await due(fixture) == [span(1, 2)])
            #expect(try await fixture.search([1]) == 1)
            #expect(try await fixture.facts(1).site?.name == "Site 1")
            #expect(try await fixture.facts(1).agent?.name == "Agent 1")
            let open = try await fixture.manifest.daysToSeal(
                organization: fixture.acme,
                before: Fixture.today.next.next
            )
            #expect(open == [])
            let (_, tasks) = try await fixture.seal()
            #expect(tasks.map(\.id) == [id])
            #expect(tasks.map(\.json) == [nil])
            #expect(tasks.map(\.searchJSON) == [try Fixture.searched(1).json])
        }
    }

    @Test func `facts do not touch the record of a closed day`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.call(1, status: "abandoned")])
            try await fixture.manifest.write { db in
                try db.execute(
                    sql: "INSERT INTO day_close (organization, day, record, is_current) VALUES (1, ?, '{}', 1)",
                    arguments: [Fixture.today.stored]
                )
            }
            _ = try await fixture.search([1])
            #expect(try await run("sqlite3", [fixture.path, "SELECT is_current FROM day_close"]) == "1\n")
            _ = try await fixture.list([try Fixture.call(1)])
            #expect(try await run("sqlite3", [fixture.path, "SELECT is_current FROM day_close"]) == "0\n")
        }
    }

    @Test func `a rebuilt manifest has the same calls`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list(
                try (1...9).map { try Fixture.call($0, direction: $0 % 2 == 0 ? "outdial" : "inbound") }
            )
            _ = try await fixture.search([1, 2, 3])
            let works = try (1...3).map { try Fixture.taskID($0) }.map { id in
                TaskAnswer.capture(Capture(taskID: id, recordings: [try Fixture.captured(id)]))
            }
            let entries = try await fixture.store(try await fixture.answer(works))
            let (first, tasks) = try await fixture.seal()
            // Late for one, and another that is listed again, with another agent and without what Search said.
            _ = try await fixture.search([4])
            _ = try await fixture.list([try Fixture.call(12, task: 2, status: "abandoned")])
            let (second, later) = try await fixture.seal()
            #expect(later.count == 2)
            let calls = "SELECT * FROM calls_readable ORDER BY task_id"
            let before = try await run("sqlite3", [fixture.path, calls])
            #expect(before.split(separator: "\n").count == 9)

            let rebuilt = try Manifest.create(path: fixture.path + ".rebuilt")
            for (archive, tasks, entries) in [(first, tasks, entries), (second, later, [])] {
                _ = try await rebuilt.restore(
                    archive,
                    organizationID: fixture.acmeID,
                    tasks: Listed(tasks),
                    recordings: Listed(entries),
                    schedule: AskSchedule(),
                    now: Self.morning + .hours(72)
                )
            }
            #expect(try await run("sqlite3", [rebuilt.path, calls]) == before)
            #expect(try await rebuilt.faults() == [])
            try rebuilt.close()
        }
    }
}

/// Values in memory, as input of `restore`.
struct Listed<Element: Sendable>: AsyncSequence, Sendable {
    let elements: [Element]

    init(_ elements: [Element]) {
        self.elements = elements
    }

    func makeAsyncIterator() -> Iterator { Iterator(rest: elements[...]) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: ArraySlice<Element>

        mutating func next() async throws -> Element? { rest.popFirst() }
    }
}
