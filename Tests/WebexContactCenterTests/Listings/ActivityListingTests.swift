import Foundation
import Recordings
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct ActivityListingTests {
    /// A provider's listing of activities with the habits that a real one might have; activity n is about `task-n`.
    struct Model: Sendable {
        var times: [Int64]
        var maxRows = 10_000
        var cap = 1000
        var isShuffled = false
        var tooLargeAbove = Int.max
        /// An additional row in each answer, this much later than the end of the requested time.
        var lie: Int64?

        /// - Parameter longest: how long each activity lasts, in milliseconds; answers include activities that continue
        ///   into the requested time. `nil` if activities have no end, and answers have only those that begin in it.
        func respond(to request: HTTPRequest, longest: Int64? = nil) -> HTTPResponse {
            guard let from = Int64(request.query["from"] ?? ""), let to = Int64(request.query["to"] ?? ""),
                let pageSize = Int(request.query["pageSize"] ?? ""), let page = Int(request.query["page"] ?? ""),
                to - from < 86_400_000, (page + 1) * pageSize <= maxRows
            else { return .json("{}", status: 400) }
            var found = times.enumerated().filter { $0.element >= from - (longest ?? 0) && $0.element < to }
            guard found.count <= tooLargeAbove else { return HTTPResponse(status: 413) }
            if isShuffled, found.count > 200 { found.reverse() }
            var rows = found.dropFirst(page * pageSize).prefix(min(cap, pageSize)).map { row in
                let times = #""startTime":\#(row.element),"endTime":\#(longest.map { row.element + $0 } ?? -1)"#
                return #"{"taskId":"task-\#(row.offset)","channelType":"telephony",\#(times)}"#
            }
            if let lie { rows.append(#"{"taskId":"liar","channelType":"telephony","startTime":\#(to + lie)}"#) }
            return .json(#"{"meta":{},"data":[\#(rows.joined(separator: ","))]}"#)
        }
    }

    private let start: Int64 = 1_763_000_000_000

    private func listed(_ model: Model, hours: Int = 60) async throws -> (Set<String>, [Timestamp], Int) {
        let test = try TestCenter(
            ScriptedExchange { request, _ in model.respond(to: request) },
            requestsPerMinute: 100_000
        )
        let from = Timestamp(millisecondsSince1970: start)
        var tasks: Set<String> = []
        var crowded: [Timestamp] = []
        for try await page in test.center.activityPages(from: from, to: from + .hours(hours)) {
            tasks.formUnion(page.activities.compactMap { $0.taskID?.description })
            crowded += page.crowded
        }
        return (tasks, crowded, test.exchange.requests.count)
    }

    private func spread(_ count: Int, over milliseconds: Int64) -> [Int64] {
        var generator = SeededGenerator(state: UInt64(count))
        return (0..<count).map { _ in start + Int64.random(in: 0..<milliseconds, using: &generator) }.sorted()
    }

    private static let habits: [(String, Model)] = [
        ("as documented", Model(times: [])),
        ("a cap of 100", Model(times: [], cap: 100)),
        ("a cap of 340", Model(times: [], cap: 340)),
        ("not in order", Model(times: [], isShuffled: true)),
        ("413 above 150 rows", Model(times: [], tooLargeAbove: 150)),
    ]

    @Test(arguments: habits, [0, 1, 99, 100, 999, 1000, 1001, 5_432])
    func `every activity is met, whatever the provider's habits`(
        habit: (name: String, model: Model),
        count: Int
    ) async throws {
        var model = habit.model
        model.times = spread(count, over: 60 * 3_600_000)
        let (tasks, crowded, _) = try await listed(model)
        #expect(tasks == Set((0..<count).map { "task-\($0)" }))
        #expect(crowded.isEmpty)
    }

    @Test func `more rows than a question can reach are asked for from the last one on`() async throws {
        let (tasks, crowded, requests) = try await listed(Model(times: spread(45_000, over: 3_600_000)), hours: 2)
        #expect(tasks.count == 45_000)
        #expect(crowded.isEmpty)
        #expect(requests < 55)
    }

    @Test func `a millisecond with more calls than Search lists is reported, and later ones are read`() async throws {
        let crowd = Array(repeating: start + 7_200_000, count: 10_500)
        let (tasks, crowded, _) = try await listed(Model(times: [start + 5] + crowd + [start + 7_200_001]))
        #expect(tasks.count == 10_002)
        #expect(tasks.contains("task-10501"))
        #expect(crowded == [Timestamp(millisecondsSince1970: start + 7_200_000)])
    }

    @Test(arguments: habits)
    func `each is returned once, and what cannot recur is forgotten`(
        habit: (name: String, model: Model)
    ) async throws {
        var model = habit.model
        model.times = spread(4_321, over: 60 * 3_600_000)
        let test = try TestCenter(
            ScriptedExchange { [model] request, _ in model.respond(to: request, longest: 3_600_000) },
            requestsPerMinute: 100_000
        )
        let from = Timestamp(millisecondsSince1970: start)
        var told = ActivityDeduplicator(span: from..<(from + .hours(60)))
        var tasks: [String] = []
        for try await page in test.center.activityPages(from: from, to: from + .hours(60)) {
            tasks += told.new(in: page).compactMap { $0.taskID?.description }
        }
        #expect(tasks.count == 4_321 && Set(tasks).count == 4_321)
        #expect(told.known.count < 2000)
    }

    /// Answers that lead nowhere.
    enum DeadEnd: CaseIterable {
        case sameRows, everNewOfOneMoment, sameFullPage, everNewAndSlow

        func rows(from: Int64, number: Int) -> [(id: String, time: Int64)] {
            switch self {
            case .sameRows: (0..<120).map { ("task-\($0)", 1_763_000_005_000 + Int64($0)) }
            case .everNewOfOneMoment: (0..<120).map { ("task-\(number)-\($0)", from) }
            case .sameFullPage: (0..<1000).map { ("task-\($0)", from + 1) }
            case .everNewAndSlow: (0..<120).map { _ in ("task-\(number)", from + 1) }
            }
        }
    }

    @Test(arguments: DeadEnd.allCases)
    func `answers that lead nowhere are given up`(deadEnd: DeadEnd) async throws {
        let test = try TestCenter(
            ScriptedExchange { request, number in
                let from = Int64(request.query["from"] ?? "") ?? 0
                let data = deadEnd.rows(from: from, number: number).map {
                    #"{"taskId":"\#($0.id)","startTime":\#($0.time)}"#
                }
                return .json(#"{"data":[\#(data.joined(separator: ","))]}"#)
            },
            requestsPerMinute: 1_000_000
        )
        let from = Timestamp(millisecondsSince1970: start)
        let error = try await providerError {
            for try await _ in test.center.activityPages(from: from, to: from + .hours(24)) {}
        }
        #expect(error.code == .malformed)
        #expect(test.exchange.requests.count < 1500)
    }

    /// Negative: within the requested time.
    @Test(arguments: [1, 86_400_000, 2_329_595_200_000, -1, -3_600_000])
    func `an activity whose time is a lie never moves the listing on`(later: Int64) async throws {
        var model = Model(times: spread(3000, over: 60 * 3_600_000), cap: 340)
        model.lie = later
        let (tasks, crowded, _) = try await listed(model)
        #expect(tasks == Set((0..<3000).map { "task-\($0)" } + ["liar"]))
        #expect(crowded.isEmpty)
    }

    @Test func `rows without a task, without a time and of other channels are no obstacle`() async throws {
        let body = #"""
            {"data":[{"taskId":null,"startTime":1763000001000,"channelType":"telephony"},
            {"taskId":"a","channelType":"telephony","startTime":"1763000002000"},
            {"taskId":"b","channelType":"email","startTime":1763000003000},
            {"taskId":"","channelType":"telephony","startTime":0},{"taskId":"c","channelType":"telephony"}]}
            """#
        let test = try TestCenter(ScriptedExchange { _, _ in .json(body) })
        let from = Timestamp(millisecondsSince1970: start)
        var found: [AgentActivity] = []
        for try await page in test.center.activityPages(from: from, to: from + .hours(1)) { found += page.activities }
        #expect(found.map(\.taskID?.description) == [nil, "a", nil, "c"])
        #expect(found[1].startTime == from + .seconds(2))
        #expect(found[3].startTime == from + .seconds(3))
    }

    @Test(arguments: [400, 403, 404])
    func `a provider that does not allow it says so once`(status: Int) async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json("{}", status: status) })
        let from = Timestamp(millisecondsSince1970: start)
        let error = try await providerError {
            for try await _ in test.center.activityPages(from: from, to: from + .hours(1)) {}
        }
        #expect(error.status == status)
        #expect(test.exchange.requests.count == 1)
    }

    @Test func `the future is not asked for`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .noTasks })
        for try await _ in test.center.activityPages(from: TestCenter.now - .hours(1), to: TestCenter.now + .hours(9)) {
        }
        let asked = test.exchange.requests[0].query
        #expect(asked["to"] == String((TestCenter.now - .seconds(60)).millisecondsSince1970))
    }

    @Test func `what is the future by the provider's clock is not asked for once that is known`() async throws {
        let hour = TestCenter.now - .hours(1)
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let date = formatter.string(from: Date(timeIntervalSince1970: Double(hour.millisecondsSince1970) / 1000))
        let test = try TestCenter(
            ScriptedExchange { _, _ in .json(#"{"meta":{},"data":[]}"#, headers: ["Date": date]) }
        )
        _ = try await test.pages(from: TestCenter.now - .hours(9), to: TestCenter.now)
        let before = test.exchange.requests.count
        for try await _ in test.center.activityPages(from: TestCenter.now - .hours(9), to: TestCenter.now) {}
        let asked = try #require(test.exchange.requests.dropFirst(before).last?.query["to"].flatMap { Int64($0) })
        #expect(asked < hour.millisecondsSince1970)
    }
}
