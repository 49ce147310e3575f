import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

extension HTTPRequest.Method {
    fileprivate static let allMethods: [HTTPRequest.Method] = [.get, .post, .put, .delete]
}

@Suite struct RequestSchemaTests {
    private let task = "e890a591-63f0-4984-a8f2-00e631368fb4"

    /// Every request of both listings, a captures query and a probe.
    private func requests(_ dialect: APIDialect, _ options: CaptureOptions) async throws -> [HTTPRequest] {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"data":[]}"#) }, dialect: dialect)
        _ = try await test.listHour()
        _ = try await test.center.captures(of: taskIDs(task, "AWxyz-abc_123"), options: options)
        _ = try await test.center.probe()
        // The early-access platform has no such call.
        if dialect == .current {
            for try await _ in test.center.activityPages(from: TestCenter.now - .hours(1), to: TestCenter.now) {}
        }
        return test.exchange.requests
    }

    private func line(_ request: HTTPRequest) throws -> Data {
        let query = URLComponents(url: request.url, resolvingAgainstBaseURL: false)?.queryItems ?? []
        let object: [String: Any] = [
            "method": request.method.rawValue, "path": request.url.path(),
            "query": query.map { [$0.name, $0.value ?? ""] },
            "headers": request.headers.fields.map { [$0.name, $0.value] },
            "body": request.body.map { String(decoding: $0, as: UTF8.self) } as Any? ?? NSNull(),
        ]
        return try JSONSerialization.data(withJSONObject: object) + Data("\n".utf8)
    }

    private func validated(_ requests: [HTTPRequest]) async throws -> Tool.Ending {
        let folder = try #require(Bundle.module.resourcePath) + "/Fixtures/"
        return try await Tool.finish(
            "python3",
            [folder + "validate_request.py", try ProviderDescription.path()],
            input: try requests.map(line).reduce(Data(), +)
        )
    }

    @Test(arguments: [true, false], [1, 60])
    func `requests are what the provider's own description asks for`(flag: Bool, minutes: Int) async throws {
        let options = CaptureOptions(
            includeSegments: flag,
            includeVirtualAgent: !flag,
            urlExpiration: .minutes(minutes)
        )
        let outcome = try await validated(try await requests(.current, options))
        #expect(outcome.status == 0, "\(outcome.said)")
    }

    @Test func `requests about sites are, too`() async throws {
        let site = #"{"id":"s","name":"Quay","active":true,"multimediaProfileId":"m","version":3,"description":"d"}"#
        let test = try TestCenter(
            ScriptedExchange { request, _ in
                switch request.method {
                case .get where request.url.path().contains("/v2/"):
                    request.query["page"] == "0" ? .json(#"{"meta":{},"data":[\#(site)]}"#) : HTTPResponse.noTasks
                case .delete: HTTPResponse(status: 204)
                case .post where request.url.path().hasSuffix("/bulk"):
                    .json(#"{"items":[{"itemIdentifier":1,"status":201,"href":"/site/s"}]}"#, status: 207)
                default: .json(site)
                }
            }
        )
        let sites = test.center.sites
        let first = try #require(try await sites.list().first)
        _ = try await sites.site(first.id)
        _ = try await sites.create(first.fields)
        _ = try? await sites.update(first, to: SiteChange(name: "Quay 2").applied(to: first.fields))
        _ = try await sites.create([first.fields])
        try await sites.delete(first)
        #expect(Set(test.exchange.requests.map(\.method)) == Set(HTTPRequest.Method.allMethods))
        let outcome = try await validated(test.exchange.requests)
        #expect(outcome.status == 0, "\(outcome.said)")
        let url = try #require(URL(string: "https://h.example/organization/o/site"))
        let wrong = HTTPRequest(.post, url, body: Data(#"{"name":"ü","active":"yes","color":1}"#.utf8))
        let faults = try await validated([wrong]).said
        for fault in ["does not match", "'yes' is not of type", "multimediaProfileId", "unknown member color"] {
            #expect(faults.contains(fault))
        }
    }

    @Test func `requests for statistics and searches are what it asks for, too`() async throws {
        let test = try TestCenter(
            ScriptedExchange { request, _ in
                request.method == .post
                    ? .json(#"{"data":{"taskDetails":{"tasks":[],"pageInfo":{"hasNextPage":false}}}}"#)
                    : .json(#"{"data":[]}"#)
            }
        )
        let center = test.center
        for interval in StatisticsWindow.Interval.allCases.map(Optional.some) + [nil] {
            let window = try StatisticsWindow(
                from: TestCenter.now - .hours(30),
                to: TestCenter.now,
                interval: interval,
                now: TestCenter.now
            )
            _ = try await center.queueStatistics(window)
            _ = try await center.agentStatistics(window, agents: (0..<120).map { "agent-\($0)" })
            _ = try await center.searchedQueueStatistics(window)
        }
        _ = try await center.searchTasks(ids: taskIDs(task, "b"), from: TestCenter.now - .hours(2), to: TestCenter.now)
        let filter = ActivityFilter(agents: ["a", "b"], teams: ["c"], channelTypes: ["email"])
        for try await _ in center.activityPages(from: TestCenter.now - .hours(1), to: TestCenter.now, of: filter) {}
        #expect(test.exchange.requests(ending: "search").first?.url.path() == "/search")
        #expect(test.exchange.requests(ending: "statistics").count == 4 * (3 + 2 * 3))
        let outcome = try await validated(test.exchange.requests)
        #expect(outcome.status == 0, "\(outcome.said)")
    }

    @Test func `the validator finds what is wrong`() async throws {
        let flat = try await validated(try await requests(.earlyAccess, CaptureOptions()))
        #expect(flat.status == 1)
        #expect(flat.said.contains("'query' is a required property"))
        let url = try #require(URL(string: "https://h.example/v1/tasks?channelType=x&pageSize=1001&to=now"))
        let wrong = try await validated([HTTPRequest(.get, url)])
        #expect(wrong.status == 1)
        for fault in [
            "unknown query parameter channelType", "1001 is greater", "'now' is not of type", "from is missing",
        ] {
            #expect(wrong.said.contains(fault))
        }
    }

    @Test func `the early access body is flat`() async throws {
        let requests = try await requests(.earlyAccess, CaptureOptions(urlExpiration: .minutes(30)))
        let body = String(decoding: requests[1].body ?? Data(), as: UTF8.self)
        #expect(
            body
                == #"{"includeSegments":true,"orgId":"93912f11-6017-404b-bf14-5331890b1797","taskIds":["\#(task)","AWxyz-abc_123"],"urlExpiration":30}"#
        )
    }

    @Test func `every request names its organization and carries its token in a header only`() async throws {
        for request in try await requests(.current, CaptureOptions()) {
            #expect(request.headers["authorization"] == "Bearer \(TestCenter.bearer)")
            #expect(request.headers["TrackingId"]?.hasPrefix("CALLARK_") == true)
            #expect(!request.url.absoluteString.contains("QUJDREVG"))
            let body = String(decoding: request.body ?? Data(), as: UTF8.self)
            #expect((request.url.absoluteString + body).contains("93912f11-6017-404b-bf14-5331890b1797"))
        }
    }
}
