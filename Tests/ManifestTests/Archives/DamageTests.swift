import Foundation
import Recordings
import Testing

@testable import Manifest

/// What happens to recordings whose bytes are damaged, and to archives that the manifest does not know.
@Suite struct DamageTests {
    private func damaged(_ name: ArchiveName, _ entry: RecordingEntry) -> DamagedRecording {
        DamagedRecording(archive: name, taskID: entry.key.taskID, offset: entry.offset)
    }

    private func ask(_ fixture: Fixture, _ number: Int, _ now: Timestamp) async throws -> [RecordingWork] {
        let id = try Fixture.taskID(number)
        let captured = try Fixture.captured(id, number)
        return try await fixture.answer([.capture(Capture(taskID: id, recordings: [captured]))], now: now)
    }

    @Test func `a damaged recording is wanted again, and its archive keeps what is known of it`() async throws {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await fixture.known(1...3))
            let (archive, _) = try await fixture.seal()
            let now = Fixture.morning + .hours(30)
            for _ in 0..<2 { try await fixture.manifest.noteDamaged([damaged(archive.name, entries[1])], now: now) }
            #expect(try await fixture.states() == [.archived, .damaged, .archived])
            #expect(try await fixture.recordings()[1].reason == "damaged in \(archive.name)")
            let awaiting = try await fixture.manifest.tasksAwaitingBytes(
                organization: fixture.acme,
                window: nil,
                wantedBefore: now + .seconds(1),
                after: nil,
                limit: 10
            )
            #expect(awaiting.map(\.id) == [entries[1].key.taskID])
            let members = try await fixture.manifest.archivedRecordings(in: archive.name).collected()
            #expect(members.map(\.offset).sorted() == entries.map(\.offset).sorted())
            #expect(members.filter { !$0.isCounting }.map(\.digest) == [entries[1].stored.digest])
            #expect(members.allSatisfy { $0.replacedBy == nil })
            let status = try #require(try await fixture.manifest.dayStatuses(at: Fixture.standpoint()).first)
            #expect((status.archived, status.pending, status.damaged) == (2, 0, 1))
            #expect(status.isDamaged && status.unexplained == 1)
            let events = try await fixture.manifest.events().collected().filter { $0.kind == .damageFound }
            #expect(events.map(\.detail["offset"]) == [String(entries[1].offset)])
            #expect(try await fixture.manifest.faults() == [])
        }
    }

    @Test func `what came again is in the supplement, says what it replaces, and counts once`() async throws {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await fixture.known(1...3))
            let (first, _) = try await fixture.seal()
            let now = Fixture.morning + .hours(30)
            try await fixture.manifest.noteDamaged([damaged(first.name, entries[1])], now: now)
            let work = try await ask(fixture, 2, now)
            #expect(work.map(\.replaced) == [ReplacedCopy(archive: first.name, digest: entries[1].stored.digest)])
            try await fixture.store(work, now: now)
            let (second, _) = try await fixture.seal(now: now)
            #expect(try await fixture.states() == [.archived, .archived, .archived])
            #expect(try await fixture.recordings()[1].held?.archive == second.name)
            let members = try await fixture.manifest.archivedRecordings(in: first.name).collected()
            #expect(members.first { !$0.isCounting }?.replacedBy == second.name)
            let status = try #require(try await fixture.manifest.dayStatuses(at: Fixture.standpoint()).first)
            #expect((status.archived, status.pending) == (3, 0))
            let copies = try await fixture.manifest.displacedCopies()
            #expect(copies.map(\.counting?.archive) == [second.name])
            #expect(try await fixture.manifest.displacedCopies(DisplacementFilter(isUnheld: true)) == [])
        }
    }

    @Test func `a copy that is whole again counts again, if nothing else does`() async throws {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await fixture.known([1]))
            let (archive, _) = try await fixture.seal()
            let before = try await fixture.recordings()
            let now = Fixture.morning + .hours(30)
            try await fixture.manifest.noteDamaged([damaged(archive.name, entries[0])], now: now)
            let copy = try #require(try await fixture.manifest.displacedCopies().first)
            try await fixture.manifest.noteReinstated(copy, now: now)
            #expect(try await fixture.recordings() == before)
            #expect(try await fixture.manifest.displacedCopies() == [])
            // Recording it twice changes nothing.
            let events = try await fixture.manifest.events().collected().count
            try await fixture.manifest.noteReinstated(copy, now: now)
            #expect(try await fixture.recordings() == before)
            #expect(try await fixture.manifest.events().collected().count == events)
        }
    }

    /// Protects against mistakes, and against a person with `sqlite3`.
    @Test(arguments: [
        "UPDATE recording SET archive = NULL, offset = NULL, byte_count = NULL, digest = NULL, audio_format = NULL, "
            + "duration_ms = NULL, received_time = NULL, wanted_time = 1 WHERE ordinal = 0 AND archive IS NOT NULL",
        "UPDATE displacement SET offset = 9", "DELETE FROM displacement",
        "INSERT INTO displacement SELECT archive, task, ordinal, 0, 1, offset + 1, byte_count, digest, audio_format, "
            + "duration_ms, suspicion, received_time FROM recording WHERE archive IS NOT NULL",
        "UPDATE recording SET archive = 1, offset = 5, byte_count = 5, digest = zeroblob(32), received_time = 1, "
            + "wanted_time = NULL WHERE archive IS NULL",
    ])
    func `no recording leaves a sealed archive unless it was noted, and none enters it`(statement: String) async throws
    {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await fixture.known(1...3))
            let (archive, _) = try await fixture.seal()
            try await fixture.manifest.noteDamaged([damaged(archive.name, entries[1])], now: Fixture.morning)
            let states = try await fixture.states()
            await #expect(throws: ProgramFailed.self) { try await run("sqlite3", [fixture.path, statement]) }
            #expect(try await fixture.states() == states)
        }
    }

    @Test func `readings are kept, the longest ago first, and sealing is one`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1]))
            let now = Fixture.morning + .hours(24)
            let (first, _) = try await fixture.seal(now: now)
            #expect(try await fixture.manifest.readings().map(\.time) == [now])
            try await fixture.store(try await fixture.known([2]))
            let (second, _) = try await fixture.seal(now: now + .hours(1))
            #expect(try await fixture.manifest.readings().map(\.archive.name) == [first.name, second.name])
            try await fixture.manifest.noteRead(
                first.name,
                ReadingFinding(faults: 2, ownFaults: 2),
                now: now + .hours(2)
            )
            let readings = try await fixture.manifest.readings()
            #expect(readings.map(\.archive.name) == [second.name, first.name])
            #expect(readings.map(\.faults) == [0, 2])
            let status = try await fixture.manifest.readingStatus(fixture.acme)
            #expect(status.allReadSince == now + .hours(1))
            #expect((status.archives, status.neverRead, status.faulty) == (2, 0, 1))
            let unknown = try #require(ArchiveName("acme-2020-01-01-001"))
            try await fixture.manifest.noteRead(unknown, ReadingFinding(), now: now)
            #expect(try await fixture.manifest.readings().count == 2)
        }
    }

    @Test func `the views tell people of both`() async throws {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await fixture.known([1]))
            let (archive, _) = try await fixture.seal()
            try await fixture.manifest.noteDamaged([damaged(archive.name, entries[0])], now: Fixture.morning)
            let select = "SELECT archive, reason, offset FROM displacements_readable; SELECT * FROM readings_readable"
            let text = try await run("sqlite3", ["-readonly", fixture.path, select])
            #expect(text.contains("acme-2025-11-20-001|damaged|\(entries[0].offset)"))
            #expect(text.contains("acme-2025-11-20-001|2025-11-21T08:00:00.000Z|0"))
        }
    }

    @Test func `an archive that an older manifest has open is adopted as it was sealed`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known(1...4)
            let entries = try await fixture.store(Array(work.prefix(2)))
            let name = try #require(try await fixture.manifest.openArchives().first?.name)
            // The sealed archive lost the first one, and has two more, one of them of an unknown task.
            let third = try fixture.entry(work[2], offset: 8_000_000)
            var stranger = try fixture.entry(work[3], offset: 12_000_000)
            stranger.key.taskID = try Fixture.taskID(99)
            let archive = ArchiveRow(
                name: name,
                byteCount: 99_999,
                digest: try Fixture.digest(5),
                recordings: 3,
                sealedTime: nil
            )
            for time in 1...2 {
                let code = await failure {
                    try await fixture.manifest.restore(
                        archive,
                        organizationID: fixture.acmeID,
                        tasks: Stream([]),
                        recordings: Stream([entries[1], third, stranger]),
                        schedule: nil,
                        now: Fixture.morning
                    )
                }
                #expect(code == (time == 1 ? nil : .conflict), "once is enough")
            }
            let states = Dictionary(
                uniqueKeysWithValues: try await fixture.recordings().map { ($0.key.taskID, $0.state) }
            )
            #expect(states[try Fixture.taskID(1)] == .pending)
            for number in [2, 3, 99] { #expect(states[try Fixture.taskID(number)] == .archived) }
            #expect(states[try Fixture.taskID(4)] == .pending)
            #expect(try await fixture.manifest.openArchives() == [])
            #expect(try await fixture.manifest.faults() == [])
        }
    }

    @Test func `a recording that two archives have counts once, and in the later if that says so`() async throws {
        try await Fixture.with { fixture in
            let entries = try await fixture.store(try await fixture.known([1, 2]))
            let (first, _) = try await fixture.seal()
            var again = entries
            again[0].offset = 4096
            again[1].offset = 8_000_000
            again[1].replaces = first.name
            let second = ArchiveRow(
                name: ArchiveName(organization: fixture.acme, day: Fixture.today, sequence: 2),
                byteCount: 5,
                digest: try Fixture.digest(6),
                recordings: 2,
                sealedTime: nil
            )
            let duplicates = try await fixture.manifest.restore(
                second,
                organizationID: fixture.acmeID,
                tasks: Stream([]),
                recordings: Stream(again),
                schedule: nil,
                now: Fixture.morning
            )
            #expect(duplicates == [entries[0].key])
            #expect(try await fixture.recordings().map(\.held?.archive) == [first.name, second.name])
            let copies = try await fixture.manifest.displacedCopies()
            #expect(copies.map(\.reason) == [.damaged, .duplicate])
            #expect(copies.map(\.archive) == [first.name, second.name])
            let status = try #require(try await fixture.manifest.dayStatuses(at: Fixture.standpoint()).first)
            #expect(status.archived == 2)
        }
    }

    @Test func `a taking in that was cut off is done again, beside an open archive of the day`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known(1...3)
            try await fixture.store([work[0]])
            let entries = [try fixture.entry(work[1], offset: 512), try fixture.entry(work[2], offset: 4_000_512)]
            let archive = ArchiveRow(
                name: ArchiveName(organization: fixture.acme, day: Fixture.today, sequence: 4),
                byteCount: 5,
                digest: try Fixture.digest(6),
                recordings: 2,
                sealedTime: nil
            )
            func adopt(_ entries: Stream<RecordingEntry>) async throws {
                _ = try await fixture.manifest.restore(
                    archive,
                    organizationID: fixture.acmeID,
                    tasks: Stream([]),
                    recordings: entries,
                    schedule: nil,
                    now: Fixture.morning
                )
            }
            await #expect(throws: CutOff.self) { try await adopt(Stream([entries[0]], isCutOff: true)) }
            #expect(try await fixture.manifest.sealedArchives() == [])
            #expect(try await fixture.manifest.openArchive(of: fixture.acme, day: Fixture.today)?.sequence == 1)
            try await adopt(Stream(entries))
            #expect(try await fixture.states() == [.stored, .archived, .archived])
            #expect(try await fixture.manifest.sealedArchives().map(\.recordings) == [2])
            #expect(try await fixture.manifest.faults() == [])
        }
    }

    @Test func `a day whose only archive has no recording is damaged with it`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1, request: .notRequested)])
            let (manifest, day) = (fixture.manifest, Fixture.today)
            let name = try await manifest.openArchive(for: fixture.acme, day: day, now: Fixture.morning)
            try await manifest.noteSealed(
                name,
                byteCount: 5,
                digest: try Fixture.digest(1),
                recordings: 0,
                now: Fixture.morning
            )
            var standpoint = Fixture.standpoint()
            #expect(try await manifest.dayStatuses(at: standpoint) == [])
            for file in try await manifest.sealedFiles() { standpoint.altered.add(file, reason: "its file is missing") }
            let status = try #require(try await manifest.dayStatuses(organization: fixture.acme, at: standpoint).first)
            #expect(status.day == day && status.isDamaged && !status.isComplete(today: day.next))
            #expect(try await manifest.dayStatuses(since: day.next, at: standpoint) == [])
        }
    }

    @Test func `what is damaged in an archive that is taken in never counts`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known(1...2)
            let entries = [try fixture.entry(work[0], offset: 512), try fixture.entry(work[1], offset: 4_000_512)]
            let archive = ArchiveRow(
                name: ArchiveName(organization: fixture.acme, day: Fixture.today, sequence: 1),
                byteCount: 5,
                digest: try Fixture.digest(6),
                recordings: 2,
                sealedTime: nil
            )
            _ = try await fixture.manifest.restore(
                archive,
                organizationID: fixture.acmeID,
                tasks: Stream([]),
                recordings: Stream(entries),
                damaged: [damaged(archive.name, entries[1])],
                schedule: nil,
                now: Fixture.morning
            )
            #expect(try await fixture.states() == [.archived, .damaged])
            #expect(try await fixture.manifest.displacedCopies().map(\.reason) == [.damaged])
            #expect(try await fixture.manifest.faults() == [])
        }
    }

    @Test func `an archive whose taking in failed leaves nothing behind`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            let name = ArchiveName(organization: fixture.acme, day: Fixture.today, sequence: 3)
            let archive = ArchiveRow(
                name: name,
                byteCount: 5,
                digest: try Fixture.digest(6),
                recordings: 2,
                sealedTime: nil
            )
            let entry = try fixture.entry(work[0], offset: 512)
            let code = await failure {
                try await fixture.manifest.restore(
                    archive,
                    organizationID: fixture.acmeID,
                    tasks: Stream([]),
                    recordings: Stream([entry]),
                    schedule: nil,
                    now: Fixture.morning
                )
            }
            #expect(code == .conflict)
            try await fixture.manifest.undoAdoption(name, now: Fixture.morning)
            #expect(try await fixture.states() == [.pending])
            #expect(try await fixture.manifest.openArchives() == [])
        }
    }
}
