import Foundation
import Recordings
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct RequestSchemaTests {
    private let task = "e890a591-63f0-4984-a8f2-00e631368fb4"

    /// Every request of both listings, a captures query and a probe.
    private func requests(_ dialect: APIDialect, _ options: CaptureOptions) async throws -> [HTTPRequest] {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"data":[]}"#) }, dialect: dialect)
        _ = try await test.listHour()
        _ = try await test.center.captures(of: taskIDs(task, "AWxyz-abc_123"), options: options)
        _ = try await test.center.probe()
        // The early-access platform has none.
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

    private func validated(_ requests: [HTTPRequest]) async throws -> Program.Outcome {
        let folder = try #require(Bundle.module.resourcePath) + "/Fixtures/"
        return try await Program.run(
            "/usr/bin/python3",
            [folder + "validate_request.py", folder + "wxcc-openapi-subset.json"],
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
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    @Test func `the validator finds what is wrong`() async throws {
        let flat = try await validated(try await requests(.earlyAccess, CaptureOptions()))
        #expect(flat.status == 1)
        #expect(flat.output.contains("'query' is a required property"))
        let url = try #require(URL(string: "https://h.example/v1/tasks?channelType=x&pageSize=1001&to=now"))
        let wrong = try await validated([HTTPRequest(.get, url)])
        #expect(wrong.status == 1)
        for fault in [
            "unknown query parameter channelType", "1001 is greater", "'now' is not of type", "from is missing",
        ] {
            #expect(wrong.output.contains(fault))
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
