import DailyArchive
import Foundation
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing
import Transfer
import WebexContactCenter

@testable import Archiver

@Suite struct `A network that cannot be trusted` {
    /// The failure of a pass whose API is at `address`.
    private func failure(_ here: Installation, api address: String) async throws -> ProviderError {
        let result = try await here.pass { setup in
            setup.rules.apiRetry = RetryPolicy(attempts: 2, baseDelay: .milliseconds(5))
            for index in setup.providers.indices {
                setup.providers[index].apiBaseURL = try #require(URL(string: "\(address)/v1"))
            }
        }
        #expect(!result.isComplete)
        #expect(try await here.rows().isEmpty)
        return try #require(result.failure as? ProviderError)
    }

    @Test func `has no name for the API`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            let error = try await failure(here, api: "https://api.invalid")
            #expect(error.code == .unavailable)
            #expect(error.message.contains("api.invalid") && error.message.contains("cannot be resolved"))
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `has another's certificate for the API, which is asked once and told nothing`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            try await SecureServer.with { server in
                let error = try await failure(here, api: "https://127.0.0.1:\(server.port)")
                #expect(error.code == .untrusted && !error.isTransient)
                #expect(error.message.contains("certificate"))
                #expect(error.advice.contains("certificates this machine trusts"))
            }
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `has another's certificate for the media host: no byte of it is accepted`() async throws {
        try await Installation.with(.small(calls: 6, mix: .plain)) { here in
            try await SecureServer.with { server in
                here.simulator.inject(FaultRule(.mediaOrigin("https://127.0.0.1:\(server.port)"), ofRecordings: 0.5))
                let result = try await here.pass()
                #expect(result.failure == nil)
                #expect(!result.isComplete)
                let failed = try await here.recordings(ListFilter(state: .recording(.failed)))
                #expect(!failed.isEmpty && failed.count < here.offered().count)
                for row in failed {
                    #expect(row.reason?.contains("certificate") == true)
                    #expect(row.reason?.contains("127.0.0.1:\(server.port)") == true)
                    #expect(row.reason?.contains("X-Amz") == false)
                    // No patience repairs a certificate.
                    #expect(row.attempts == 1)
                }
                #expect(Set(try await here.held()).isSubset(of: here.offered()))
            }
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `has no name for the media host`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain)) { here in
            here.simulator.inject(FaultRule(.mediaOrigin("https://media.invalid")))
            let result = try await here.pass {
                $0.rules.downloads.retry = RetryPolicy(attempts: 2, baseDelay: .milliseconds(5))
            }
            #expect(result.failure == nil)
            #expect(try await here.held() == [])
            let rows = try await here.recordings()
            #expect(rows.count == here.offered().count)
            #expect(rows.allSatisfy { $0.reason?.contains("media.invalid:443") == true })
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }
}
