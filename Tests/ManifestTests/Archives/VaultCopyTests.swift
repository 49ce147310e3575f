import Foundation
import GRDB
import Recordings
import Testing

@testable import Manifest

/// What the manifest says of archives that have to be in the vault, are there, or are nowhere else.
@Suite struct VaultCopyTests {
    private static let later = Fixture.morning + .hours(25)

    private func copy(
        _ archive: ArchiveRow,
        version: String? = "v1",
        digest: ContentDigest? = nil
    ) -> VaultedArchive {
        VaultedArchive(
            tarVersion: version,
            sideVersion: "s1",
            byteCount: archive.byteCount,
            digest: digest ?? archive.digest,
            retainedUntil: Fixture.morning + .hours(24 * 365 * 7),
            epoch: 1,
            putTime: Self.later,
            confirmedTime: Self.later
        )
    }

    /// Seals an archive with as many recordings, which has to be in the vault.
    private func seal(_ fixture: Fixture, _ numbers: ClosedRange<Int>, needsVault: Bool = true) async throws
        -> ArchiveRow
    {
        try await fixture.store(try await fixture.known(numbers))
        let name = try await fixture.manifest.openArchive(for: fixture.acme, day: Fixture.today, now: Fixture.morning)
        try await fixture.manifest.noteSealed(
            name,
            byteCount: 12_345,
            digest: try Fixture.digest(name.sequence),
            recordings: numbers.count,
            needsVault: needsVault,
            now: Fixture.morning + .hours(24)
        )
        return try #require(try await fixture.manifest.sealedArchive(name))
    }

    private func day(_ fixture: Fixture) async throws -> DayStatus {
        let days = try await fixture.manifest.dayStatuses(
            organization: fixture.acme,
            at: Fixture.standpoint(after: .hours(30))
        )
        return try #require(days.first)
    }

    private func total(_ fixture: Fixture) async throws -> PassSummary {
        try await fixture.manifest.reconciliation(
            organization: fixture.acme,
            window: Fixture.morning..<(Fixture.morning + .hours(2)),
            at: Fixture.standpoint(after: .hours(30))
        ).total
    }

    /// The state that people see in the file without Callark.
    private func readable(_ fixture: Fixture) async throws -> Set<String> {
        try fixture.manifest.settleLog()
        let text = try await run("sqlite3", [fixture.path, "SELECT DISTINCT state FROM recordings_readable"])
        return Set(text.split(separator: "\n").map(String.init))
    }

    @Test func `what is sealed is stored until the vault has it, and archived then, wherever one looks`() async throws {
        try await Fixture.with { fixture in
            let archive = try await seal(fixture, 1...3)
            #expect(archive.vault?.isWaiting == true)
            #expect(try await fixture.states() == [.stored, .stored, .stored])
            #expect(try await readable(fixture) == ["stored"])
            #expect(try await fixture.paged(ListFilter(state: .recording(.stored)), limit: 2).count == 3)
            #expect(try await fixture.paged(ListFilter(state: .recording(.archived)), limit: 2).isEmpty)
            var day = try await day(fixture)
            #expect((day.archived, day.stored, day.unvaulted, day.archivesUnvaulted) == (0, 3, 3, 1))
            #expect(!day.isComplete(today: Fixture.today) && !day.isComplete(today: Fixture.today.next))
            var total = try await total(fixture)
            #expect((total.recordings.archived, total.recordings.stored, total.recordings.overdue) == (0, 3, 3))
            #expect((total.recordings.unvaulted, total.recordings.archivesUnvaulted) == (3, 1))
            #expect(total.recordings.known == 3 && !total.isComplete)
            let held = try #require(try await fixture.recordings().first?.held)
            #expect(held.isSealed && held.copies.names == ["disk"])

            try await fixture.manifest.noteVaulted(archive.name, copy(archive), now: Self.later)
            try await fixture.manifest.noteVaulted(archive.name, copy(archive), now: Self.later)
            #expect(try await fixture.states() == [.archived, .archived, .archived])
            #expect(try await readable(fixture) == ["archived"])
            #expect(try await fixture.paged(ListFilter(state: .recording(.stored)), limit: 2).isEmpty)
            #expect(try await fixture.paged(ListFilter(state: .recording(.archived)), limit: 2).count == 3)
            day = try await self.day(fixture)
            #expect((day.archived, day.stored, day.unvaulted, day.archivesUnvaulted) == (3, 0, 0, 0))
            #expect(day.isComplete(today: Fixture.today.next))
            total = try await self.total(fixture)
            #expect((total.recordings.archived, total.recordings.overdue) == (3, 0) && total.isComplete)
            #expect(try await fixture.recordings().first?.held?.copies.names == ["disk", "vault"])
            #expect(try fixture.manifest.vaultedArchive(archive.name) == copy(archive))
            let events = try await fixture.manifest.events().collected().filter { $0.kind == .archivePlaced }
            #expect(events.count == 1, "saying it again is no event")
        }
    }

    @Test func `what was sealed without a vault stays archived, even while it waits to be put there`() async throws {
        try await Fixture.with { fixture in
            let archive = try await seal(fixture, 1...2, needsVault: false)
            #expect(archive.vault == nil)
            #expect(try await fixture.manifest.vaultFigures().diskOnly.archives == 1)
            try await fixture.manifest.demandVault([archive.name], isRequired: false)
            #expect(try await fixture.states() == [.archived, .archived])
            #expect(try await total(fixture).isComplete)
            let figures = try await fixture.manifest.vaultFigures(organization: fixture.acme)
            #expect((figures.offered.archives, figures.waiting.archives, figures.diskOnly.archives) == (1, 0, 0))
            let waiting = try await fixture.manifest.archivesToVault(organization: fixture.acme, limit: 10)
            #expect(waiting.map(\.name) == [archive.name])
        }
    }

    @Test func `other bytes are no copy, and unknown archives have none`() async throws {
        try await Fixture.with { fixture in
            let archive = try await seal(fixture, 1...1)
            let other = copy(archive, digest: try Fixture.digest(99))
            let wrong = await failure { try await fixture.manifest.noteVaulted(archive.name, other, now: Self.later) }
            #expect(wrong == .conflict)
            let unknown = ArchiveName(organization: fixture.acme, day: Fixture.today, sequence: 9)
            let strange = await failure { try await fixture.manifest.demandVault([unknown], isRequired: true) }
            #expect(strange == .unknown)
            #expect(try await fixture.states() == [.stored])
        }
    }

    @Test func `archives wait in the order of their days, and come a few at a time`() async throws {
        try await Fixture.with { fixture in
            let first = try await seal(fixture, 1...1)
            let second = try await seal(fixture, 2...2)
            func names(after: ArchiveName?, limit: Int) async throws -> [ArchiveName] {
                try await fixture.manifest.archivesToVault(organization: fixture.acme, after: after, limit: limit)
                    .map(\.name)
            }
            #expect(try await names(after: nil, limit: 1) == [first.name])
            #expect(try await names(after: first.name, limit: 5) == [second.name])
            #expect(try await names(after: second.name, limit: 5).isEmpty)
        }
    }

    @Test func `an archive leaves the disk only if the vault has it, and is no damage then`() async throws {
        try await Fixture.with { fixture in
            let archive = try await seal(fixture, 1...2)
            #expect(try await !fixture.manifest.noteEvicted(archive.name, now: Self.later))
            try await fixture.manifest.noteVaulted(archive.name, copy(archive), now: Self.later)
            func evictable(_ day: ArchiveDay) async throws -> [ArchiveName] {
                try await fixture.manifest.archivesToEvict(organization: fixture.acme, before: day).map(\.name)
            }
            #expect(try await evictable(Fixture.today).isEmpty)
            #expect(try await evictable(Fixture.today.next) == [archive.name])
            #expect(try await fixture.manifest.noteEvicted(archive.name, now: Self.later))
            #expect(try await !fixture.manifest.noteEvicted(archive.name, now: Self.later), "it is gone already")
            #expect(try await fixture.manifest.sealedFiles().map(\.isEvicted) == [true])
            #expect(try await fixture.recordings().first?.held?.copies.names == ["vault"])
            #expect(try await fixture.states() == [.archived, .archived])
            #expect(try await evictable(Fixture.today.next).isEmpty)
            #expect(try await fixture.manifest.evictedArchives().map(\.name) == [archive.name])
            let figures = try await fixture.manifest.vaultFigures()
            #expect((figures.confirmed.archives, figures.evicted.archives) == (1, 1))

            try await fixture.manifest.noteReturned(archive.name)
            #expect(try await fixture.manifest.sealedFiles().map(\.isEvicted) == [false])
            #expect(try await fixture.recordings().first?.held?.copies.names == ["disk", "vault"])
        }
    }

    @Test(arguments: [true, false])
    func `a copy that does not hold is put again, and its version never counts again`(_ isDamaged: Bool) async throws {
        try await Fixture.with { fixture in
            let archive = try await seal(fixture, 1...1)
            try await fixture.manifest.noteVaulted(archive.name, copy(archive), now: Self.later)
            try await fixture.manifest.noteVaultDamage(archive.name, "why", isDamaged: isDamaged, now: Self.later)
            #expect(try await fixture.states() == [.stored])
            let waiting = try await fixture.manifest.archivesToVault(organization: fixture.acme, limit: 1)
            #expect(waiting.first?.vault?.damagedVersions == (isDamaged ? ["v1"] : []))
            #expect(waiting.first?.vault?.failure == "why")
            #expect(try await fixture.manifest.vaultFigures().failure == "why")
            try await fixture.manifest.noteVaulted(archive.name, copy(archive, version: "v2"), now: Self.later)
            #expect(try await fixture.states() == [.archived])
            #expect(try await fixture.manifest.vaultFigures().failure == nil)
        }
    }

    @Test func `damage of what waits for the vault is counted once`() async throws {
        try await Fixture.with { fixture in
            let archive = try await seal(fixture, 1...3)
            let held = try #require(try await fixture.recordings().first)
            let offset = try #require(held.held?.offset)
            let damaged = DamagedRecording(archive: archive.name, taskID: held.key.taskID, offset: offset)
            try await fixture.manifest.noteRead(damaged, now: Self.later)
            let day = try await day(fixture)
            #expect((day.stored, day.unvaulted, day.damaged, day.known) == (2, 2, 1, 3))
            let total = try await total(fixture).recordings
            #expect((total.stored, total.unvaulted, total.overdue, total.damaged) == (2, 2, 2, 1))
        }
    }

    @Test func `a manifest from before the vault has all that it had, archived`() async throws {
        try await Fixture.with { fixture in
            _ = try await seal(fixture, 1...2, needsVault: false)
            try fixture.manifest.close()
            // As it was before the migration.
            let queue = try DatabaseQueue(path: fixture.path)
            try await queue.write { db in
                let views = ["vault_copies_readable", "archives_readable", "recordings_readable"]
                for view in views { try db.execute(sql: "DROP VIEW \(view)") }
                try db.execute(sql: "DROP TABLE vault_copy; DELETE FROM grdb_migrations WHERE identifier = '4 vault'")
                for view in ["archives_readable", "recordings_readable"] {
                    try db.execute(sql: "CREATE VIEW \(view) AS SELECT 1")
                }
            }
            try queue.close()
            #expect(await failure { try Manifest(path: fixture.path, mode: .readOnly) } == .older)
            let manifest = try Manifest(path: fixture.path, mode: .readWrite)
            defer { try? manifest.close() }
            let rows = try await manifest.entries(ListFilter(), at: Fixture.standpoint()).collected()
            let states = rows.compactMap { row in if case .recording(let row) = row { row.state } else { nil } }
            #expect(states == [.archived, .archived])
            #expect(try await manifest.sealedArchives().map(\.vault) == [nil])
            #expect(try await manifest.faults().isEmpty)
        }
    }

    @Test func `knows since when a day under way has been collected`() async throws {
        try await Fixture.with { fixture in
            func open(_ day: ArchiveDay) async throws -> [ArchiveUnderWay] {
                try await fixture.manifest.archivesUnderWay(organization: fixture.acme, from: day)
            }
            #expect(try await open(Fixture.today).isEmpty)
            try await fixture.store(try await fixture.known(1...2))
            let first = try #require(try await open(Fixture.today).first)
            #expect(first.day == Fixture.today && first.byteCount > 4_000_000)
            #expect(first.firstReceived == Fixture.morning + .hours(1))
            #expect(try await open(Fixture.today.next).isEmpty)
            try await fixture.seal()
            #expect(try await open(Fixture.today).isEmpty)
        }
    }

    @Test func `a copy of the manifest is a whole manifest`() async throws {
        try await Fixture.with { fixture in
            let archive = try await seal(fixture, 1...2)
            try await fixture.manifest.noteVaulted(archive.name, copy(archive), now: Self.later)
            let path = fixture.folder.appending(path: "copy.sqlite").path
            try fixture.manifest.copy(to: path)
            let second = try Manifest(path: path, mode: .readOnly)
            defer { try? second.close() }
            #expect(try await second.sealedArchives() == (try await fixture.manifest.sealedArchives()))
            #expect(try await second.faults().isEmpty)
        }
    }
}
