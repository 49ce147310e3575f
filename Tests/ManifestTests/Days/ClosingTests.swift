import Foundation
import Recordings
import Testing

@testable import Manifest

@Suite struct `A closed day in the manifest` {
    private func isCurrent(_ fixture: Fixture) async throws -> Bool? {
        try await fixture.manifest.dayCloses(fixture.acme, days: Fixture.today...Fixture.today).first?.isCurrent
    }

    private func draft(_ fixture: Fixture, after duration: Duration = .hours(24)) async throws -> DayCloseDraft? {
        let standpoint = Fixture.standpoint(after: duration)
        return try await fixture.manifest.draftDayClose(fixture.acme, day: Fixture.today, at: standpoint)
    }

    /// Seals the day's open archive with a record.
    private func close(_ fixture: Fixture) async throws {
        let draft = try #require(try await draft(fixture))
        let now = Fixture.morning + .hours(24)
        let name = try await fixture.manifest.openArchive(for: fixture.acme, day: Fixture.today, now: now)
        _ = try await fixture.manifest.tasksToSeal(organization: fixture.acme, day: Fixture.today).collected()
        try await fixture.manifest.noteSealed(
            name,
            byteCount: 12_345,
            digest: try Fixture.digest(name.sequence),
            recordings: try await fixture.manifest.openArchives().first { $0.name == name }?.recordings ?? 0,
            dayClose: draft.record,
            decidedAt: draft.mark,
            now: now
        )
    }

    /// Changes to something that the record counts.
    enum Change: String, CaseIterable {
        case newTask, changedTask, newRecording, question, explanation, doubt
    }

    @Test(arguments: Change.allCases) func `is looked at again after any change`(_ change: Change) async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1]))
            _ = try await fixture.list([try Fixture.task(2)])
            _ = try await fixture.explain(2)
            try await close(fixture)
            #expect(try await isCurrent(fixture) == true)
            switch change {
            case .newTask: _ = try await fixture.list([try Fixture.task(3, request: .notRequested)])
            case .changedTask: _ = try await fixture.list([try Fixture.task(1, status: "abandoned")])
            case .newRecording:
                let id = try Fixture.taskID(1)
                let captures = try [1, 2].map { try Fixture.captured(id, $0) }
                _ = try await fixture.answer([.capture(Capture(taskID: id, recordings: captures))])
            case .question:
                _ = try await fixture.answer([.refused(try Fixture.taskID(2), reason: "404", trackingID: nil)])
            case .explanation: _ = try await fixture.explain(2, .other)
            case .doubt:
                try await fixture.manifest.noteListingDoubts(fixture.acme, days: [Fixture.today], now: Fixture.morning)
            }
            #expect(try await isCurrent(fixture) == false)
        }
    }

    @Test func `is not looked at again for an answer that says once more that there is nothing`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1]))
            _ = try await fixture.list([try Fixture.task(2)])
            _ = try await fixture.explain(2)
            try await close(fixture)
            _ = try await fixture.answer([.capture(Capture(taskID: try Fixture.taskID(2), recordings: []))])
            #expect(try await isCurrent(fixture) == true)
        }
    }

    @Test func `is not looked at again for what happens to other days`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1]))
            try await close(fixture)
            _ = try await fixture.list([try Fixture.task(5, created: Fixture.morning + .hours(24))])
            #expect(try await isCurrent(fixture) == true)
        }
    }

    @Test func `stays closed if an unknown open archive has nothing but copies that do not count`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            let stored = try await fixture.store(work)
            try await close(fixture)
            var copy = try #require(stored.first)
            copy.offset = 1024
            try await fixture.manifest.noteAdopted(
                ArchiveName(organization: fixture.acme, day: Fixture.today, sequence: 2),
                extent: ArchiveExtentRow(tarBytes: 2048, journalBytes: 900),
                recordings: [copy],
                schedule: nil,
                now: Fixture.morning + .hours(25)
            )
            #expect(try await isCurrent(fixture) == true)
            #expect(try await fixture.states() == [.archived])
            let tomorrow = Fixture.day(Fixture.morning + .hours(24))
            let toSeal = try await fixture.manifest.daysToSeal(organization: fixture.acme, before: tomorrow)
            #expect(toSeal == [Fixture.today], "the copy is sealed all the same")
        }
    }

    @Test func `is drafted only if nothing is missing, pending or under way`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            #expect(try await draft(fixture) == nil, "pending")
            try await fixture.store(work)
            #expect(try await draft(fixture)?.record.recordings.archived == 1, "what is stored will be archived")
            _ = try await fixture.list([try Fixture.task(2)])
            #expect(try await draft(fixture) == nil, "a gap")
            _ = try await fixture.explain(2)
            #expect(try await draft(fixture)?.record.gaps.count == 1)
            _ = try await fixture.list([try Fixture.task(3, status: "assigned", request: .notRequested)])
            #expect(try await draft(fixture, after: .hours(23)) == nil, "a call under way")
            #expect(try await draft(fixture, after: .hours(25)) != nil, "one that lost its end")
        }
    }

    @Test func `whose explanation was taken back while it was sealed is looked at again`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            _ = try await fixture.explain(1)
            let draft = try #require(try await draft(fixture))
            #expect(draft.hasChanged)
            _ = try await fixture.manifest.withdrawExplanations(
                [try Fixture.taskID(1)],
                organization: nil,
                by: Actor(name: "bob", uid: 1001)
            ) { _ in Fixture.standpoint() }
            try await fixture.manifest.noteClosed(draft, now: Fixture.morning)
            #expect(try await isCurrent(fixture) == false)
        }
    }

    @Test func `says the same as long as only its evidence grows older`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            _ = try await fixture.explain(1)
            try await close(fixture)
            for hours in [30, 200] {
                let capture = Capture(taskID: try Fixture.taskID(1), recordings: [])
                _ = try await fixture.answer([.capture(capture)], now: Fixture.morning + .hours(hours))
                let again = try #require(try await draft(fixture, after: .hours(hours)))
                #expect(!again.hasChanged)
                try await fixture.manifest.noteClosed(again, now: Fixture.morning)
                #expect(try await isCurrent(fixture) == true)
            }
            _ = try await fixture.explain(1, .providerFault)
            #expect(try await draft(fixture)?.hasChanged == true)
        }
    }

    @Test func `is not closed with less than its record counts, such as after the loss of an archive`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1]))
            var record = try #require(try await draft(fixture)).record
            try await close(fixture)
            record.tasks.listed += 1
            record.recordings.archived += 1
            let name = try #require(ArchiveName("acme-\(Fixture.today)-002"))
            try await fixture.manifest.restoreDayClose(record, from: name, now: Fixture.morning)
            #expect(try await draft(fixture) == nil)
            try await fixture.store(try await fixture.known([2]))
            #expect(try await draft(fixture) != nil)
        }
    }

    @Test func `that counts a damaged recording as missing keeps it from being called archived by a rebuild`()
        async throws
    {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            let entry = try #require(try await fixture.store(work).first)
            let (archive, _) = try await fixture.seal()
            let damaged = DamagedRecording(archive: archive.name, taskID: entry.key.taskID, offset: entry.offset)
            let now = Fixture.morning + .hours(25)
            try await fixture.manifest.noteDamaged([damaged], now: now)
            let failure = RecordingFailure(
                row: work[0].row,
                code: .purgedUpstream,
                reason: "gone",
                attempts: 1,
                retryNotBefore: now
            )
            try await fixture.manifest.noteFailed(failure, now: now)
            _ = try await fixture.explain(1)
            let record = try #require(try await draft(fixture)).record
            // As a rebuild would, from the archive's own metadata.
            let copy = try #require(try await fixture.manifest.displacedCopies().first)
            try await fixture.manifest.noteReinstated(copy, now: now)
            #expect(try await fixture.states() == [.archived])
            let name = try #require(ArchiveName("acme-\(Fixture.today)-002"))
            try await fixture.manifest.restoreDayClose(record, from: name, now: now)
            #expect(try await fixture.states() == [.damaged])
            #expect(try await fixture.gaps(isExplained: true).map(\.reason) == [.lost])
            #expect(try await draft(fixture)?.hasChanged == false)
        }
    }
}
