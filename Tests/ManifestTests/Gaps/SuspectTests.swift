import Foundation
import Recordings
import Testing

@testable import Manifest

@Suite struct `A suspect recording` {
    private static let reason = "the header promises 2 bytes of sound, and 1 are there"

    /// Stores work as suspect, and returns what was stored.
    @discardableResult
    private func store(
        _ fixture: Fixture,
        _ work: RecordingWork,
        suspicion: String?,
        digest: Int = 7,
        key: RecordingKey? = nil,
        supersedes: String? = nil
    ) async throws -> RecordingEntry {
        let archive = try await fixture.manifest.openArchive(for: fixture.acme, day: work.day, now: Fixture.morning)
        let start = try await fixture.manifest.openArchives().first { $0.name == archive }?.extent.tarBytes ?? 0
        var entry = try fixture.entry(work, offset: start + 1024, suspicion: suspicion)
        entry.stored.digest = try Fixture.digest(digest)
        if let key { (entry.key, entry.file) = (key, FileName.of(key)) }
        entry.supersedes = supersedes
        let extent = ArchiveExtentRow(tarBytes: start + 2_000_000, journalBytes: start / 1000 + 900)
        let stored = StoredRecording(row: work.row, entry: entry)
        try await fixture.manifest.noteStored([stored], extents: [archive: extent], now: Fixture.morning + .hours(1))
        return entry
    }

    private func suspects(_ fixture: Fixture) async throws -> [SuspectRow] {
        try await fixture.manifest.suspects(fixture.acme)
    }

    private func due(_ fixture: Fixture, after: Duration, before: Duration? = nil) async throws -> Int {
        try await fixture.manifest.tasksWithSuspects(
            organization: fixture.acme,
            window: nil,
            dueBy: Fixture.morning + after,
            lookedAtBefore: before.map { Fixture.morning + $0 },
            after: nil,
            limit: 10
        )
        .count
    }

    /// What the provider offers for task 1, asked this long after the morning.
    private func look(_ fixture: Fixture, after: Duration) async throws -> [RecordingWork] {
        let id = try Fixture.taskID(1)
        let capture = Capture(taskID: id, recordings: [try Fixture.captured(id, 1)])
        return try await fixture.answer([.capture(capture)], now: Fixture.morning + after)
    }

    @Test func `is counted, due after an hour, and no more once whole bytes have come`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1, 2])
            let first = try await store(fixture, work[0], suspicion: Self.reason)
            try await store(fixture, work[1], suspicion: nil, digest: 8)
            #expect(try await suspects(fixture).map(\.suspect.reason) == [Self.reason])
            #expect(try await suspects(fixture).first?.suspect.file == first.file)
            // It arrived an hour after the morning.
            #expect(try await due(fixture, after: .minutes(119)) == 0)
            #expect(try await due(fixture, after: .minutes(120)) == 1)
            #expect(try await due(fixture, after: .minutes(61), before: .minutes(61)) == 1)
            #expect(try await look(fixture, after: .minutes(100)).isEmpty)
            let again = try #require(try await look(fixture, after: .hours(2)).first)
            #expect(again.row == work[0].row)
            #expect(again.look?.digests == [try Fixture.digest(7)])
            #expect(again.look?.path == first.payloadPath)
            let key = again.captured.key.versioned(try Fixture.digest(9))
            try await store(fixture, again, suspicion: nil, digest: 9, key: key, supersedes: again.look?.path)
            #expect(try await suspects(fixture).isEmpty)
            #expect(try await look(fixture, after: .hours(48)).isEmpty)
            #expect(try await due(fixture, after: .hours(48), before: .hours(48)) == 0)
            let rows = try await fixture.manifest.recordings(of: try Fixture.taskID(1))
            #expect(rows.map(\.key.recordingID.description.count).sorted() == [36, 36 + 24])
            #expect(try await fixture.recordings(ListFilter(state: .suspect)).isEmpty)
            #expect(try await fixture.story(1).last == .recordingChanged)
        }
    }

    @Test func `stays suspect as long as what comes does not convince either`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            try await store(fixture, work[0], suspicion: Self.reason)
            let again = try #require(try await look(fixture, after: .hours(2)).first)
            let key = again.captured.key.versioned(try Fixture.digest(9))
            try await store(fixture, again, suspicion: "half", digest: 9, key: key, supersedes: again.look?.path)
            #expect(try await suspects(fixture).count == 1)
            let row = again.row
            try await fixture.manifest.noteLook(
                at: row,
                validator: "\"a\"",
                horizon: .hours(168),
                now: Fixture.morning + .hours(2)
            )
            #expect(try await due(fixture, after: .minutes(239)) == 0)
            let third = try #require(try await look(fixture, after: .hours(4)).first?.look)
            #expect(third.digests == [try Fixture.digest(7), try Fixture.digest(9)])
            #expect(third.validator == "\"a\"")
            #expect(try await fixture.recordings(ListFilter(state: .suspect)).count == 1)
        }
    }

    @Test func `is not asked for again and again if the provider offers it no more`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            try await store(fixture, work[0], suspicion: Self.reason)
            let id = try Fixture.taskID(1)
            let nothing = TaskAnswer.capture(Capture(taskID: id, recordings: []))
            #expect(try await fixture.answer([nothing], now: Fixture.morning + .hours(2)).isEmpty)
            #expect(try await due(fixture, after: .minutes(200)) == 0)
            let refusal = TaskAnswer.refused(id, reason: "no")
            #expect(try await fixture.answer([refusal], now: Fixture.morning + .hours(5)).isEmpty)
            #expect(try await due(fixture, after: .hours(6)) == 0)
            #expect(try await suspects(fixture).count == 1)
        }
    }

    @Test func `is acknowledged by name, stays listed, and can be taken back`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1, 2])
            try await store(fixture, work[0], suspicion: Self.reason)
            try await store(fixture, work[1], suspicion: nil, digest: 8)
            let words = Acknowledgement(
                note: "case 4711",
                author: "ann",
                authorUID: 1000,
                time: Fixture.morning + .hours(3)
            )
            let (one, two) = (try Fixture.taskID(1), try Fixture.taskID(2))
            let refused = try await fixture.manifest.acknowledge([one, two], organization: nil, with: words)
            #expect(refused.without == [two])
            #expect(try await suspects(fixture).first?.suspect.acknowledgement == nil, "all or nothing")
            let unknown = try await fixture.manifest.acknowledge(
                [try Fixture.taskID(9)],
                organization: nil,
                with: words
            )
            #expect(unknown.unknown == [try Fixture.taskID(9)])
            #expect(try await fixture.manifest.acknowledge([one], organization: nil, with: words).isDone)
            #expect(try await suspects(fixture).first?.suspect.acknowledgement == words)
            #expect(try await fixture.story(1).last == .gapExplained)
            let back = try await fixture.manifest.withdrawAcknowledgements(
                [one],
                organization: fixture.acme,
                by: Actor(name: "bob", uid: 1001),
                now: Fixture.morning + .hours(4)
            )
            #expect(back.isDone)
            #expect(try await suspects(fixture).first?.suspect.acknowledgement == nil)
        }
    }

    @Test func `that was not acknowledged is left as it is when another one's acknowledgement is withdrawn`()
        async throws
    {
        try await Fixture.with { fixture in
            let id = try Fixture.taskID(1)
            let first = try await fixture.known([1])
            try await store(fixture, first[0], suspicion: Self.reason)
            let words = Acknowledgement(
                note: "case 4711",
                author: "ann",
                authorUID: 1000,
                time: Fixture.morning + .hours(2)
            )
            #expect(try await fixture.manifest.acknowledge([id], organization: nil, with: words).isDone)
            let both = Capture(taskID: id, recordings: try [1, 2].map { try Fixture.captured(id, $0) })
            let second = try await fixture.answer([.capture(both)], now: Fixture.morning + .hours(3))
            try await store(fixture, try #require(second.last), suspicion: Self.reason, digest: 8)
            #expect(try await suspects(fixture).count == 2)
            let back = try await fixture.manifest.withdrawAcknowledgements(
                [id],
                organization: fixture.acme,
                by: Actor(name: "bob", uid: 1001),
                now: Fixture.morning + .hours(4)
            )
            #expect(back.isDone && back.suspects.count == 1)
            #expect(try await fixture.story(1).filter { $0 == .explanationWithdrawn }.count == 1)
        }
    }

    @Test func `is in the record of its day, with what was said about it`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            let entry = try await store(fixture, work[0], suspicion: Self.reason)
            let id = try Fixture.taskID(1)
            let words = Acknowledgement(
                note: "case 4711",
                author: "ann",
                authorUID: 1000,
                time: Fixture.morning + .hours(3)
            )
            _ = try await fixture.manifest.acknowledge([id], organization: nil, with: words)
            let suspect = Suspect(
                taskID: id,
                recordingID: entry.key.recordingID,
                file: entry.file,
                reason: Self.reason,
                acknowledgement: words
            )
            let draft = try #require(
                try await fixture.manifest.draftDayClose(
                    fixture.acme,
                    day: Fixture.today,
                    at: Fixture.standpoint(after: .hours(48))
                )
            )
            #expect(draft.record.suspects == [suspect])
            #expect(draft.record.recordings.suspect == 1)
            #expect(try DayClose(json: draft.record.json) == draft.record)
            // A record from before there were suspects.
            let text = String(decoding: try draft.record.json, as: UTF8.self)
            let older = text.replacing(/,"suspects":\[.*\]/, with: "").replacing(",\"suspect\":1", with: "")
            let read = try DayClose(json: Array(older.utf8))
            #expect(read.suspects.isEmpty)
            #expect(read.recordings.archived == 1)
        }
    }
}
