import Foundation
import Recordings
import Testing

@testable import Manifest

/// Open archives, their recovery, their sealing, and what `rebuild` makes of sealed ones.
@Suite struct SealingTests {
    @Test func `a day has one open archive at a time, and the next sequence after it`() async throws {
        try await Fixture.with { fixture in
            func open() async throws -> Int {
                try await fixture.manifest.openArchive(for: fixture.acme, day: Fixture.today, now: Fixture.morning)
                    .sequence
            }
            #expect(try await open() == 1)
            #expect(try await open() == 1)
            try await fixture.store(try await fixture.known([1]))
            try await fixture.seal()
            #expect(try await open() == 2)
            #expect(try await open() == 2)
        }
    }

    @Test func `a new archive comes after those that only the disk knows`() async throws {
        try await Fixture.with { fixture in
            func open(after sequence: Int) async throws -> Int {
                try await fixture.manifest.openArchive(
                    for: fixture.acme,
                    day: Fixture.today,
                    after: sequence,
                    now: Fixture.morning
                ).sequence
            }
            #expect(try await fixture.manifest.openArchive(of: fixture.acme, day: Fixture.today) == nil)
            #expect(try await open(after: 3) == 4)
            #expect(try await open(after: 7) == 4, "the open one is gone on with")
            #expect(try await fixture.manifest.openArchive(of: fixture.acme, day: Fixture.today)?.sequence == 4)
            try await fixture.store(try await fixture.known([1]))
            try await fixture.seal()
            #expect(try await open(after: 3) == 5)
        }
    }

    @Test func `a sealed archive holds its recordings for good`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known(1...3))
            let days = try await fixture.manifest.daysToSeal(organization: fixture.acme, before: Fixture.today.next)
            #expect(days == [Fixture.today])
            let sooner = try await fixture.manifest.daysToSeal(organization: fixture.acme, before: Fixture.today)
            #expect(sooner.isEmpty)
            let (archive, tasks) = try await fixture.seal()
            #expect(tasks.map(\.id) == (try (1...3).map(Fixture.taskID)))
            #expect(tasks.first?.json == (try Fixture.task(1).json))
            #expect(archive.recordings == 3)
            #expect(try await fixture.states() == [.archived, .archived, .archived])
            #expect(try await fixture.manifest.openArchives().isEmpty)
            #expect(try await fixture.manifest.sealedArchives(organization: fixture.acme) == [archive])
            #expect(try await fixture.manifest.sealedArchives(day: Fixture.today) == [archive])
            #expect(try await fixture.manifest.sealedArchives(day: Fixture.today.next).isEmpty)
            let members = try await fixture.manifest.archivedRecordings(in: archive.name).collected()
            #expect(members.map(\.digest) == (try await fixture.recordings()).compactMap(\.held?.digest))
            let rest = try await fixture.manifest.daysToSeal(organization: fixture.acme, before: Fixture.today.next)
            #expect(rest.isEmpty)
        }
    }

    @Test func `saying twice that an archive is sealed is no error, saying something else is`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1]))
            let archive = try await fixture.manifest.openArchives()[0].name
            func note(_ recordings: Int, _ digest: Int) async -> ManifestError.Code? {
                await failure {
                    try await fixture.manifest.noteSealed(
                        archive,
                        byteCount: 10_240,
                        digest: try Fixture.digest(digest),
                        recordings: recordings,
                        now: Fixture.morning
                    )
                }
            }
            #expect(await note(2, 1) == .conflict)
            #expect(try await fixture.states() == [.stored])
            #expect(await note(1, 1) == nil)
            #expect(await note(1, 1) == nil)
            #expect(await note(1, 2) == .conflict)
            #expect(try await fixture.manifest.events().collected().filter { $0.kind == .archiveSealed }.count == 1)
        }
    }

    @Test func `the salt of an archive is kept from the first attempt to seal it until it is sealed`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1]))
            let archive = try await fixture.manifest.openArchives()[0].name
            var generator = SystemRandomNumberGenerator()
            let (first, second) = (Salt(using: &generator), Salt(using: &generator))
            #expect(try await fixture.manifest.salt(of: archive, orKeep: first) == first)
            #expect(try await fixture.manifest.salt(of: archive, orKeep: second) == first)
            let digest = try Fixture.digest(1)
            try await fixture.manifest.noteSealed(
                archive,
                byteCount: 10_240,
                digest: digest,
                recordings: 1,
                metadataOffset: 4096,
                now: Fixture.morning
            )
            #expect(try await fixture.manifest.sealedArchive(archive)?.metadataOffset == 4096)
            let late = await failure { _ = try await fixture.manifest.salt(of: archive, orKeep: second) }
            #expect(late == .conflict)
        }
    }

    @Test func `a task that changes while its day is sealed is left to the next archive`() async throws {
        try await Fixture.with { fixture in
            try await fixture.store(try await fixture.known([1, 2]))
            _ = try await fixture.list([
                try Fixture.task(3, status: "assigned"), try Fixture.task(4, request: .notRequested),
            ])
            let name = try await fixture.manifest.openArchives()[0].name
            let tasks = try await fixture.manifest.tasksToSeal(organization: fixture.acme, day: Fixture.today)
                .collected()
            #expect(tasks.count == 4)
            _ = try await fixture.list([try Fixture.task(3)])
            let digest = try Fixture.digest(1)
            try await fixture.manifest.noteSealed(
                name,
                byteCount: 9,
                digest: digest,
                recordings: 2,
                now: Fixture.morning
            )
            let (_, rest) = try await fixture.seal()
            #expect(rest.map(\.id) == [try Fixture.taskID(3)])
            #expect(rest.first?.status.description == "completed")
            _ = try await fixture.list([try Fixture.task(1, json: "{}")])
            let (_, none) = try await fixture.seal()
            #expect(none.isEmpty, "a new time of last update is not worth a line")
        }
    }

    @Test func `more tasks than a batch come once each, in order`() async throws {
        try await Fixture.with { fixture in
            // Many in one millisecond, so that batches end within it.
            let tasks = try (0..<1203).map { try Fixture.task($0, created: Fixture.morning + .seconds($0 / 700)) }
            _ = try await fixture.list(tasks.shuffled())
            _ = try await fixture.manifest.openArchive(for: fixture.acme, day: Fixture.today, now: Fixture.morning)
            let sealed = try await fixture.manifest.tasksToSeal(organization: fixture.acme, day: Fixture.today)
                .collected()
            #expect(sealed.map(\.id) == tasks.map(\.id))
        }
    }

    @Test func `all that was sealed is off the queue, though most were created in one millisecond, and nothing else`()
        async throws
    {
        try await Fixture.with { fixture in
            let tasks = try (0..<12_000).map { try Fixture.task($0, created: Fixture.morning + .hours($0 / 11_000)) }
            let tomorrow = try (12_000..<12_003).map {
                try Fixture.task($0, created: Fixture.morning + .hours($0 - 11_976))
            }
            _ = try await fixture.list(tasks + tomorrow)
            let (_, sealed) = try await fixture.seal()
            #expect(sealed.map(\.id) == tasks.map(\.id))
            let (_, again) = try await fixture.seal()
            #expect(again.isEmpty)
            let (_, next) = try await fixture.seal(Fixture.today.next)
            #expect(next.map(\.id) == tomorrow.map(\.id))
        }
    }

    @Test func `what a crash took out of the spool is pending again`() async throws {
        try await Fixture.with { fixture in
            var entries = try await fixture.store(try await fixture.known(1...3))
            let name = try await fixture.manifest.openArchives()[0].name
            entries[2].offset = 1024
            let lost = try await fixture.manifest.noteRecovered(
                name,
                extent: ArchiveExtentRow(tarBytes: 2_000_512, journalBytes: 900),
                whole: [entries[2]],
                now: Fixture.morning + .hours(2)
            )
            #expect(lost == entries.prefix(2).map(\.key))
            #expect(try await fixture.states() == [.pending, .pending, .stored])
            #expect(try await fixture.recordings()[2].held?.offset == 1024)
            let open = try #require(try await fixture.manifest.openArchives().first)
            #expect(open.recordings == 1)
            #expect(open.extent.tarBytes == 2_000_512)
            let awaiting = try await fixture.manifest.tasksAwaitingBytes(
                organization: fixture.acme,
                window: nil,
                wantedBefore: Fixture.morning + .hours(3),
                after: nil,
                limit: 10
            )
            #expect(awaiting.map(\.id) == (try [1, 2].map(Fixture.taskID)))
            let events = try await fixture.manifest.events().collected().map(\.kind)
            #expect(events.filter { $0 == .recordingLost }.count == 2)
            #expect(events.last == .archiveRecovered)
            let gone = try await fixture.manifest.noteRecovered(
                name,
                extent: ArchiveExtentRow(tarBytes: 0, journalBytes: 0),
                whole: [],
                now: Fixture.morning + .hours(3)
            )
            #expect(gone == [entries[2].key])
        }
    }

    @Test func `a recovery that finds more than was noted stores it`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1, 2])
            let entries = try await fixture.store([work[0]])
            let name = try await fixture.manifest.openArchives()[0].name
            let unheard = try fixture.entry(work[1], offset: 4_000_512)
            let lost = try await fixture.manifest.noteRecovered(
                name,
                extent: ArchiveExtentRow(tarBytes: 6_000_000, journalBytes: 1800),
                whole: entries + [unheard],
                now: Fixture.morning
            )
            #expect(lost == [])
            #expect(try await fixture.states() == [.stored, .stored])
            #expect(try await fixture.manifest.openArchives().first?.recordings == 2)
            #expect(try await fixture.manifest.faults() == [])
        }
    }

    private struct Sealed {
        /// Tasks that were asked about and had no recordings.
        var unanswered: [ListedTask]
        var archives: [(ArchiveRow, [TaskEntry], [RecordingEntry])]
        var now: Timestamp
    }

    /// Two sealed archives of one day, and their content: two recordings of some tasks, tasks without any, an
    /// identifier that is not a UUID, and a supplement.
    private func sealTwo(_ fixture: Fixture) async throws -> Sealed {
        let tasks = try (1...40).map {
            try Fixture.task($0, request: $0 % 7 == 0 ? .notRequested : $0 % 5 == 0 ? .undetermined : .requested)
        }
        _ = try await fixture.list(tasks)
        var odd = try Fixture.captured(try Fixture.taskID(1), 500, start: nil, file: "x/ü")
        odd.key.recordingID = try #require(RecordingID("no uuid at all"))
        let answers = try tasks.filter { $0.captureRequest == .requested }.dropLast(3).map { task in
            let recordings = try [1, 2].map { try Fixture.captured(task.id, $0) }
            let all = recordings + (odd.key.taskID == task.id ? [odd] : [])
            return TaskAnswer.capture(Capture(taskID: task.id, recordings: all))
        }
        var entries = try await fixture.store(try await fixture.answer(answers))
        let answered = Set(answers.map(\.taskID))
        _ = try await fixture.answer(
            tasks.filter { !answered.contains($0.id) }.map { .capture(Capture(taskID: $0.id, recordings: [])) }
        )
        let first = try await fixture.seal()
        var archives = [(first.0, first.1, entries)]
        let unlisted = try Fixture.captured(try Fixture.taskID(99))
        let late = try Fixture.captured(try Fixture.taskID(2), 3, callType: "consult")
        let lateAnswers = [unlisted, late].map {
            TaskAnswer.capture(Capture(taskID: $0.key.taskID, recordings: [$0]))
        }
        let now = Fixture.morning + .hours(25)
        entries = try await fixture.store(try await fixture.answer(lateAnswers, now: now), now: now)
        let second = try await fixture.seal()
        archives.append((second.0, second.1, entries))
        return Sealed(
            unanswered: tasks.filter { $0.captureRequest != .notRequested && !answered.contains($0.id) },
            archives: archives,
            now: now
        )
    }

    @Test func `a rebuilt manifest lists what the old one listed`() async throws {
        try await Fixture.with { fixture in
            let sealed = try await sealTwo(fixture)
            let path = fixture.folder.appending(path: "rebuilt.sqlite").path
            let rebuilt = try Manifest.create(path: path)
            for (archive, tasks, recordings) in sealed.archives {
                _ = try await rebuilt.restore(
                    archive,
                    organizationID: fixture.acmeID,
                    tasks: Stream(tasks),
                    recordings: Stream(recordings),
                    schedule: AskSchedule(),
                    now: sealed.now
                )
            }
            // An undetermined task becomes a gap once the horizon has passed and the provider was asked often enough;
            // time alone is not enough.
            let ages = [(asksAgain: false, Duration.hours(25), 56), (false, .hours(200), 56), (true, .hours(200), 63)]
            for (asksAgain, after, count) in ages {
                for manifest in asksAgain ? [fixture.manifest, rebuilt] : [] {
                    let question = AnsweredQuestion(
                        sealed.unanswered.map { .capture(Capture(taskID: $0.id, recordings: [])) },
                        askedTime: Fixture.morning + after
                    )
                    _ = try await manifest.noteAnswers(
                        to: [AnsweredQuestion](repeating: question, count: AskSchedule.fewestAsks),
                        organization: fixture.acme,
                        day: Fixture.day,
                        schedule: AskSchedule()
                    )
                }
                let standpoint = Fixture.standpoint(after: after)
                let old = try await fixture.manifest.entries(at: standpoint).collected()
                let new = try await rebuilt.entries(at: standpoint).collected()
                #expect(new.map(Line.init) == old.map(Line.init))
                #expect(old.count == count)
                let statuses = try await fixture.manifest.dayStatuses(at: standpoint)
                #expect(try await rebuilt.dayStatuses(at: standpoint) == statuses)
            }
            #expect(try await rebuilt.sealedArchives() == fixture.manifest.sealedArchives())
            #expect(try await rebuilt.faults() == [])
            let (archive, _, recordings) = sealed.archives[0]
            let again = await failure {
                try await rebuilt.restore(
                    archive,
                    organizationID: fixture.acmeID,
                    tasks: Stream([]),
                    recordings: Stream(recordings),
                    schedule: AskSchedule(),
                    now: sealed.now
                )
            }
            #expect(again == .conflict)
            #expect(throws: ManifestError.self) { try Manifest.create(path: path) }
        }
    }

    /// A line of `list`: a row without the identifiers that differ between manifests.
    private struct Line: Equatable {
        var row: ListRow

        init(_ row: ListRow) {
            self.row = row
            if case .recording(var recording) = row {
                recording.row = RecordingRowID(task: 0, ordinal: 0)
                self.row = .recording(recording)
            }
            if case .gap(var gap) = row {
                // A rebuilt manifest asks again.
                gap.evidence = GapEvidence()
                self.row = .gap(gap)
            }
        }
    }

    private struct Stream<Element: Sendable>: AsyncSequence {
        var elements: [Element]

        init(_ elements: [Element]) {
            self.elements = elements
        }

        func makeAsyncIterator() -> Iterator { Iterator(elements: elements[...]) }

        struct Iterator: AsyncIteratorProtocol {
            var elements: ArraySlice<Element>
            mutating func next() async throws -> Element? { elements.popFirst() }
        }
    }

    @Test func `an archive that lists less than it holds is not taken over`() async throws {
        try await Fixture.with { fixture in
            let name = try #require(ArchiveName("other-2025-11-20-001"))
            let digest = try Fixture.digest(1)
            let archive = ArchiveRow(name: name, byteCount: 9, digest: digest, recordings: 1, sealedTime: nil)
            let code = await failure {
                try await fixture.manifest.restore(
                    archive,
                    organizationID: fixture.acmeID,
                    tasks: Stream([]),
                    recordings: Stream([]),
                    schedule: AskSchedule(),
                    now: Fixture.morning
                )
            }
            #expect(code == .conflict)
        }
    }
}
