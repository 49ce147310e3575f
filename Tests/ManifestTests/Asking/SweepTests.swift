import GRDB
import Recordings
import Testing

@testable import Manifest

/// The two sweeps with which a pass visits the tasks that it asks about.
@Suite struct SweepTests {
    @Test func `tasks are due once they are over, the longest known first`() async throws {
        try await Fixture.with { fixture in
            let tasks = [
                try Fixture.task(3), try Fixture.task(1), try Fixture.task(2, request: .notRequested),
                try Fixture.task(4, request: .undetermined), try Fixture.task(5, status: "assigned"),
            ]
            _ = try await fixture.list(tasks)
            func due(_ after: Duration, window: Range<Timestamp>? = nil) async throws -> [Int] {
                try await fixture.numbers(of: fixture.open(dueBy: Fixture.morning + after, window: window))
            }
            #expect(try await due(.minutes(1)) == [])
            #expect(try await due(.seconds(181)) == [1], "due at that very moment")
            #expect(try await due(.hours(1)) == [3, 1, 4])
            #expect(try await due(.hours(25)) == [3, 1, 4, 5])
            let window = (Fixture.morning + .seconds(3))..<(Fixture.morning + .seconds(5))
            #expect(try await due(.hours(25), window: window) == [3, 4], "from its first moment to before its last")
        }
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func `a sweep meets each due task once, also those that are noted meanwhile`(limit: Int) async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list(try (1...10).map { try Fixture.task($0) })
            let now = Fixture.morning + .hours(3)
            var noted = 10
            var met: [Int] = []
            var cursor: SweepCursor?
            while met.count < 100 {
                // A task that was answered may be due again, behind the cursor; it stays there.
                let dueBy = now + .hours(1) * met.count
                let batch = try await fixture.open(dueBy: dueBy, after: cursor, limit: limit)
                #expect(batch.count <= limit)
                guard let last = batch.last else { break }
                cursor = last.cursor
                met += try fixture.numbers(of: batch)
                _ = try await fixture.answer(
                    batch.map { .capture(Capture(taskID: $0.id, recordings: [])) },
                    now: now
                )
                // Listed later, but created before everything that the sweep has passed.
                let new = (noted..<min(noted + 2, 25)).map { $0 + 1 }
                noted += new.count
                _ = try await fixture.list(try new.map { try Fixture.task($0, created: Fixture.morning - .hours($0)) })
            }
            #expect(met == Array(1...noted))
            #expect(noted > 10)
        }
    }

    @Test func `a task that turns due behind the cursor is met by the next sweep`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1, request: .notRequested), try Fixture.task(2)])
            let first = try await fixture.open()
            #expect(try fixture.numbers(of: first) == [2])
            _ = try await fixture.list([try Fixture.task(1)])
            #expect(try await fixture.open(after: first.last?.cursor).isEmpty)
            #expect(try fixture.numbers(of: try await fixture.open()) == [1, 2])
        }
    }

    @Test func `impatience takes what is over and not settled, whatever the schedule says`() async throws {
        try await Fixture.with { fixture in
            let statuses = [
                "completed", "completed", "completed", "abandoned", "assigned", "a word of tomorrow", "completed",
            ]
            _ = try await fixture.list(
                try statuses.enumerated().map { try Fixture.task($0 + 1, status: $1) }
                    + [try Fixture.task(8, request: .notRequested)]
            )
            let asked = Fixture.morning + .hours(2)
            // 1 is answered with nothing, 2 is exhausted, 3 settled, 4 found and not yet confirmed; 7 is due anyway.
            for after in [Duration.hours(200), .hours(201)] { try await fixture.answer(empty: 2, at: after) }
            try await fixture.answer(empty: 1, at: .hours(2))
            for now in [asked, asked + .hours(1)] {
                try await fixture.answer(one: 3, now: now)
            }
            try await fixture.answer(one: 4, now: asked)
            #expect(try await fixture.manifest.tasks(try Fixture.taskID(2)).first?.nextAskTime == nil)
            #expect(try await fixture.manifest.tasks(try Fixture.taskID(2)).first?.asks == 2)
            #expect(try await fixture.manifest.tasks(try Fixture.taskID(3)).first?.asks == nil)

            func open(_ impatientIn: Range<Timestamp>?, window: Range<Timestamp>? = nil) async throws -> [Int] {
                let swept = try await fixture.open(dueBy: asked, impatientIn: impatientIn, window: window)
                return try fixture.numbers(of: swept)
            }
            let all = Fixture.morning..<(Fixture.morning + .hours(1))
            #expect(try await open(nil) == [7])
            #expect(try await open(all) == [1, 2, 4, 7])
            let some = (Fixture.morning + .seconds(2))..<(Fixture.morning + .seconds(4))
            #expect(try await open(some) == [2, 7], "impatience adds to what is due")
            #expect(try await open(some, window: some) == [2], "a window excludes the rest")
            #expect(try await open(all, window: some) == [2])
        }
    }

    @Test func `recordings whose bytes are wanted are met a task at a time`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([4, 2, 9])
            try await fixture.store([work[1]])
            let id = try Fixture.taskID(4)
            let more = try [4, 5, 6].map { try Fixture.captured(id, $0) }
            let found = try await fixture.answer([.capture(Capture(taskID: id, recordings: more))])
            // Wanted at different times, so that any order other than that of tasks would visit the task again.
            for (index, work) in found.enumerated() where index > 0 {
                try await fixture.fail(work, retryNotBefore: Fixture.morning + .hours(10 * index))
            }
            for limit in [1, 2, 100] {
                var met: [Int] = []
                var cursor: SweepCursor?
                while met.count < 100 {
                    let batch = try await fixture.awaiting(before: .hours(50), after: cursor, limit: limit)
                    #expect(batch.count <= limit)
                    guard let last = batch.last else { break }
                    cursor = last.cursor
                    met += try fixture.numbers(of: batch)
                }
                #expect(met == [4, 9])
            }
        }
    }

    @Test func `what is met and handled meanwhile does not move the rest past the cursor`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known(1...9)
            var met: [Int] = []
            var cursor: SweepCursor?
            while met.count < 100,
                let swept = try await fixture.awaiting(before: .hours(2), after: cursor, limit: 1).first
            {
                let number = try #require(try fixture.numbers(of: [swept]).first)
                met.append(number)
                cursor = swept.cursor
                guard number < 10 else { continue }
                switch number % 3 {
                case 0: try await fixture.store([work[number - 1]], now: Fixture.morning + .hours(2))
                case 1: try await fixture.fail(work[number - 1], retryNotBefore: Fixture.morning + .hours(8))
                default: break
                }
                _ = try await fixture.known([number + 10])
            }
            #expect(met == Array(1...9) + Array(11...19))
        }
    }

    @Test func `what became wanted later is left out`() async throws {
        try await Fixture.with { fixture in
            let began = Fixture.morning + .hours(1)
            let work = try await fixture.known(1...2)
            #expect(try await fixture.awaiting(before: .hours(1)).isEmpty, "found by this very pass")
            #expect(try await fixture.awaiting(before: .hours(1) + .milliseconds(1)).count == 2)
            try await fixture.fail(work[0], retryNotBefore: began + .hours(6))
            #expect(try fixture.numbers(of: try await fixture.awaiting(before: .hours(2))) == [2])
            #expect(try fixture.numbers(of: try await fixture.awaiting(before: .hours(8))) == [1, 2])
            let window = (Fixture.morning + .seconds(1))..<(Fixture.morning + .seconds(2))
            #expect(try fixture.numbers(of: try await fixture.awaiting(before: .hours(8), window: window)) == [1])
        }
    }

    @Test func `organizations do not see each other's tasks`() async throws {
        try await Fixture.with { fixture in
            let other = try #require(OrganizationName("other"))
            _ = try await fixture.manifest.register(other, id: try #require(OrganizationID("another one")))
            _ = try await fixture.known([1, 2])
            // The same task ID in both, and one that only the other has.
            let id = try Fixture.taskID(2)
            _ = try await fixture.manifest.noteListed(
                [try Fixture.task(2), try Fixture.task(3)],
                organization: other,
                day: Fixture.day,
                now: Fixture.morning + .hours(1)
            )
            _ = try await fixture.manifest.noteAnswers(
                to: [
                    AnsweredQuestion(
                        [.capture(Capture(taskID: id, recordings: [try Fixture.captured(id)]))],
                        askedTime: Fixture.morning + .hours(1)
                    )
                ],
                organization: other,
                day: Fixture.day,
                schedule: AskSchedule()
            )
            let all = Fixture.morning..<(Fixture.morning + .hours(1))
            for (organization, open, awaiting) in [(fixture.acme, [1, 2], [1, 2]), (other, [2, 3], [2])] {
                let questions = try await fixture.open(of: organization, impatientIn: all)
                #expect(try fixture.numbers(of: questions) == open)
                let tasks = try await fixture.awaiting(of: organization, before: .hours(9))
                #expect(try fixture.numbers(of: tasks) == awaiting)
            }
            let stranger = try #require(OrganizationName("stranger"))
            #expect(await failure { try await fixture.open(of: stranger) } == .unknown)
            #expect(await failure { try await fixture.awaiting(of: stranger, before: .hours(9)) } == .unknown)
        }
    }

    /// Nothing is sorted, so a read costs only what it passes, however much there is.
    @Test func `a sweep continues from its cursor, over unfinished tasks only`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.known(1...5)
            let statements = try await fixture.trace {
                let cursor = try await fixture.open(limit: 2).last?.cursor
                _ = try await fixture.open(impatientIn: Fixture.morning..<Fixture.morning, after: cursor)
                _ = try await fixture.awaiting(before: .hours(9), after: cursor)
            }.filter { $0.contains("ORDER BY") }
            #expect(statements.count == 3)
            for statement in statements {
                let plan = try await fixture.plan(of: statement).filter { !$0.contains("SUBQUERY") }
                let isOfBytes = statement.contains("FROM recording")
                #expect(
                    plan.dropFirst().first
                        == (isOfBytes
                            ? "SEARCH recording USING INDEX recording_wanted (task>?)"
                            : "SEARCH question USING INTEGER PRIMARY KEY (rowid>?)")
                )
                #expect(plan.dropFirst(2).first == "SEARCH task USING INTEGER PRIMARY KEY (rowid=?)")
                #expect(!plan.contains { $0.contains("SCAN") || $0.contains("B-TREE") })
            }
        }
    }
}

extension Fixture {
    fileprivate func open(
        of organization: OrganizationName? = nil,
        dueBy: Timestamp = morning + .hours(1),
        impatientIn: Range<Timestamp>? = nil,
        window: Range<Timestamp>? = nil,
        after cursor: SweepCursor? = nil,
        limit: Int = 100
    ) async throws -> [SweptTask] {
        try await manifest.openQuestions(
            organization: organization ?? acme,
            window: window,
            dueBy: dueBy,
            impatientIn: impatientIn,
            after: cursor,
            limit: limit
        )
    }

    /// - Parameter before: the time after the morning.
    fileprivate func awaiting(
        of organization: OrganizationName? = nil,
        before: Duration,
        window: Range<Timestamp>? = nil,
        after cursor: SweepCursor? = nil,
        limit: Int = 100
    ) async throws -> [SweptTask] {
        try await manifest.tasksAwaitingBytes(
            organization: organization ?? acme,
            window: window,
            wantedBefore: Self.morning + before,
            after: cursor,
            limit: limit
        )
    }

    /// The numbers with which the tasks were created.
    fileprivate func numbers(of swept: [SweptTask]) throws -> [Int] {
        try swept.map { try #require(Int($0.id.description.suffix(12))) }
    }

    fileprivate func answer(empty number: Int, at after: Duration) async throws {
        let capture = Capture(taskID: try Self.taskID(number), recordings: [])
        _ = try await answer([.capture(capture)], now: Self.morning + after)
    }

    fileprivate func answer(one number: Int, now: Timestamp) async throws {
        let id = try Self.taskID(number)
        _ = try await answer([.capture(Capture(taskID: id, recordings: [try Self.captured(id)]))], now: now)
    }

    fileprivate func fail(_ work: RecordingWork, retryNotBefore: Timestamp) async throws {
        let failure = RecordingFailure(row: work.row, reason: "503", attempts: 8, retryNotBefore: retryNotBefore)
        try await manifest.noteFailed(failure, now: Self.morning + .hours(1))
    }
}
