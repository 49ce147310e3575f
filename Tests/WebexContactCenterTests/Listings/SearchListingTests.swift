import Foundation
import Recordings
import Synchronization
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct SearchListingTests {
    private let start: Int64 = 1_755_000_000_000

    private var from: Timestamp { Timestamp(millisecondsSince1970: start) }

    private func center(_ model: SearchModel) throws -> TestCenter {
        try TestCenter(ScriptedExchange { request, _ in model.respond(to: request) }, requestsPerMinute: 100_000)
    }

    private func listed(_ test: TestCenter, days: Int = 90) async throws -> [SearchPage<SearchTask>] {
        var pages: [SearchPage<SearchTask>] = []
        for try await page in test.center.searchTaskPages(from: from, to: from + .hours(days * 24)) {
            pages.append(page)
        }
        return pages
    }

    private func spread(_ count: Int, days: Int64 = 90) -> [Int64] {
        var generator = SeededGenerator(state: UInt64(count))
        return (0..<count).map { _ in start + Int64.random(in: 0..<days * 86_400_000, using: &generator) }.sorted()
    }

    private func names(_ pages: [SearchPage<SearchTask>]) -> [String] {
        pages.flatMap(\.records).map(\.id.description).sorted()
    }

    private static let habits: [(String, SearchModel)] = [
        ("as documented", SearchModel(times: [])),
        ("bounds exclusive", SearchModel(times: [], boundsAreInclusive: false)),
        ("opaque cursors", SearchModel(times: [], opaqueCursors: true)),
        ("small pages", SearchModel(times: [], pageSize: 7)),
        ("few records to be reached", SearchModel(times: [], maxRows: 300)),
        ("413 above 100 records", SearchModel(times: [], tooLargeAbove: 100)),
        ("oldest first", SearchModel(times: [], maxRows: 300, isOldestFirst: true)),
    ]

    @Test(arguments: habits, [0, 1, 249, 250, 251, 3000])
    func `every contact is listed once, whatever the provider's habits`(
        habit: (name: String, model: SearchModel),
        count: Int
    ) async throws {
        var model = habit.model
        model.times = spread(count)
        let test = try center(model)
        let pages = try await pages(test, maxRows: model.maxRows)
        #expect(names(pages) == (0..<count).map { "task-\($0)" }.sorted())
        #expect(pages.last?.coveredUntil == from + .hours(90 * 24))
        #expect(pages.allSatisfy { $0.crowded.isEmpty })
    }

    /// With another limit than the documented one, which would take a hundred thousand contacts to reach.
    private func pages(_ test: TestCenter, maxRows: Int) async throws -> [SearchPage<SearchTask>] {
        let listing = SearchTaskPages(
            exchange: test.center.exchange,
            settings: test.center.settings,
            walk: SearchWalk(from: from, to: from + .hours(90 * 24), maxRows: maxRows)
        )
        var pages: [SearchPage<SearchTask>] = []
        for try await page in listing { pages.append(page) }
        return pages
    }

    @Test func `what lies on the edge of the window belongs to it or not as it should`() async throws {
        let end = start + 90 * 86_400_000
        let test = try center(SearchModel(times: [start - 1, start, start + 86_400_000, end - 1, end]))
        #expect(names(try await listed(test)) == ["task-1", "task-2", "task-3"])
    }

    @Test func `coverage rises, and nothing created before it comes later`() async throws {
        let pages = try await listed(center(SearchModel(times: spread(3000))))
        #expect(pages.map(\.coveredUntil) == pages.map(\.coveredUntil).sorted())
        for (earlier, later) in zip(pages, pages.dropFirst()) {
            #expect(later.records.allSatisfy { ($0.createdTime ?? from) >= earlier.coveredUntil })
        }
    }

    @Test func `windows grow over quiet times and never span more than thirty days`() async throws {
        let test = try center(SearchModel(times: [start + 5]))
        _ = try await listed(test)
        let spans = try test.exchange.requests.map { request in
            let variables = try request.variables
            return (variables["to"] as? Int64 ?? 0) - (variables["from"] as? Int64 ?? 0)
        }
        #expect(spans.count < 10)
        #expect(spans.allSatisfy { $0 <= 30 * 86_400_000 + 1 })
    }

    @Test(arguments: [false, true])
    func `a window that is too wide is begun anew after its first page, as narrow as that says`(
        isOldestFirst: Bool
    ) async throws {
        var model = SearchModel(times: spread(3000, days: 1), pageSize: 10, maxRows: 300, namesAreUUIDs: true)
        model.isOldestFirst = isOldestFirst
        let test = try center(model)
        let pages = try await pages(test, maxRows: 300)
        #expect(names(pages) == (0..<3000).map(SearchModel.uuid).sorted())
        let windows = try test.exchange.requests.map { request in
            let variables = try request.variables
            return [try #require(variables["from"] as? Int64), try #require(variables["to"] as? Int64)]
        }
        let asked = Dictionary(grouping: Set(windows), by: \.[0])
        let begunAnew = asked.values.map(\.count).filter { $0 > 1 }
        #expect(begunAnew.contains(2))
        // Ten rows say little about three hundred, so a window that is not too wide may look so.
        #expect(begunAnew.count <= 2)
        // Three hundred pages, those that were wasted, and a last one for each window.
        #expect(windows.count <= 300 + begunAnew.reduce(0) { $0 + $1 - 1 } + asked.count)
    }

    @Test func `a record that cannot be read counts as available`() async throws {
        let test = try center(SearchModel(times: spread(450, days: 1), pageSize: 10, maxRows: 300, nameless: [400]))
        let pages = try await pages(test, maxRows: 300)
        #expect(names(pages) == (0..<450).filter { $0 != 400 }.map { "task-\($0)" }.sorted())
        #expect(pages.map(\.unreadableRows).reduce(0, +) > 0)
    }

    @Test func `records after the window, even after all time, are no measure of it`() async throws {
        let times = spread(200) + [start + 90 * 86_400_000, 253_402_300_799_999]
        let test = try center(SearchModel(times: times, pageSize: 10, maxRows: 300, ignoresEnd: true))
        let pages = try await pages(test, maxRows: 300)
        #expect(names(pages) == (0..<200).map { "task-\($0)" }.sorted())
        #expect(test.exchange.requests.count < 500)
    }

    @Test func `pages without records that never end are refused`() async throws {
        let pages = Mutex(0)
        let test = try TestCenter(
            ScriptedExchange { _, _ in
                let page = pages.withLock { page in
                    page += 1
                    return page
                }
                return .json(
                    #"{"data":{"taskDetails":{"tasks":[],"pageInfo":{"hasNextPage":true,"endCursor":"\#(page)"}}}}"#
                )
            },
            requestsPerMinute: 1_000_000
        )
        let error = await #expect(throws: ProviderError.self) { _ = try await listed(test, days: 1) }
        #expect(error?.code == .malformed)
        #expect(test.exchange.requests.count == 50)
    }

    /// Pages that lead nowhere.
    enum DeadEnd: CaseIterable {
        case samePage, everNewAndSlow, everNewOfOneMoment, everNewStrays

        func rows(number: Int) -> [(id: String, offset: Int64)] {
            switch self {
            case .samePage: (0..<250).map { ("task-\($0)", 5) }
            case .everNewAndSlow: [("task-\(number)", Int64(number))]
            case .everNewOfOneMoment: (0..<250).map { ("task-\(number)-\($0)", 5) }
            case .everNewStrays: (0..<250).map { ("task-\(number)-\($0)", -9_000_000_000) }
            }
        }
    }

    @Test(arguments: DeadEnd.allCases)
    func `pages that lead to no end are given up`(deadEnd: DeadEnd) async throws {
        let start = start
        let test = try TestCenter(
            ScriptedExchange { _, number in
                let records = deadEnd.rows(number: number).map {
                    #"{"id":"\#($0.id)","createdTime":\#(start + $0.offset)}"#
                }
                return .json(
                    #"{"data":{"taskDetails":{"tasks":[\#(records.joined(separator: ","))],"#
                        + #""pageInfo":{"hasNextPage":true,"endCursor":"\#(number)"}}}}"#
                )
            },
            requestsPerMinute: 1_000_000
        )
        let listing = SearchTaskPages(
            exchange: test.center.exchange,
            settings: test.center.settings,
            walk: SearchWalk(from: from, to: from + .hours(24), maxRows: 3000)
        )
        let error = await #expect(throws: ProviderError.self) { for try await _ in listing {} }
        #expect(error?.code == .malformed)
        #expect(test.exchange.requests.count < 3000)
    }

    @Test func `a record with a wrong time is reported separately, and once`() async throws {
        let times = spread(200) + [start + 90 * 86_400_000 + 1, 253_402_300_799_999]
        let pages = try await listed(center(SearchModel(times: times, ignoresEnd: true)))
        #expect(names(pages) == (0..<200).map { "task-\($0)" }.sorted())
        #expect(pages.flatMap(\.strays).map(\.id.description).sorted() == ["task-200", "task-201"])
        #expect(pages.last?.coveredUntil == from + .hours(90 * 24))
    }

    @Test func `a millisecond with more tasks than can be listed is reported, and later ones are listed`() async throws
    {
        let crowd = Array(repeating: start + 7_200_000, count: 40)
        let test = try center(SearchModel(times: crowd + [start + 7_200_001], pageSize: 10, maxRows: 30))
        let pages = try await pages(test, maxRows: 30)
        #expect(names(pages).contains("task-40"))
        // Windows overlap by a millisecond, so its neighbours may be reported too.
        let crowded = pages.flatMap(\.crowded).map(\.millisecondsSince1970)
        #expect(crowded.contains(start + 7_200_000))
        #expect(crowded.allSatisfy { abs($0 - start - 7_200_000) <= 1 })
    }

    @Test func `records without a time are listed once`() async throws {
        let test = try center(SearchModel(times: spread(600), pageSize: 100, isBare: true))
        #expect(names(try await listed(test)) == (0..<600).map { "task-\($0)" }.sorted())
    }

    @Test func `a field that the provider does not have is left out, and said to be`() async throws {
        let test = try center(SearchModel(times: spread(10), undefined: ["status", "isCallback"]))
        let pages = try await listed(test)
        #expect(names(pages).count == 10)
        #expect(Set(pages.last?.undefinedFields ?? []) == ["status", "isCallback"])
        let last = try #require(test.exchange.requests.last?.document)
        #expect(!last.contains(" status ") && last.contains("createdTime"))
    }

    @Test func `a part of an object is left out as the older version words it`() async throws {
        let test = try TestCenter(
            ScriptedExchange { request, _ in
                guard request.document.contains("duration") else { return SearchModel(times: []).respond(to: request) }
                return .json(
                    #"{"errors":[{"message":"Validation error of type FieldUndefined: Field 'duration' in type 'Queue' "#
                        + #"is undefined @ 'taskDetails/tasks/lastQueue/duration'"}],"data":null}"#
                )
            }
        )
        let pages = try await listed(test, days: 1)
        #expect(pages.last?.undefinedFields == ["lastQueue.duration"])
        #expect(test.exchange.requests.last?.document.contains("lastQueue { id name }") == true)
    }

    @Test func `look-ups ask for the contacts that are named, each once`() async throws {
        let test = try center(SearchModel(times: spread(1000, days: 1)))
        let ids = (0..<600).compactMap { TaskID("task-\($0)") } + taskIDs("task-1", "unknown", #"x"} ]"#)
        let found = try await test.center.searchTasks(ids: ids, from: from, to: from + .hours(24))
        #expect(found.map(\.id.description).sorted() == (0..<600).map { "task-\($0)" }.sorted())
        #expect(test.exchange.requests.count == 3)
    }

    @Test func `contacts of other channels are left out unless they are asked for`() async throws {
        let row = #"{"id":"a","channelType":"telephony"},{"id":"b","channelType":"email"},{"id":"c"}"#
        let body = #"{"data":{"taskDetails":{"tasks":[\#(row)],"pageInfo":{"hasNextPage":false}}}}"#
        let test = try TestCenter(ScriptedExchange { _, _ in .json(body) })
        #expect(names(try await listed(test, days: 1)) == ["a", "c"])
        var all: [String] = []
        for try await page in test.center.searchTaskPages(from: from, to: from + .hours(1), channelTypes: []) {
            all += page.records.map(\.id.description)
        }
        #expect(all == ["a", "b", "c"])
    }

    @Test func `the future is not asked for, nor is 1970`() async throws {
        let test = try center(SearchModel(times: []))
        for try await _ in test.center.searchTaskPages(from: TestCenter.now - .hours(1), to: TestCenter.now + .hours(9))
        {
        }
        let to = try test.exchange.requests[0].variables["to"] as? Int64
        #expect(to == (TestCenter.now - .seconds(60)).millisecondsSince1970)
        let seconds = Timestamp(millisecondsSince1970: start / 1000)
        let error = try await providerError {
            for try await _ in test.center.searchTaskPages(from: seconds, to: seconds + .hours(1)) {}
        }
        #expect(error.code == .rejected)
        #expect(test.exchange.requests.count == 1)
    }
}

@Suite struct SearchAnswerTests {
    private func error(_ body: String, status: Int = 200, dialect: APIDialect = .current) async throws -> ProviderError
    {
        let test = try TestCenter(
            ScriptedExchange { _, _ in .json(body, status: status, headers: ["trackingid": "T-1"]) },
            dialect: dialect,
            attempts: 2
        )
        return try await providerError {
            for try await _ in test.center.searchTaskPages(from: TestCenter.now - .hours(2), to: TestCenter.now) {}
        }
    }

    @Test func `an error with status 200 is an error, with the provider's words and its name for it`() async throws {
        let error = try await error(#"{"data":{"taskDetails":{"tasks":[]}},"errors":[{"message":"too complex"}]}"#)
        #expect(error.code == .rejected)
        #expect(error.message.contains("too complex"))
        #expect(error.trackingID == "T-1")
    }

    @Test(arguments: [
        (
            #"{"errors":[{"message":"x","extensions":{"classification":"INTERNAL_ERROR"}}]}"#,
            ProviderError.Code.unavailable
        ),
        (#"{"errors":[{"message":"not authorized to see this"}]}"#, .authorization),
        (#"{"data":{"taskDetails":null}}"#, .malformed),
        (#"{"data":{"taskDetails":{"tasks":[],"pageInfo":{"hasNextPage":true}}}}"#, .malformed),
        (#"[]"#, .malformed),
        (#"{"errors":[{"message":"FieldUndefined@[taskDetails/tasks/id]"}]}"#, .rejected),
        (#"{"errors":[{"message":"FieldUndefined@[taskDetails/tasks/nobodyAskedForThis]"}]}"#, .rejected),
    ])
    func `an answer that is not a page of records is reported with what to do`(
        body: String,
        code: ProviderError.Code
    ) async throws {
        #expect(try await error(body).code == code)
    }

    @Test func `a refusal of the scope is one of authorisation`() async throws {
        #expect(try await error("{}", status: 403).code == .authorization)
    }

    @Test func `the early-access platform is not asked`() async throws {
        let error = try await error("{}", dialect: .earlyAccess)
        #expect(error.code == .rejected)
        #expect(error.message.contains("early-access"))
    }

    @Test func `a record is read as far as it goes`() throws {
        let text = #"""
            {"id":"a","status":"ended","createdTime":"1760000000123","endedTime":1760000200000,"origin":"+1",
            "direction":"",
            "lastQueue":{"id":"q","name":"Billing","duration":5},"lastAgent":null,"lastSite":{"id":"","name":""},
            "lastWrapupCodeName":"Sale","totalDuration":200000,"holdDuration":-1,"recordingCount":2.0,
            "captureRequested":"true","isRecordingDeleted":false,"filePath":"https://x/y?X-Amz-Signature=z"}
            """#
        let value = try JSONReader.value(of: Data(text.utf8))
        let task = try #require(SearchTask(SearchRow(value: value)))
        #expect(task.createdTime == Timestamp(millisecondsSince1970: 1_760_000_000_123))
        #expect(task.direction == nil && task.lastAgent == nil && task.lastSite == nil)
        #expect(task.lastQueue == NamedReference(id: "q", name: "Billing"))
        #expect(task.wrapUpCode?.name == "Sale")
        #expect(task.durations.total == .seconds(200) && task.durations.hold == nil)
        #expect(task.recordingCount == 2 && task.captureRequested == true && task.isRecordingDeleted == false)
        #expect(task.json.description.contains(#""duration":5"#) && !task.json.description.contains("Signature"))
        #expect(SearchTask(SearchRow(value: .object([]))) == nil)
    }
}

extension HTTPRequest {
    /// The document of a search.
    var document: String {
        let object = try? JSONSerialization.jsonObject(with: body ?? Data()) as? [String: Any]
        return object?["query"] as? String ?? ""
    }

    /// Its variables.
    var variables: [String: Any] {
        get throws {
            let object = try JSONSerialization.jsonObject(with: body ?? Data()) as? [String: Any]
            return object?["variables"] as? [String: Any] ?? [:]
        }
    }
}
