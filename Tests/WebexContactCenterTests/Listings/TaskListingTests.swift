import Foundation
import Recordings
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct TaskListingTests {
    private let start: Int64 = 1_763_000_000_000

    private func listed(
        _ model: ListingModel,
        hours: Int = 60
    ) async throws -> (pages: [TaskPage], requests: [HTTPRequest]) {
        let test = try TestCenter(
            ScriptedExchange { request, _ in model.respond(to: request) },
            requestsPerMinute: 100_000
        )
        let from = Timestamp(millisecondsSince1970: start)
        return (try await test.pages(from: from, to: from + .hours(hours)), test.exchange.requests)
    }

    private func names(_ pages: [TaskPage]) -> [String] { pages.flatMap(\.tasks).map(\.id.description) }

    private func spread(_ count: Int, over milliseconds: Int64, seed: UInt64 = 1) -> [Int64] {
        var generator = SeededGenerator(state: seed)
        return (0..<count).map { _ in start + Int64.random(in: 0..<milliseconds, using: &generator) }.sorted()
    }

    private static let habits: [(String, ListingModel)] = [
        ("as documented", ListingModel(times: [])),
        ("exclusive from", ListingModel(times: [], fromIsInclusive: false)),
        ("inclusive to", ListingModel(times: [], toIsInclusive: true)),
        ("a cap of 100", ListingModel(times: [], cap: 100)),
        ("a cap of 7", ListingModel(times: [], cap: 7)),
        ("a cap of 100, exclusive from", ListingModel(times: [], cap: 100, fromIsInclusive: false)),
        ("newest first", ListingModel(times: [], isDescending: true)),
        ("newest first, a cap of 100", ListingModel(times: [], cap: 100, isDescending: true)),
        ("no upper bound", ListingModel(times: [], ignoresTo: true)),
        ("413 above 50 rows", ListingModel(times: [], tooLargeAbove: 50)),
        ("413 above 300 rows, exclusive from", ListingModel(times: [], fromIsInclusive: false, tooLargeAbove: 300)),
    ]

    @Test(arguments: habits, [0, 1, 2, 99, 100, 101, 2500])
    func `every task is listed once, whatever the provider's habits`(
        habit: (name: String, model: ListingModel),
        count: Int
    ) async throws {
        var model = habit.model
        model.times = spread(count, over: 60 * 3_600_000, seed: UInt64(count))
        let (pages, _) = try await listed(model)
        #expect(Set(names(pages)) == Set((0..<count).map { "task-\($0)" }))
        #expect(names(pages).count == count)
        #expect(pages.last?.coveredUntil == Timestamp(millisecondsSince1970: start + 60 * 3_600_000))
    }

    @Test(arguments: [true, false], [1000, 40])
    func `tasks crowd into few milliseconds and none is missed`(inclusive: Bool, cap: Int) async throws {
        var generator = SeededGenerator(state: 5)
        let times = (0..<3000).map { _ in start + 5000 + Int64.random(in: 0..<400, using: &generator) }.sorted()
        let (pages, _) = try await listed(ListingModel(times: times, cap: cap, fromIsInclusive: inclusive))
        #expect(Set(names(pages)).count == 3000)
        #expect(names(pages).count == 3000)
        #expect(pages.flatMap(\.anomalies).isEmpty)
    }

    @Test(arguments: [true, false], [1000, 100])
    func `a millisecond that fills a page is never passed over silently`(inclusive: Bool, cap: Int) async throws {
        let crowd = Array(repeating: start + 7_200_000, count: cap + 500)
        let times = [start + 5, start + 6] + crowd + [start + 7_200_001, start + 90_000_000]
        let (pages, _) = try await listed(ListingModel(times: times, cap: cap, fromIsInclusive: inclusive))
        #expect(Set(names(pages)).count == times.count - 500)
        #expect(names(pages).suffix(2) == ["task-\(times.count - 2)", "task-\(times.count - 1)"])
        let anomalies = pages.flatMap(\.anomalies)
        #expect(anomalies.map(\.code) == [.crowdedMillisecond])
        #expect(anomalies.first?.at.millisecondsSince1970 == start + 7_200_000)
    }

    @Test func `what a page says it covers is covered`() async throws {
        let times = spread(5000, over: 30 * 3_600_000)
        let (pages, _) = try await listed(ListingModel(times: times, cap: 300))
        var seen: Set<String> = []
        var covered = Timestamp(millisecondsSince1970: 0)
        for page in pages {
            seen.formUnion(page.tasks.map(\.id.description))
            #expect(page.coveredUntil >= covered)
            covered = page.coveredUntil
            for (place, time) in times.enumerated() where time < covered.millisecondsSince1970 {
                #expect(seen.contains("task-\(place)"))
            }
        }
    }

    @Test func `quiet days cost one request each and days with calls one more`() async throws {
        let (_, quiet) = try await listed(ListingModel(times: []), hours: 24 * 5)
        #expect(quiet.count == 5)
        let (_, busy) = try await listed(ListingModel(times: [start + 1000, start + 2000, start + 9000]), hours: 24)
        try #require(busy.count == 2)
        #expect(busy[0].query["from"] == String(start - 1))
        #expect(busy[1].query["from"] == String(start + 9000))
    }

    @Test func `tasks outside the asked time are told apart, and those on its edge belong to another listing`()
        async throws
    {
        let times = [start - 1, start, start + 86_399_999, start + 86_400_000, start + 86_400_001]
        let (pages, _) = try await listed(ListingModel(times: times, toIsInclusive: true, ignoresTo: true), hours: 24)
        #expect(names(pages) == ["task-1", "task-2"])
        #expect(pages.flatMap(\.strays).map(\.id.description) == ["task-4"])
        #expect(pages.flatMap(\.anomalies).map(\.code) == [.outsideWindow])
        #expect(pages.flatMap(\.anomalies).first?.message.contains("task-4") == true)
    }

    /// The place of a row in the answers, and the creation time that it claims.
    enum Lie: CaseIterable {
        case first, last, everyTime

        func rows(_ rows: [(name: String, time: Int64)], lie: (name: String, time: Int64)) -> [(
            name: String, time: Int64
        )] {
            self == .first ? [lie] + rows : rows + [lie]
        }
    }

    private static let day: Int64 = 86_400_000

    @Test(
        arguments: Lie.allCases,
        [
            1, day, 40 * day, 4_092_595_200_000 - 1_763_000_000_000, 253_402_300_799_999 - 1_763_000_000_000, -2 - day,
            -day * 300,
        ] as [Int64]
    )
    func `a row with a wrong time never advances the listing, and is reported with its ID`(lie: Lie, later: Int64)
        async throws
    {
        var model = ListingModel(times: spread(1200, over: 60 * 3_600_000))
        model.lie = { rows, from, to, isFirst in
            guard isFirst || lie == .everyTime else { return rows }
            return lie.rows(rows, lie: ("liar", to + later))
        }
        let (pages, _) = try await listed(model)
        #expect(Set(names(pages)).subtracting(["liar"]).count == 1200)
        #expect(pages.last?.coveredUntil == Timestamp(millisecondsSince1970: start + 60 * 3_600_000))
        #expect((pages.flatMap(\.tasks) + pages.flatMap(\.strays)).contains { $0.id.description == "liar" })
        let told = pages.flatMap(\.anomalies).filter { $0.message.contains("liar") }
        #expect(!told.isEmpty)
        #expect(told.allSatisfy { $0.tasks.map(\.description) == ["liar"] })
        let latest = TestCenter.now + .hours(25)
        #expect((pages.flatMap(\.tasks) + pages.flatMap(\.strays)).allSatisfy { $0.createdTime < latest })
    }

    @Test(
        arguments: Lie.allCases,
        [(1000, -1), (1000, -3_600_000), (100, -1), (100, -3_600_000)] as [(cap: Int, later: Int64)]
    )
    func `a row whose time is too late within the window hides no task before that time`(
        lie: Lie,
        server: (cap: Int, later: Int64)
    ) async throws {
        var model = ListingModel(times: spread(2500, over: 20 * 3_600_000), cap: server.cap)
        model.lie = { rows, _, to, isFirst in
            isFirst || lie == .everyTime ? lie.rows(rows, lie: ("liar", to + server.later)) : rows
        }
        let (pages, _) = try await listed(model, hours: 20)
        #expect(Set(names(pages)).subtracting(["liar"]).count == 2500)
        #expect(pages.last?.coveredUntil == Timestamp(millisecondsSince1970: start) + .hours(20))
    }

    /// Answers that lead nowhere.
    enum DeadEnd: CaseIterable {
        case sameTasks, noIDs, noIDsWithTimes, everNewOfOneMoment, everNewAndSlow

        func rows(from: Int64, number: Int) -> [ListingModel.Row] {
            switch self {
            case .sameTasks: (0..<1000).map { ("task-\($0)", from + 1) }
            case .noIDs: (0..<1000).map { _ in ("", 0) }
            case .noIDsWithTimes: (0..<1000).map { ("", from + 1 + Int64($0)) }
            case .everNewOfOneMoment: (0..<1000).map { ("task-\(number)-\($0)", from) }
            case .everNewAndSlow: [("task-\(number)", from + 1)]
            }
        }
    }

    @Test(arguments: DeadEnd.allCases)
    func `a listing that makes no progress ends, and names its time`(deadEnd: DeadEnd) async throws {
        var model = ListingModel(times: [])
        let counter = Counter()
        model.lie = { _, from, _, _ in deadEnd.rows(from: from, number: counter.next()) }
        let (pages, requests) = try await listed(model, hours: 24)
        #expect(requests.count < 500)
        let doubts = pages.flatMap(\.anomalies).filter { $0.code == .noProgress || $0.code == .unreadableTask }
        #expect(!doubts.isEmpty)
        // What is not covered is in doubt.
        let end = Timestamp(millisecondsSince1970: start) + .hours(24)
        if let covered = pages.last?.coveredUntil, covered < end {
            #expect(doubts.contains { $0.code == .noProgress && $0.until == end })
        }
    }

    @Test func `one task's invalid text is attributed to that task, and reported with its ID`() async throws {
        let rows = [
            "{\"id\":\"plain\",\"attributes\":{\"createdTime\":\(start + 1)}}",
            "{\"id\":\"tab\",\"attributes\":{\"createdTime\":\(start + 2),\"owner\":{\"id\":\"a\",\"name\":\"A\tB\nC\"}}}",
            "{\"id\":\"nan\",\"attributes\":{\"createdTime\":\(start + 3),\"score\":NaN,}}",
        ]
        let body = #"{"data":[\#(rows.joined(separator: ","))]}"#
        let test = try TestCenter(ScriptedExchange { _, number in number == 0 ? .json(body) : .noTasks })
        let from = Timestamp(millisecondsSince1970: start)
        let pages = try await test.pages(from: from, to: from + .hours(1))
        #expect(names(pages) == ["plain", "tab", "nan"])
        #expect(pages.flatMap(\.tasks)[1].json.description.contains(#""name":"A\tB\nC""#))
        #expect(pages.flatMap(\.tasks)[2].json.description.contains(#""score":"NaN""#))
        let odd = pages.flatMap(\.anomalies)
        #expect(odd.map(\.code) == [.oddText])
        #expect(odd.first?.tasks.map(\.description) == ["tab", "nan"])
        #expect(odd.first?.message.contains("record tab: a control character in a string") == true)
    }

    @Test func `an answer of too many values is asked for in smaller windows`() async throws {
        let test = try TestCenter(
            ScriptedExchange { request, _ in
                let (from, to) = (Int64(request.query["from"] ?? "") ?? 0, Int64(request.query["to"] ?? "") ?? 0)
                return to - from > 7_200_000
                    ? .json(#"{"data":[\#(String(repeating: "[],", count: 400_001))0]}"#) : .noTasks
            },
            requestsPerMinute: 100_000
        )
        let from = Timestamp(millisecondsSince1970: start)
        let pages = try await test.pages(from: from, to: from + .hours(4))
        #expect(pages.last?.coveredUntil == from + .hours(4))
    }

    @Test func `ever new refusals are not asked about for ever`() async throws {
        let test = try TestCenter(
            ScriptedExchange { request, _ in
                guard let from = Int64(request.query["from"] ?? ""), let to = Int64(request.query["to"] ?? "") else {
                    return .json("{}", status: 400)
                }
                return to - from > 3 ? HTTPResponse(status: 413) : .noTasks
            },
            requestsPerMinute: 1_000_000
        )
        let from = Timestamp(millisecondsSince1970: start)
        let pages = try await test.pages(from: from, to: from + .hours(1))
        #expect(test.exchange.requests.count < 1500)
        #expect(pages.flatMap(\.anomalies).contains { $0.code == .noProgress })
        #expect(pages.last.map { $0.coveredUntil < from + .hours(1) } == true)
    }

    @Test(arguments: [1000, 100])
    func `a provider that disregards the question is an error and no endless walk`(cap: Int) async throws {
        let times = (0..<1500).map { start - 1_000_000 + $0 }
        let error = try await providerError {
            _ = try await listed(ListingModel(times: times, cap: cap, ignoresFrom: true))
        }
        #expect(error.code == .malformed)
    }

    @Test func `an answer that stays too large down to one millisecond is an error`() async throws {
        let times = [start + 10, start + 10, start + 10]
        let error = try await providerError { _ = try await listed(ListingModel(times: times, tooLargeAbove: 2)) }
        #expect(error.status == 413)
        #expect(error.code == .rejected)
    }

    @Test func `the last minute before now is left to the next listing`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .noTasks })
        let pages = try await test.pages(from: TestCenter.now - .hours(1), to: TestCenter.now + .hours(5))
        #expect(pages.last?.coveredUntil == TestCenter.now - .seconds(60))
        let asked = test.exchange.requests[0].query
        #expect(asked["to"] == String((TestCenter.now - .seconds(60)).millisecondsSince1970))
        #expect(try await test.pages(from: TestCenter.now - .seconds(30), to: TestCenter.now).isEmpty)
    }

    @Test func `seconds in the place of milliseconds are refused before anybody is asked`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .noTasks })
        let error = try await providerError {
            _ = try await test.pages(from: Timestamp(millisecondsSince1970: 1_763_000_000), to: TestCenter.now)
        }
        #expect(error.code == .rejected)
        #expect(test.exchange.requests.isEmpty)
    }

    @Test func `pages are fetched when they are asked for and not before`() async throws {
        let model = ListingModel(times: spread(5000, over: 3_600_000))
        let test = try TestCenter(ScriptedExchange { request, _ in model.respond(to: request) })
        let from = Timestamp(millisecondsSince1970: start)
        var iterator = test.center.taskPages(from: from, to: from + .hours(2)).makeAsyncIterator()
        #expect(test.exchange.requests.isEmpty)
        let page = try await iterator.next()
        #expect(page?.tasks.count == 1000)
        #expect(test.exchange.requests.count == 1)
    }
}
