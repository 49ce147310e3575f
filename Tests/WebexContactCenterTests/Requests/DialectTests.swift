import Foundation
import Recordings
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct DialectTests {
    @Test func `the early-access platform has tasks, captures and statistics`() throws {
        let calls = [
            APICall(method: .get, path: "tasks"), APICall(method: .post, path: "captures/query"),
            APICall(method: .get, path: "agents/statistics"), APICall(method: .get, path: "queues/statistics"),
        ]
        for call in calls {
            #expect(APIDialect.earlyAccess.offers(call) && APIDialect.current.offers(call))
        }
    }

    @Test func `what it does not have is refused with what to do, without a request`() async throws {
        let calls = [
            APICall(method: .get, path: "agents/activities"), APICall(method: .post, base: .host, path: "search"),
            APICall(method: .get, base: .host, path: "organization/93912f11/site"),
            APICall(method: .get, base: .host, path: "tasks"),
        ]
        for call in calls {
            #expect(APIDialect.current.offers(call))
            let error = #expect(throws: ProviderError.self) { try APIDialect.earlyAccess.require(call) }
            #expect(error?.code == .notOffered)
            #expect(error?.description.contains(call.name) == true)
        }
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"data":[]}"#) }, dialect: .earlyAccess)
        let error = try await providerError {
            for try await _ in test.center.activityPages(from: TestCenter.now - .hours(1), to: TestCenter.now) {}
        }
        #expect(error.code == .notOffered && error.advice.contains("api_dialect: current"))
        #expect(test.exchange.requests.isEmpty)
    }
}
