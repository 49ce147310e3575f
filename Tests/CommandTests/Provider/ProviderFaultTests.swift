import Foundation
import Simulator
import TestSupport
import Testing

/// A provider in trouble, seen from the command line: the exit code, and a line that says what to do.
@Suite struct `A provider in trouble` {
    @Test(arguments: [TokenRules.ErrorShape.oauth, .webex])
    func `that refuses the refresh is 77, and tells the administrator what to do`(
        _ shape: TokenRules.ErrorShape
    ) async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let archived = try await desk.archived()
            desk.simulator.change { $0.tokens.errorShape = shape }
            desk.simulator.revokeAccessTokens()
            desk.simulator.revokeRefreshTokens()
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 77)
            let complaint = try ending.complaint
            #expect(complaint.contains("the refresh token or code is invalid or expired"))
            #expect(complaint.contains("authorise Callark again and configure the new refresh token"))
            #expect(!complaint.contains(desk.simulator.refreshToken))
            #expect(try await desk.archived() == archived)
            #expect(archived == desk.offered)
            #expect(try await desk.run("verify").status == 0)
            #expect(try await desk.run("config", "check").status == 77)
        }
    }

    @Test func `whose name cannot be resolved is 69`() async throws {
        try await Desk.with { desk in
            let yaml = desk.yaml.replacing(desk.simulator.apiBaseURL, with: "https://api.invalid/v1")
                .replacing(
                    "oauth_base_url: https://api.invalid/v1",
                    with: "oauth_base_url: \(desk.simulator.apiBaseURL)"
                )
            try desk.write("callark.yaml", yaml)
            let ending = try await desk.run("config", "check")
            #expect(ending.status == 69)
            #expect(ending.output.contains("api.invalid") && ending.output.contains("cannot be resolved"))
            #expect(try desk.archivesIfAny().isEmpty)
        }
    }

    @Test func `whose certificate does not verify is 69, and nothing is taken from it`() async throws {
        try await Desk.with { desk in
            try await SecureServer.with { server in
                let yaml = desk.yaml.replacing(
                    "api_base_url: \(desk.simulator.apiBaseURL)",
                    with: "api_base_url: https://127.0.0.1:\(server.port)/v1"
                )
                try desk.write("callark.yaml", yaml)
                let ending = try await desk.run("archive", "--day", desk.day)
                #expect(ending.status == 69)
                #expect(try ending.complaint.contains("certificate"))
                #expect(try await desk.run("list", "--json").objects.count == 1)
                #expect(try desk.archivesIfAny().isEmpty)
            }
        }
    }

    @Test func `whose media host's certificate does not verify is 75, with the recordings failed for that`()
        async throws
    {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await SecureServer.with { server in
                desk.simulator.inject(FaultRule(.mediaOrigin("https://127.0.0.1:\(server.port)")))
                #expect(try await desk.run("archive", "--day", desk.day).status == 75)
                let rows = try await desk.run("list", "--state", "failed", "--json").objects
                    .filter { $0["type"]?.text == "recording" }
                #expect(rows.count == desk.offered.count)
                #expect(rows.allSatisfy { $0["reason"]?.text?.contains("certificate") == true })
                #expect(try desk.archivesIfAny().isEmpty)
            }
            desk.simulator.clearFaults()
            try await desk.archiveDay()
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `that rotates refresh tokens serves several processes at once`() async throws {
        try await Desk.with(calls: 2) { desk in
            desk.simulator.change { $0.tokens.rotatesRefreshTokens = true }
            desk.simulator.inject(try FaultRule("token delay seconds=0.2"))
            for _ in 0..<3 {
                let programs = try (0..<3).map { _ in try desk.start("config", "check") }
                for program in programs {
                    let ending = try await program.end()
                    #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
                }
                desk.simulator.revokeAccessTokens()
            }
            #expect(desk.simulator.counters.requests(to: .token) == 3)
        }
    }

    @Test func `whose media host is busy is seen in the summary`() async throws {
        try await Desk.with(calls: 40) { desk in
            desk.simulator.inject(try FaultRule("media slow-down first=20"))
            let ending = try await desk.run("archive", "--day", desk.day, "--json")
            let objects = try ending.objects
            let paced = objects.filter { $0["type"]?.text == "paced" }
            #expect(paced.first?["downloads"]?.number == 8 && paced.first?["configured"]?.number == 16)
            #expect(paced.first?["reason"]?.text == "the media host answered 503 (SlowDown)")
            let downloads = objects.last?["downloads"]
            #expect(downloads?["configured"]?.number == 16)
            #expect(downloads?["lowest"]?.number ?? 16 < 16)
            desk.simulator.clearFaults()
            let next = try await desk.run("archive", "--day", desk.day)
            #expect(next.status == 0)
            #expect(!next.output.contains("busy"))
            #expect(try await desk.archived() == desk.offered)
        }
    }

    /// By an hour, as after someone changed the clock by hand.
    @Test(arguments: [3600, -3600]) func `whose clock is another is noticed`(seconds: Int) async throws {
        try await Desk.with(calls: 2) { desk in
            desk.simulator.clock.advance(by: .seconds(seconds))
            let ending = try await desk.run("config", "check")
            #expect(ending.status == 74)
            let direction = seconds > 0 ? "behind" : "ahead of"
            #expect(ending.output.contains("s \(direction) that of 127.0.0.1"))
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect(pass.status == 0)
            #expect(pass.errors.contains("set it, for example with NTP"))
            #expect(try await desk.archived() == desk.offered)
        }
    }
}

extension Desk {
    /// The sealed archives; none if there is no folder for them yet.
    fileprivate func archivesIfAny() throws -> [String] {
        FileManager.default.fileExists(atPath: "\(root)/archives") ? try archives() : []
    }
}
