import Recordings
import Testing

@testable import Manifest

/// Of which days an archive that is gone can be made up for by now.
@Suite struct `Days that changed` {
    private func changed(_ fixture: Fixture) async throws -> Set<ArchiveDay> {
        let days: Set<ArchiveDay> = [Fixture.today, Fixture.day(Fixture.morning + .hours(48))]
        return try await fixture.manifest.changedDays(among: days, of: fixture.acme)
    }

    private func pass(_ fixture: Fixture, began hours: Int, _ outcome: PassOutcome) async throws {
        let window = Fixture.morning..<(Fixture.morning + .hours(1))
        let actor = Actor(name: "ann", uid: 1000, claims: [:])
        let begun = Fixture.morning + .hours(hours)
        let pass = try await fixture.manifest.beginPass(
            organization: fixture.acme,
            window: window,
            by: actor,
            now: begun
        )
        try await fixture.manifest.endPass(
            pass,
            outcome: outcome,
            summary: nil,
            by: actor,
            now: begun + .minutes(1)
        )
    }

    @Test func `are those of which something was sealed or explained since the last pass that went through`()
        async throws
    {
        try await Fixture.with { fixture in
            #expect(try await changed(fixture).count == 2, "no pass has looked yet")
            _ = try await fixture.store(try await fixture.known([1]))
            try await fixture.seal(now: Fixture.morning + .hours(24))
            try await pass(fixture, began: 23, .failed)
            #expect(try await changed(fixture).count == 2, "a pass that failed may not have looked")
            try await pass(fixture, began: 24, .incomplete)
            #expect(try await changed(fixture) == [Fixture.today], "it may have been sealed after the pass has looked")
            try await pass(fixture, began: 25, .complete)
            #expect(try await changed(fixture).isEmpty)
            _ = try await fixture.list([try Fixture.task(2)])
            let explained = try await fixture.explain(2, now: Fixture.morning + .hours(26))
            try #require(explained.isDone)
            #expect(try await changed(fixture) == [Fixture.today])
            try await pass(fixture, began: 27, .complete)
            #expect(try await changed(fixture).isEmpty)
        }
    }
}
