import Foundation
import Recordings
import TestSupport
import Testing
import Transfer
@testable import WebexContactCenter

// Refused tokens and refused refreshes.
extension TokenTests {
    @Test func `a token that is refused when it is new is an error and no loop`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let exchange = ScriptedExchange { request, place throws(TransferError) in
                guard request.url.path().hasSuffix("access_token") else { return HTTPResponse(status: 401) }
                return try await endpoint.exchange.perform(request)
            }
            let test = try TestCenter(exchange, credentials: credentials(folder))
            let error = try await providerError { _ = try await test.center.probe() }
            #expect(error.code == .authorization)
            #expect(endpoint.refreshes == 2)
            #expect(exchange.requests.count == 4)
        }
    }

    @Test func `a 400 that speaks of the token is taken like a 401`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let exchange = ScriptedExchange { request, place throws(TransferError) in
                place == 1
                    ? .json(#"{"message":"Invalid access token"}"#, status: 400)
                    : try await endpoint.exchange.perform(request)
            }
            let test = try TestCenter(exchange, credentials: credentials(folder))
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 2)
        }
    }

    @Test(arguments: [400, 401, 403])
    func `a refused refresh token is sent once, whoever asks`(status: Int) async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "another")
            endpoint.change {
                $0.faults = Array(repeating: .json(#"{"message":"expired"}"#, status: status), count: 50)
            }
            let test = try test(endpoint, folder)
            await withTaskGroup(of: ProviderError.Code?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do { _ = try await test.center.probe() } catch { return (error as? ProviderError)?.code }
                        return nil
                    }
                }
                for await code in group { #expect(code == .authorization) }
            }
            #expect(test.exchange.requests.count == 1)
            let error = try await providerError { _ = try await test.center.probe() }
            #expect(error.advice.contains("new refresh token"))
            #expect(test.exchange.requests.count == 1)
        }
    }

    @Test func `a refusal is kept beside the tokens until there is another pair, or another token is configured`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            _ = try await test(endpoint, folder).center.probe()
            let refusal = HTTPResponse.json(#"{"error":"invalid_grant"}"#, status: 400)
            endpoint.change { $0.faults = [refusal] }
            let refused = try test(endpoint, folder)
            _ = try await providerError { _ = try await refused.center.refreshTokens() }
            /// As another process reports it.
            func told(configured: String = "first") async throws -> TokenRefusal? {
                let other = try test(endpoint, folder, refreshToken: configured)
                return try await other.center.tokenStatus().refusal
            }
            #expect(try await told()?.reason.contains("400") == true)
            #expect(try await told(configured: "second") == nil)
            let renewed = try await test(endpoint, folder).center.refreshTokens(ifOlderThan: .hours(1000))
            #expect(renewed, "one that was refused is no good, however new it is")
            #expect(try await told() == nil)
            try FileManager.default.removeItem(atPath: "\(folder)/tokens/acme.json")
            endpoint.change { $0.faults = [refusal] }
            let last = try test(endpoint, folder)
            _ = try await providerError { _ = try await last.center.probe() }
            #expect(try await told() != nil, "the first one was refused")
        }
    }

    @Test(arguments: [
        #"{"error":"bad_refresh_token","error_description":"The refresh token passed is incorrect or expired."}"#,
        #"{"error":"invalid_grant"}"#, "error=bad_refresh_token&error_description=The+refresh+token+is+expired",
        #"{"message":"The refresh token is invalid","errors":[],"trackingId":"ROUTER_1"}"#,
        #"{"error":{"message":"refresh token revoked"}}"#, #"{"access_token":null,"error":"invalid_client"}"#,
        #"{"success":false,"errors":[{"description":"the client's credentials are not valid"}]}"#,
    ])
    func `a refusal with the status of a success is a refusal`(body: String) async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            endpoint.change { $0.faults = Array(repeating: .json(body), count: 9) }
            let test = try test(endpoint, folder)
            for _ in 0..<2 {
                let error = try await providerError { _ = try await test.listHour() }
                #expect(error.code == .authorization)
                #expect(error.advice.contains("callark auth login"))
            }
            #expect(test.exchange.requests(ending: "access_token").count == 1)
        }
    }

    @Test(arguments: [
        #"{"error":"temporarily_unavailable"}"#, #"{"error":"server_error","error_description":"try again"}"#,
        #"{"error":"slow_down"}"#, "{}", #"{"message":"Welcome"}"#, #"{"error":null}"#, "error=server_error",
    ])
    func `a trouble that passes is asked about again, whatever its status`(body: String) async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            endpoint.change { $0.faults = [.json(body), .json(body)] }
            let test = try test(endpoint, folder)
            _ = try await test.listHour()
            #expect(test.exchange.requests(ending: "access_token").count == 3)
        }
    }
}
