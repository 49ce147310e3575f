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
            let filters = [
                ListFilter(window: window), ListFilter(day: Fixture.today), ListFilter(day: Fixture.today.next),
                ListFilter(task: try Fixture.taskID(120)), ListFilter(state: .recording(.pending)),
                ListFilter(state: .recording(.archived)), ListFilter(window: window, state: .gap),
                ListFilter(call: CallFilter(agent: "nobody")), ListFilter(call: CallFilter(number: "5550100001")),
            ]
            for filter in filters {
                let pages = try await Self.pages(fixture, organizations, filter, limit: 4)
                #expect(pages.flatMap(\.self) == (try await Self.all(fixture, organizations, filter)), "\(filter)")
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
