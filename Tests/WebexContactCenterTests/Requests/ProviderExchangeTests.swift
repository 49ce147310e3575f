import Foundation
import Recordings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct ProviderExchangeTests {
    @Test(arguments: [500, 502, 503, 504, 408])
    func `a passing failure is tried again until it has passed`(status: Int) async throws {
        let test = try TestCenter(ScriptedExchange { _, place in place < 3 ? HTTPResponse(status: status) : .noTasks })
        _ = try await test.listHour()
        #expect(test.exchange.requests.count == 4)
    }

    @Test func `attempts are bounded and the last answer is reported`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ in
                .json(#"{"message":"down for repair","trackingId":"ROUTER_7"}"#, status: 503)
            }
        )
        let error = try await providerError { _ = try await test.listHour() }
        #expect(test.exchange.requests.count == 4)
        #expect(error.code == .unavailable)
        #expect(error.status == 503)
        #expect(error.trackingID == "ROUTER_7")
        let advice = "run it again later; if it stays, give the tracking id to the provider"
        #expect(error.description == "GET tasks: status 503: down for repair (tracking id ROUTER_7); \(advice)")
    }

    @Test(arguments: [400, 404, 405, 409, 410, 302])
    func `a refusal is not tried again`(status: Int) async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"message":"no"}"#, status: status) })
        let error = try await providerError { _ = try await test.listHour() }
        #expect(test.exchange.requests.count == 1)
        #expect(error.code == .rejected)
        #expect(error.status == status)
    }

    @Test func `a missing scope is an authorization error with advice`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in HTTPResponse(status: 403) })
        let error = try await providerError { _ = try await test.listHour() }
        #expect(test.exchange.requests.count == 1)
        #expect(error.code == .authorization)
        #expect(error.advice.contains("cjp:config_read"))
    }

    @Test(arguments: [TransferError.Code.unreachable, .timedOut, .cutShort, .unresolved, .stalled])
    func `a network failure is tried again`(code: TransferError.Code) async throws {
        let test = try TestCenter(
            ScriptedExchange { _, place throws(TransferError) in
                if place == 0 { throw TransferError(code, "no way to api.example.com") }
                return .noTasks
            }
        )
        _ = try await test.listHour()
        #expect(test.exchange.requests.count == 2)
    }

    @Test(arguments: [
        (TransferError.Code.untrusted, ProviderError.Code.untrusted), (.cancelled, .cancelled),
    ])
    func `a permanent failure is not retried`(
        code: TransferError.Code,
        expected: ProviderError.Code
    ) async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ throws(TransferError) in throw TransferError(code, "no") }
        )
        let error = try await providerError { _ = try await test.listHour() }
        #expect(test.exchange.requests.count == 1)
        #expect(error.code == expected)
    }

    @Test func `an answer that is too long is asked for in smaller parts, each once`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ throws(TransferError) in throw TransferError(.tooLong, "no") }
        )
        let error = try await providerError { _ = try await test.listHour() }
        #expect(error.code == .tooLarge)
        let asked = test.exchange.requests.map { "\($0.query["from"] ?? "") \($0.query["to"] ?? "")" }
        #expect(asked.count > 1 && Set(asked).count == asked.count)
    }

    @Test(arguments: ["<html>sign in</html>", "", #"{"meta":{}}"#, #"{"data":["#])
    func `a success that is no answer is tried again and then an error`(body: String) async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(body) })
        let error = try await providerError { _ = try await test.listHour() }
        #expect(error.code == .malformed)
        #expect(test.exchange.requests.count == 4)
    }

    @Test func `retry after in seconds is obeyed`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, place in
                place == 0 ? HTTPResponse(status: 429, headers: ["retry-after": "33"]) : .noTasks
            }
        )
        _ = try await test.listHour()
        #expect(test.clock.elapsed >= .seconds(33))
        #expect(test.clock.elapsed < .seconds(40))
    }

    @Test func `retry after as a date is obeyed`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, place in
                place == 0
                    ? HTTPResponse(status: 429, headers: ["Retry-After": "Sat, 22 Nov 2025 06:01:30 GMT"]) : .noTasks
            }
        )
        _ = try await test.listHour()
        #expect(test.clock.elapsed >= .seconds(90))
    }

    @Test func `a 429 without a time waits for a minute`() async throws {
        let test = try TestCenter(ScriptedExchange { _, place in place == 0 ? HTTPResponse(status: 429) : .noTasks })
        _ = try await test.listHour()
        #expect(test.clock.elapsed >= .seconds(60))
    }

    @Test func `a pause beyond all patience is an error that says so`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ in HTTPResponse(status: 429, headers: ["Retry-After": "86400"]) }
        )
        let error = try await providerError { _ = try await test.listHour() }
        #expect(error.code == .throttled)
        #expect(error.advice.contains("86400 s"))
        #expect(test.exchange.requests.count == 1)
    }

    @Test func `an exhausted quota ends as throttled`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ in HTTPResponse(status: 429, headers: ["Retry-After": "1"]) }
        )
        let error = try await providerError { _ = try await test.listHour() }
        #expect(error.code == .throttled)
        #expect(test.exchange.requests.count == 4)
    }

    @Test func `one rate holds for all calls together`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"data":[]}"#) }, requestsPerMinute: 60)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<65 {
                group.addTask {
                    _ = try await test.center.captures(of: taskIDs("t\(number)"), options: CaptureOptions())
                }
            }
            try await group.waitForAll()
        }
        #expect(test.clock.elapsed >= .seconds(60))
        #expect(test.clock.elapsed < .seconds(62))
    }

    @Test func `an answer of another organization is refused`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ in .json(#"{"meta":{"orgId":"11111111-2222-4333-8444-555555555555"},"data":[]}"#) }
        )
        let error = try await providerError { _ = try await test.listHour() }
        #expect(error.code == .wrongOrganization)
        #expect(test.exchange.requests.count == 1)
    }

    @Test(arguments: [
        #"{"orgId":"93912F11-6017-404B-BF14-5331890B1797"}"#, #"{"orgId":""}"#, #"{"orgId":null}"#, "null",
        #"{"orgId":"AWxyz"}"#,
    ])
    func `an answer that does not contradict the organization is taken`(meta: String) async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"meta":\#(meta),"data":[]}"#) })
        #expect(try await test.listHour().count == 1)
    }

    @Test func `a token that an error quotes is not repeated`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ in .json(#"{"message":"access denied for \#(TestCenter.bearer)!"}"#, status: 403) }
        )
        let error = try await providerError { _ = try await test.listHour() }
        #expect(!error.description.contains("QUJDREVG"))
        #expect(error.message.contains("access denied for •••!"))
    }

    @Test func `cancelling a call ends it at once`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ throws(TransferError) in
                do {
                    try await Task.sleep(for: .seconds(600))
                } catch {
                    throw TransferError(.cancelled, "cancelled")
                }
                return .noTasks
            }
        )
        let task = Task { try await test.listHour() }
        try await eventually { !test.exchange.requests.isEmpty }
        task.cancel()
        let error = try await providerError { _ = try await task.value }
        #expect(error.code == .cancelled)
    }

    @Test func `a refused bearer token is an error that says what to do`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in HTTPResponse(status: 401) })
        let error = try await providerError { _ = try await test.listHour() }
        #expect(error.code == .authorization)
        #expect(error.advice.contains("put in a new one"))
        #expect(test.exchange.requests.count == 1)
    }

    @Test func `a bearer token of another organization is not even sent`() async throws {
        let token = Secret("QUJD_P0A1_11111111-2222-4333-8444-555555555555")
        let test = try TestCenter(ScriptedExchange { _, _ in .noTasks }, credentials: .bearer(token))
        let error = try await providerError { _ = try await test.center.probe() }
        #expect(error.code == .wrongOrganization)
        #expect(test.exchange.requests.isEmpty)
    }

    @Test func `a probe asks for one task and reports how long it took`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .noTasks })
        _ = try await test.center.probe()
        #expect(test.exchange.requests.count == 1)
        #expect(test.exchange.requests[0].query["pageSize"] == "1")
    }
}
