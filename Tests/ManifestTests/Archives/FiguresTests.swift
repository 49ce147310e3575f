import Recordings
import Testing

@testable import Manifest

/// How much is held, and what waits.
@Suite struct FiguresTests {
    private func figures(_ fixture: Fixture, at now: Timestamp) async throws -> HoldingFigures {
        try await fixture.manifest.holdingFigures(fixture.acme, now: now)
    }

    @Test func `of nothing are zero, and of an unknown organization an error`() async throws {
        try await Fixture.with { fixture in
            #expect(try await figures(fixture, at: Fixture.morning) == HoldingFigures())
            let other = try #require(OrganizationName("nobody"))
            await #expect(throws: ManifestError.self) {
                try await fixture.manifest.holdingFigures(other, now: Fixture.morning)
            }
        }
    }

    @Test func `follow a recording from its call into a sealed archive`() async throws {
        try await Fixture.with { fixture in
            let now = Fixture.morning + .hours(1)
            _ = try await fixture.list([try Fixture.task(1), try Fixture.task(2)])
            let created = try Fixture.task(1).createdTime
            var figures = try await self.figures(fixture, at: now + .hours(1))
            #expect(figures.dueCalls == 2 && figures.waitingRecordings == 0)
            #expect(figures.oldestWaiting == min(created, try Fixture.task(2).createdTime))
            // Nothing is due before its time.
            #expect(try await self.figures(fixture, at: created - .hours(24)).dueCalls == 0)

            let work = try await fixture.known([1, 2])
            figures = try await self.figures(fixture, at: now)
            #expect(figures.waitingRecordings == 2 && figures.oldestWaiting != nil)
            #expect(figures.archivedBytes == 0 && figures.storedBytes == 0)

            try await fixture.store(work)
            figures = try await self.figures(fixture, at: now)
            #expect(figures.waitingRecordings == 0)
            #expect(figures.storedBytes == 4_002_048 && figures.archivedBytes == 0 && figures.checkedSince == nil)

            let sealed = Fixture.morning + .hours(24)
            let (archive, _) = try await fixture.seal(now: sealed)
            figures = try await self.figures(fixture, at: sealed)
            #expect(figures.archivedBytes == 12_345 && figures.storedBytes == 0)
            #expect(figures.checkedSince == sealed)
            try await fixture.manifest.noteRead(archive.name, ReadingFinding(), now: sealed + .hours(9))
            #expect(try await self.figures(fixture, at: sealed).checkedSince == sealed + .hours(9))
        }
    }

    @Test func `say how many bytes a day has`() async throws {
        try await Fixture.with { fixture in
            let manifest = fixture.manifest
            let day = Fixture.today
            #expect(try await manifest.bytesPerDay(before: day.next, days: 28) == nil)
            try await fixture.store(try await fixture.known([1]))
            _ = try await fixture.seal()
            #expect(try await manifest.bytesPerDay(before: day, days: 28) == nil)
            #expect(try await manifest.bytesPerDay(before: day.next, days: 28) == 12_345)
            // Days without calls count too.
            #expect(try await manifest.bytesPerDay(before: day.next.next.next, days: 28) == 4115)
            #expect(try await manifest.bytesPerDay(before: day.next.next.next, days: 2) == nil)
        }
    }

    @Test func `count what waits for the vault as stored`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1]))
            let (archive, _) = try await fixture.seal()
            try await fixture.manifest.demandVault([archive.name], isRequired: true)
            var figures = try await self.figures(fixture, at: Fixture.morning)
            #expect(figures.archivedBytes == 0 && figures.storedBytes == 12_345)
            let row = try #require(try await fixture.manifest.sealedArchive(archive.name))
            let copy = VaultedArchive(
                tarVersion: "v1",
                sideVersion: "s1",
                byteCount: row.byteCount,
                digest: row.digest,
                retainedUntil: nil,
                epoch: 1,
                putTime: Fixture.morning,
                confirmedTime: Fixture.morning
            )
            try await fixture.manifest.noteVaulted(archive.name, copy, now: Fixture.morning)
            figures = try await self.figures(fixture, at: Fixture.morning)
            #expect(figures.archivedBytes == 12_345 && figures.storedBytes == 0)
        }
    }

    @Test func `do not count what is damaged as waiting`() async throws {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await fixture.known([1]))
            let (archive, _) = try await fixture.seal()
            let damaged = DamagedRecording(
                archive: archive.name,
                taskID: entries[0].key.taskID,
                offset: entries[0].offset
            )
            try await fixture.manifest.noteDamaged([damaged], now: Fixture.morning + .hours(30))
            #expect(try await figures(fixture, at: Fixture.morning).waitingRecordings == 0)
        }
    }
}
