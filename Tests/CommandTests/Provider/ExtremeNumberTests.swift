import Foundation
import Simulator
import TestSupport
import Testing

/// Impossible numbers, wherever the provider sends one.
@Suite struct `Numbers that cannot be` {
    /// Both ends of 64 bits, a float far beyond them, negative numbers, and the years 9999 and 1601.
    private static let numbers = [
        "9223372036854775807", "-9223372036854775808", "1e308", "-1", "253402300799999", "-11644473600000",
    ]

    @Test(arguments: numbers) func `end no command, and keep no recording from being archived`(number: String)
        async throws
    {
        try await Desk.with(calls: 4, mix: .recorded) { desk in
            // Except the creation time of a task: a listing depends on it, and other tests cover rows outside of the
            // requested time.
            desk.simulator.rewrite(Rewriting.replacingNumbers(with: number) { $0 != .tasks || $1 != "createdTime" })
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect([0, 75].contains(pass.status), "\(pass.errors)")
            #expect(try await desk.archived() == desk.offered)
            let day = ["--day", desk.day]
            for command in [
                ["list"], ["list", "--json"], ["list", "--csv"], ["list", "--recordings"], ["report"] + day,
                ["report", "--json"] + day, ["report", "--html"] + day, ["gaps"], ["status"], ["status", "--json"],
                ["stats", "queues"] + day, ["stats", "queues", "--json"] + day, ["stats", "agents"] + day,
                ["stats", "agents", "--csv"] + day, ["stats", "activities"] + day, ["verify"], ["events"],
            ] {
                let ending = try await desk.start(command).end()
                #expect(ending.status < 80 && ending.status != 70, "\(command): \(ending.errors)")
                if command.contains("--json") { #expect(try ending.objects.last?["type"]?.text == "summary") }
            }
            #expect(try await desk.run("rebuild", "--discard-old").status == 0)
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `of a task's creation are reported, and everything else is listed`() async throws {
        try await Desk.with(calls: 4, mix: .recorded) { desk in
            let rows = Self.numbers.enumerated().map { number, created in
                #"{"id":"liar-\#(number)","attributes":{"createdTime":\#(created),"channelType":"telephony","#
                    + #""status":"completed","captureRequested":false}}"#
            }
            desk.simulator.inject(FaultRule(.tasks, .always, .extraRow(rows.joined(separator: ","))))
            let pass = try await desk.run("archive", "--day", desk.day)
            #expect([0, 75].contains(pass.status), "\(pass.errors)")
            #expect(pass.errors.contains("liar-"))
            #expect(try await desk.archived() == desk.offered)
            for command in [["list", "--all-calls"], ["status"], ["report", "--day", desk.day], ["gaps"]] {
                #expect(try await desk.start(command).end().status == 0, "\(command)")
            }
        }
    }
}
