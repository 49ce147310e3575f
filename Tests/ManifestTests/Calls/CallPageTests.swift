import Recordings
import Testing

@testable import Manifest

@Suite struct CallPageTests {
    /// Two organizations, of which some calls were created in the same millisecond.
    private static func with(_ body: (Fixture, OrganizationName) async throws -> Void) async throws {
        try await Fixture.with { fixture in
            let other = try #require(OrganizationName("aaa"))
            _ = try await fixture.manifest.register(other, id: try #require(OrganizationID("of-the-other")))
            for (organization, numbers) in [(fixture.acme, 1...140), (other, 100...200)] {
                let tasks = try numbers.map { number in
                    // Seven of them in each second.
                    try Fixture.task(number, created: Fixture.morning + .seconds(number / 7))
                }
                _ = try await fixture.manifest.noteListed(
                    tasks,
                    organization: organization,
                    day: Fixture.day,
                    now: Fixture.morning
                )
            }
            try await body(fixture, other)
        }
    }

    private static func pages(
        _ fixture: Fixture,
        _ organizations: [OrganizationName],
        _ filter: ListFilter = ListFilter(),
        limit: Int,
        maxExamined: Int = Manifest.maxExamined
    ) async throws -> [[CallRow]] {
        let standpoints = Dictionary(uniqueKeysWithValues: organizations.map { ($0, Fixture.standpoint()) })
        var (pages, cursor) = ([[CallRow]](), CallCursor?.none)
        repeat {
            let page = try await fixture.manifest.callPage(
                filter,
                at: standpoints,
                after: cursor,
                limit: limit,
                maxExamined: maxExamined
            )
            #expect(page.next != cursor || page.next == nil)
            pages.append(page.calls)
            cursor = page.next
        } while cursor != nil && pages.count < 1000
        return pages
    }

    /// All calls by another way, in the order of pages.
    private static func all(
        _ fixture: Fixture,
        _ organizations: [OrganizationName],
        _ filter: ListFilter = ListFilter()
    ) async throws -> [CallRow] {
        var all: [CallRow] = []
        for organization in organizations {
            var filter = filter
            filter.organization = organization
            all += try await fixture.manifest.calls(filter, at: Fixture.standpoint()).collected()
        }
        return all.sorted { lhs, rhs in
            if lhs.createdTime != rhs.createdTime { return lhs.createdTime > rhs.createdTime }
            if lhs.organization != rhs.organization { return lhs.organization < rhs.organization }
            return lhs.taskID.description > rhs.taskID.description
        }
    }

    @Test(arguments: [1, 2, 6, 7, 8, 50, 240, 241, 242, 1000])
    func `pages have every call once, the newest first`(_ limit: Int) async throws {
        try await Self.with { fixture, other in
            for organizations in [[fixture.acme, other], [fixture.acme], [other], []] {
                let pages = try await Self.pages(fixture, organizations, limit: limit)
                let all = try await Self.all(fixture, organizations)
                #expect(pages.flatMap(\.self) == all)
                #expect(pages.dropLast().allSatisfy { $0.count == limit })
                #expect(pages.count == max(1, (all.count + limit - 1) / limit))
            }
        }
    }

    @Test func `pages end early if few calls match, and the next one continues`() async throws {
        try await Self.with { fixture, other in
            let organizations = [fixture.acme, other]
            for maxExamined in [1, 3, 10] {
                let pages = try await Self.pages(fixture, organizations, limit: 20, maxExamined: maxExamined)
                #expect(pages.flatMap(\.self) == (try await Self.all(fixture, organizations)))
            }
        }
    }

    @Test func `pages have what passes a filter`() async throws {
        try await Self.with { fixture, other in
            let organizations = [fixture.acme, other]
            let window = (Fixture.morning + .seconds(15))..<(Fixture.morning + .seconds(18))
            let filters =
                [
                    ListFilter(window: window), ListFilter(day: Fixture.today), ListFilter(day: Fixture.today.next),
                    ListFilter(task: try Fixture.taskID(120)), ListFilter(state: .recording(.pending)),
                    ListFilter(state: .recording(.archived)), ListFilter(window: window, state: .gap),
                    ListFilter(call: CallFilter(agent: "nobody")), ListFilter(call: CallFilter(number: "5550100001")),
                    ListFilter(window: window, call: CallFilter(minimumDuration: .seconds(100))),
                ] + Self.states.map { ListFilter(state: $0) }
            for filter in filters {
                let pages = try await Self.pages(fixture, organizations, filter, limit: 4)
                #expect(pages.flatMap(\.self) == (try await Self.all(fixture, organizations, filter)), "\(filter)")
            }
        }
    }

    private static let states: [ListFilter.State] = [
        .recording(.pending), .recording(.stored), .recording(.archived), .recording(.failed), .recording(.damaged),
        .suspect,
        .missing, .explained, .gap,
    ]

    /// Calls of many agents, queues, numbers and lengths, with recordings in most states.
    private static func withEverything(_ body: (Fixture) async throws -> Void) async throws {
        try await Fixture.with { fixture in
            let tasks = try (1...300).map { number in
                try Fixture.call(
                    number % 9 + 1,
                    task: number,
                    direction: number % 5 == 0 ? "outdial" : "inbound",
                    customer: number % 11 == 0 ? "anonymous" : "+1555010\(1000 + number * 7 % 300)",
                    minutes: number % 40
                )
            }
            _ = try await fixture.list(tasks)
            let answered = try (1...200).map { number in
                let id = try Fixture.taskID(number)
                return TaskAnswer.capture(Capture(taskID: id, recordings: [try Fixture.captured(id, number)]))
            }
            let work = try await fixture.answer(answered)
            try await fixture.store(Array(work[..<100]))
            try await fixture.seal()
            try await fixture.store(Array(work[100..<150]))
            for failed in work[150..<160] {
                let failure = RecordingFailure(
                    row: failed.row,
                    code: .purgedUpstream,
                    reason: "gone",
                    attempts: 1,
                    retryNotBefore: Fixture.morning
                )
                try await fixture.manifest.noteFailed(failure, now: Fixture.morning + .hours(1))
            }
            for number in [151, 155, 160] { _ = try await fixture.explain(number) }
            try await body(fixture)
        }
    }

    /// Each filter alone, and with each other.
    private static var filters: [ListFilter] {
        let calls = [
            CallFilter(agent: "Agent 3"), CallFilter(queue: "queue 4"), CallFilter(number: "1555010"),
            CallFilter(number: "0112"), CallFilter(number: "anonymous"), CallFilter(number: "18005550102"),
            CallFilter(direction: "outdial"), CallFilter(minimumDuration: .seconds(1500)), CallFilter(agent: "nobody"),
        ]
        let day = ListFilter(day: Fixture.today)
        let window = ListFilter(window: (Fixture.morning + .seconds(60))..<(Fixture.morning + .seconds(200)))
        let alone = calls.map { ListFilter(call: $0) } + states.map { ListFilter(state: $0) } + [day, window]
        return alone + alone.flatMap { one in alone.map { one.joined($0) } }
    }

    @Test func `any two filters together give each call once, however early a page ends`() async throws {
        try await Self.withEverything { fixture in
            for filter in Self.filters {
                var due = filter
                due.organization = fixture.acme
                let calls = try await fixture.manifest.calls(due, at: Fixture.standpoint()).collected()
                let expected = Array(calls.map(\.taskID).reversed())
                for (limit, maxExamined) in [(7, Manifest.maxExamined), (50, 40), (1000, 1000)] {
                    let found = try await fixture.paged(filter, limit: limit, maxExamined: maxExamined)
                    #expect(found == expected, "\(filter), \(limit), \(maxExamined)")
                }
            }
        }
    }

    /// The work for one page is bounded, whatever passes: most pages of a search for nothing are empty.
    @Test func `a page that finds nothing ends early, and says where the next one begins`() async throws {
        try await Self.with { fixture, _ in
            let standpoints = [fixture.acme: Fixture.standpoint()]
            let filter = ListFilter(call: CallFilter(minimumDuration: .seconds(59)))
            let page = try await fixture.manifest.callPage(filter, at: standpoints, limit: 10, maxExamined: 20)
            #expect(page.calls.isEmpty)
            let next = try #require(page.next)
            #expect(next.createdTime < Fixture.morning + .seconds(19))
            #expect(next.createdTime > Fixture.morning + .seconds(10))
        }
    }

    @Test func `calls that come while a search is read are neither skipped nor given twice`() async throws {
        try await Self.withEverything { fixture in
            for filter in [
                ListFilter(call: CallFilter(number: "5550")), ListFilter(call: CallFilter(agent: "Agent 3")),
            ] {
                let before = try await fixture.paged(filter, limit: 1000)
                var (found, cursor, number) = ([TaskID](), CallCursor?.none, 1000)
                repeat {
                    let page = try await fixture.manifest.callPage(
                        filter,
                        at: [fixture.acme: Fixture.standpoint()],
                        after: cursor,
                        limit: 9,
                        maxExamined: 300
                    )
                    found += page.calls.map(\.taskID)
                    cursor = page.next
                    // Some are newer than what was read, some older.
                    _ = try await fixture.list(
                        try [number, number + 1].map { number in
                            var task = try Fixture.call(3, task: number)
                            task.createdTime = Fixture.morning + .seconds(number % 2 == 0 ? 4000 : 1)
                            return task
                        }
                    )
                    number += 2
                } while cursor != nil && number < 1800
                #expect(Set(found).count == found.count)
                #expect(found.filter(Set(before).contains) == before)
            }
        }
    }

    @Test func `a page is not disturbed by calls that come meanwhile`() async throws {
        try await Self.with { fixture, _ in
            let standpoints = [fixture.acme: Fixture.standpoint()]
            let first = try await fixture.manifest.callPage(at: standpoints, limit: 70)
            _ = try await fixture.manifest.noteListed(
                [try Fixture.task(900)],
                organization: fixture.acme,
                day: Fixture.day,
                now: Fixture.morning
            )
            let second = try await fixture.manifest.callPage(at: standpoints, after: first.next, limit: 70)
            #expect(Set((first.calls + second.calls).map(\.taskID)).count == 140)
            #expect(second.next == nil)
        }
    }
}

extension ListFilter {
    /// What passes both, as far as they have different conditions.
    fileprivate func joined(_ other: ListFilter) -> ListFilter {
        ListFilter(
            day: day ?? other.day,
            window: window ?? other.window,
            state: state ?? other.state,
            call: CallFilter(
                agent: call.agent ?? other.call.agent,
                queue: call.queue ?? other.call.queue,
                number: call.number ?? other.call.number,
                direction: call.direction ?? other.call.direction,
                minimumDuration: call.minimumDuration ?? other.call.minimumDuration
            )
        )
    }
}
