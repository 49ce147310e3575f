import Foundation
import Recordings
import Testing

@testable import Manifest

/// Open archives belong to the spool of one root.
@Suite struct SpoolTests {
    /// A fixture with two tasks whose recordings are stored in its own spool, and the same manifest opened for another
    /// root.
    private func withTwo(_ body: (Fixture, Manifest) async throws -> Void) async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known(1...2))
            let other = try Manifest(path: fixture.path, mode: .readWrite, spool: Fixture.otherSpool)
            defer { try? other.close() }
            try await body(fixture, other)
        }
    }

    @Test func `another root sees none of them, opens its own, and seals its own only`() async throws {
        try await withTwo { fixture, other in
            let mine = try #require(try await fixture.manifest.openArchives().first)
            #expect(try await other.openArchives() == [])
            #expect(try await other.openArchive(of: fixture.acme, day: Fixture.today) == nil)
            #expect(try await other.daysToSeal(organization: fixture.acme, before: Fixture.today.next) == [])
            let theirs = try await other.openArchive(for: fixture.acme, day: Fixture.today, now: Fixture.morning)
            #expect(theirs.sequence == mine.name.sequence + 1)
            #expect(try await fixture.manifest.openArchive(of: fixture.acme, day: Fixture.today) == mine.name)
            _ = try await other.tasksToSeal(organization: fixture.acme, day: Fixture.today).collected()
            try await other.noteSealed(
                theirs,
                byteCount: 10_240,
                digest: try Fixture.digest(2),
                recordings: 0,
                now: Fixture.morning
            )
            #expect(try await fixture.manifest.openArchives() == [mine])
            #expect(try await fixture.states() == [.stored, .stored])
        }
    }

    @Test func `what another root says of one of them is refused, and changes nothing`() async throws {
        try await withTwo { fixture, other in
            let mine = try #require(try await fixture.manifest.openArchives().first)
            let nothing = ArchiveExtentRow(tarBytes: 0, journalBytes: 0)
            let lost = await failure {
                try await other.noteRecovered(mine.name, extent: nothing, whole: [], now: Fixture.morning)
            }
            #expect(lost == .conflict)
            let sealed = await failure {
                try await other.noteSealed(
                    mine.name,
                    byteCount: 10_240,
                    digest: try Fixture.digest(1),
                    recordings: 2,
                    now: Fixture.morning
                )
            }
            #expect(sealed == .conflict)
            let adopted = await failure {
                try await other.noteAdopted(
                    mine.name,
                    extent: nothing,
                    recordings: [],
                    schedule: nil,
                    now: Fixture.morning
                )
            }
            #expect(adopted == .conflict)
            #expect(try await fixture.manifest.openArchives() == [mine])
            #expect(try await fixture.states() == [.stored, .stored])
        }
    }

    @Test func `one is taken over if its files are there, unless its day has one there already`() async throws {
        try await withTwo { fixture, other in
            let mine = try #require(try await fixture.manifest.openArchives().first)
            let unknown = ArchiveName(organization: fixture.acme, day: Fixture.today, sequence: 9)
            #expect(try await other.takeOver([mine.name, unknown], now: Fixture.morning) == [mine.name])
            #expect(try await other.openArchives() == [mine])
            #expect(try await fixture.manifest.openArchives() == [])
            _ = try await fixture.manifest.openArchive(for: fixture.acme, day: Fixture.today, now: Fixture.morning)
            #expect(try await fixture.manifest.takeOver([mine.name], now: Fixture.morning) == [])
            let view = "SELECT archive, spool FROM archives_readable ORDER BY sequence"
            let told = "\(mine.name)|\(Fixture.otherSpool)\nacme-2025-11-20-002|\(Fixture.spool)\n"
            #expect(try await run("sqlite3", [fixture.path, view]) == told)
        }
    }
}
