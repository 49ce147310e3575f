import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Testing

@testable import Archiver

@Suite struct `A clock that is wrong by an hour` {
    private func watermark(_ here: Installation) async throws -> Timestamp? {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        return try await manifest.watermark(here.organization)
    }

    /// By the provider's clock it is noon and calls still come in; ours says one or eleven o'clock.
    @Test(arguments: [3600, -3600], [false, true])
    func `loses nothing, whether the provider minds a time to come or not`(
        seconds: Int,
        refusesFuture: Bool
    ) async throws {
        var options = SimulatorOptions.unlimited
        options.tasks.refusesFuture = refusesFuture
        options.tokens.accessLifetime = .seconds(3000)
        options.tokens.rotatesRefreshTokens = true
        let noon = SimulatedClock.Start.at(Moment(1_763_640_000_000))
        try await Installation.with(
            .small(calls: 40, clock: noon, mix: .plain),
            options: options,
            clockError: .seconds(seconds)
        ) { here in
            // No look-back: what one listing leaves out, no later one finds by chance.
            let first = try await here.pass(.sinceLastPass) { $0.rules.lookBack = .zero }
            #expect(first.failure == nil)
            let reached = try #require(try await watermark(here))
            let providersNow = Timestamp(millisecondsSince1970: here.simulator.clock.now.milliseconds)
            #expect(reached <= providersNow - .seconds(59))
            for _ in 0..<6 {
                here.simulator.clock.advance(by: .seconds(4 * 3600))
                let result = try await here.pass(.sinceLastPass) { $0.rules.lookBack = .zero }
                #expect(result.failure == nil)
            }
            #expect(try await here.pass(.sinceLastPass) { $0.rules.lookBack = .zero }.obstacles == [])
            #expect(here.simulator.servedRecordings().count > 20)
            try await here.expectWhole()
        }
    }

    @Test func `or by days is said, and nothing counts as complete until it is right`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain), clockError: .seconds(20 * 86_400)) { here in
            let result = try await here.pass(.sinceLastPass)
            #expect(result.failure == nil)
            #expect(result.listingDoubts == 1)
            #expect(!result.isComplete)
            #expect(try await watermark(here) == nil)
            // A day that is asked for by name is not in doubt.
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `does not make a date to wait for an hour's wait`() async throws {
        try await Installation.with(.small(calls: 4, mix: .plain), clockError: .seconds(-3600)) { here in
            let soon = Date(timeIntervalSince1970: Double(here.simulator.clock.now.milliseconds / 1000 + 1))
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = .gmt
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            let wait = ["Retry-After": format.string(from: soon)]
            here.simulator.inject(FaultRule(.media, .first(2), .status(429, headers: wait)))
            here.simulator.inject(FaultRule(.tasks, .first(1), .status(503, headers: wait)))
            let clock = ContinuousClock()
            let began = clock.now
            #expect(try await here.pass().isComplete)
            #expect(clock.now - began < .seconds(600))
            try await here.expectWhole()
        }
    }
}
