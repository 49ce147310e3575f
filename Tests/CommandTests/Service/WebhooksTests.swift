import Foundation
import Simulator
import Testing

/// `callark webhooks …` as an administrator types it.
@Suite struct `Webhooks` {
    private static let environment = [
        "CALLARK_ORG_ACME_WEBHOOK_SECRET": "0123456789abcdef0123456789abcdef",
        "CALLARK_SERVICE_PUBLIC_URL": "https://archive.example",
    ]
    private static let address = "https://archive.example/webhooks/webex/acme"

    private func run(_ desk: Desk, _ words: String...) async throws -> Program.Ending {
        try await desk.start(["webhooks"] + words, environment: Self.environment).end()
    }

    @Test func `are created once, listed and deleted`() async throws {
        try await Desk.with(calls: 0) { desk in
            let created = try await run(desk, "create")
            #expect(created.status == 0 && created.output == "created: events of acme go to \(Self.address)\n")
            let again = try await run(desk, "create", "--json")
            #expect(try again.objects.map { $0["action"]?.text } == ["kept", "kept"])
            #expect(desk.simulator.subscriptions().map(\.destination) == [Self.address])
            let listed = try await run(desk, "list")
            #expect(listed.output.contains("this service") && listed.output.hasSuffix("\n1 webhook\n"))
            let first = try #require(try again.objects.first?["id"]?.text)
            let replaced = try await run(desk, "create", "--replace", "--json")
            #expect(try replaced.objects.first?["action"]?.text == "created")
            #expect(try replaced.objects.first?["id"]?.text != first)
            #expect(desk.simulator.subscriptions().count == 1)
            #expect(try await run(desk, "delete", first).status == 66)
            let deleted = try await run(desk, "delete")
            #expect(deleted.output == "deleted 1 webhook of acme\n")
            #expect(desk.simulator.subscriptions().isEmpty)
            #expect(try await run(desk, "delete").status == 0)
        }
    }

    @Test func `that the provider has switched off are said so by status, and are replaced`() async throws {
        try await Desk.with(calls: 0) { desk in
            func status() async throws -> String {
                try await desk.start(["status", "--check"], environment: Self.environment).end().output
            }
            _ = try await run(desk, "create")
            #expect(try await !status().contains("webhook_off"))
            desk.simulator.switchOffSubscriptions()
            let listed = try await run(desk, "list")
            #expect(listed.output.contains("INACTIVE"))
            #expect(try await status().contains("WARNING acme webhook_off: "))
            #expect(try await run(desk, "create").output.hasPrefix("created: "))
            #expect(desk.simulator.subscriptions().map(\.isActive) == [true])
            #expect(try await !status().contains("webhook_off"))
        }
    }

    @Test func `need an address and a secret`() async throws {
        try await Desk.with(calls: 0) { desk in
            let bare = try await desk.run("webhooks", "create")
            #expect(bare.status == 78 && bare.errors.contains("service.public_url"))
            let address = ["CALLARK_SERVICE_PUBLIC_URL": "https://archive.example"]
            let secretless = try await desk.start(["webhooks", "create"], environment: address).end()
            #expect(secretless.status == 78 && secretless.errors.contains("webhook_secret_file"))
            let short = Self.environment.merging(["CALLARK_ORG_ACME_WEBHOOK_SECRET": "short"]) { $1 }
            let refused = try await desk.start(["webhooks", "create"], environment: short).end()
            #expect(refused.status == 78 && refused.errors.contains("32 to 256"))
        }
    }
}
