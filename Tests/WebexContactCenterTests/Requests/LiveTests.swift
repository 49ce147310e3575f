import FlyingFox
import FlyingSocks
import Foundation
import Logging
import Recordings
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct LiveTests {
    @Test func `tokens, tasks and captures come over real HTTP`() async throws {
        let requests = RequestLog()
        let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: 0), logger: .disabled)
        await server.appendRoute("POST /v1/access_token") { request in
            await requests.append("token", request)
            let body = String(decoding: try await request.bodyData, as: UTF8.self)
            guard body.contains("refresh_token=first%2F%2B") else {
                return FlyingFox.HTTPResponse(statusCode: .badRequest)
            }
            return answer(#"{"access_token":"A_P0A1_93912f11-6017-404b-bf14-5331890b1797","expires_in":3600}"#)
        }
        await server.appendRoute("GET /v1/tasks") { request in
            await requests.append("tasks", request)
            return answer(String(decoding: try fixture("tasks/hostile.json"), as: UTF8.self))
        }
        await server.appendRoute("POST /v1/captures/query") { request in
            await requests.append(String(decoding: try await request.bodyData, as: UTF8.self), request)
            return answer(String(decoding: try fixture("captures/hostile.json"), as: UTF8.self))
        }
        let running = Task { try await server.run() }
        try await server.waitUntilListening(timeout: 120)
        try await withTemporaryFolder { folder in
            let (center, engine) = try await center(of: server, folder)
            let from = Timestamp(millisecondsSince1970: 1_760_000_000_000)
            var tasks: [ListedTask] = []
            for try await page in center.taskPages(from: from, to: from + .hours(1)) { tasks += page.tasks }
            #expect(tasks.count == 8)
            let answer = try await center.captures(of: taskIDs("a", "b"), options: CaptureOptions())
            #expect(answer.captures.map(\.recordings.count) == [6, 1])
            await engine.shutDown()
        }
        #expect(await requests.names.first == "token")
        #expect(
            await requests.headers.dropFirst().allSatisfy {
                $0[HTTPHeader("Authorization")]?.hasPrefix("Bearer A_") == true
            }
        )
        await server.stop()
        _ = await running.result
    }

    private func center(of server: HTTPServer, _ folder: String) async throws -> (ContactCenter, TransferEngine) {
        guard case .ip4(_, let port)? = await server.listeningAddress else { throw TransferError(.other, "no port") }
        let base = "http://127.0.0.1:\(port)/v1"
        let credentials = Credentials.refreshing(
            clientID: "c",
            clientSecret: Secret("s"),
            refreshToken: Secret("first/+"),
            store: folder + "/tokens.json"
        )
        let settings = try TestCenter.settings(credentials: credentials, apiBaseURL: base, oauthBaseURL: base)
        let engine = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 4))
        let center = ContactCenter(settings, exchange: engine, retry: RetryPolicy(attempts: 2), logger: .quiet)
        return (center, engine)
    }

    private actor RequestLog {
        private(set) var names: [String] = []
        private(set) var headers: [FlyingFox.HTTPHeaders] = []

        func append(_ name: String, _ request: FlyingFox.HTTPRequest) {
            names.append(name)
            headers.append(request.headers)
        }
    }
}

private func answer(_ text: String) -> FlyingFox.HTTPResponse {
    FlyingFox.HTTPResponse(statusCode: .ok, headers: [.contentType: "application/json"], body: Data(text.utf8))
}
