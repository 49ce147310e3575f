import Foundation
import Simulator
import Testing

@Suite struct `The alarms` {
    @Test func `are a line each, and the exit code says so`() async throws {
        try await Desk.with(calls: 3, mix: .plain) { desk in
            let before = try await desk.run("status", "--check")
            #expect(before.status == 75)
            let advice = "callark archive --org acme"
            #expect(before.output == "CRITICAL acme no_complete_pass: no pass has run yet: \(advice)\n")
            #expect(try await desk.run("archive").status == 0)
            let fine = try await desk.run("status", "--check", environment: ["CALLARK_ALARMS_FREE_BYTES": "0"])
            #expect(fine.status == 0)
            #expect(fine.output == "OK\n")
            desk.simulator.inject(FaultRule(.tasks, .always, .status(403)))
            #expect(try await desk.run("archive").status == 77)
            let failed = try await desk.run("status", "--check", environment: ["CALLARK_ALARMS_FREE_BYTES": "0"])
            #expect(failed.status == 77, "the token is refused, and no refresh helps")
            #expect(failed.output.hasPrefix("WARNING acme last_pass_failed: "))
            #expect(failed.output.contains("status 403"))
            desk.simulator.clearFaults()
            #expect(try await desk.run("archive").status == 0)
            let archive = try #require(try desk.archives().first)
            try desk.flipByte(of: archive, at: 4000)
            #expect(try await desk.run("verify").status == 65)
            let damaged = try await desk.run("status", "--check", environment: ["CALLARK_ALARMS_FREE_BYTES": "0"])
            #expect(damaged.status == 65)
            #expect(damaged.output.hasPrefix("CRITICAL acme archives_damaged: "))
            try desk.flipByte(of: archive, at: 4000)
            #expect(try await desk.run("verify").status == 0)
            let full = try await desk.run(
                "status",
                "--check",
                environment: ["CALLARK_ALARMS_FREE_BYTES": "\(Int64.max)"]
            )
            #expect(full.status == 74)
            #expect(full.output.hasPrefix("WARNING disk_low: "))
            let token = try await desk.run(
                "status",
                "--check",
                environment: ["CALLARK_ALARMS_TOKEN_DAYS": "365", "CALLARK_ALARMS_FREE_BYTES": "0"]
            )
            #expect(token.status == 77)
            #expect(token.output.hasPrefix("WARNING acme token_ends: the refresh token expires at "))
            let json = try await desk.run("status", "--json", environment: ["CALLARK_ALARMS_TOKEN_DAYS": "365"])
            #expect(json.status == 0, "only --check is a verdict")
            let alarm = try #require(try json.objects.first { $0["type"]?.text == "alarm" })
            #expect(alarm["code"]?.text == "token_ends")
            #expect(alarm["severity"]?.text == "warning")
            #expect(alarm["organization"]?.text == "acme")
            #expect(try json.objects.last?["alarms"]?.number ?? 0 >= 1)
        }
    }
}
