import Foundation
import Recordings
import Testing

@testable import Manifest

/// The steps of a pass in order: what each establishes, and that doing it twice changes nothing.
@Suite struct PassStepTests {
    @Test func `an organization keeps its ID`() async throws {
        try await Fixture.with { fixture in
            let again = try await fixture.manifest.register(fixture.acme, id: fixture.acmeID)
            #expect(try await fixture.manifest.organizations() == [again])
            let other = try #require(OrganizationID("other"))
            #expect(await failure { try await fixture.manifest.register(fixture.acme, id: other) } == .conflict)
            #expect(await failure { try await fixture.manifest.requireSame(fixture.acme, id: other) } == .conflict)
            let renamed = try #require(OrganizationName("acme-emea"))
            #expect(await failure { try await fixture.manifest.register(renamed, id: fixture.acmeID) } == .conflict)
            #expect(await failure { try await fixture.manifest.requireSame(renamed, id: fixture.acmeID) } == .conflict)
            #expect(try await fixture.manifest.organizations() == [again])
            // An organization that has not been archived yet.
            try await fixture.manifest.requireSame(renamed, id: other)
            let stranger = try #require(OrganizationName("stranger"))
            let code = await failure {
                try await fixture.manifest.noteListed(
                    [],
                    organization: stranger,
                    day: Fixture.day,
                    now: Fixture.morning
                )
            }
            #expect(code == .unknown)
        }
    }

    @Test func `a listing tells new, changed and known tasks apart`() async throws {
        try await Fixture.with { fixture in
            let tasks = try (1...3).map { try Fixture.task($0) } + [try Fixture.task(4, status: "assigned")]
            #expect(try await fixture.list(tasks) == ListingNote(new: 4, changed: 0, known: 0))
            #expect(try await fixture.list(tasks) == ListingNote(new: 0, changed: 0, known: 4))
            let changed = [
                try Fixture.task(1, request: .notRequested), try Fixture.task(4), try Fixture.task(2, json: "{}"),
            ]
            #expect(try await fixture.list(changed) == ListingNote(new: 0, changed: 2, known: 1))
            let row = try #require(try await fixture.manifest.tasks(try Fixture.taskID(1)).first)
            #expect(row.captureRequest == .notRequested)
            #expect(row.nextAskTime == nil)
            #expect(row.day == Fixture.today)
        }
    }

    /// Tasks are looked up in batches, and a page may have one twice.
    @Test(arguments: [1, 2, 24, 25, 26, 60])
    func `a page of any length is known task by task, also if one comes twice`(count: Int) async throws {
        try await Fixture.with { fixture in
            let tasks = try (1...count).map { try Fixture.task($0) }
            let twice =
                [try Fixture.task(count, status: "assigned")] + tasks + [try Fixture.task(1, status: "abandoned")]
            #expect(try await fixture.list(twice) == ListingNote(new: count, changed: 2, known: 0))
            #expect(try await fixture.list(tasks.reversed()) == ListingNote(new: 0, changed: 1, known: count - 1))
            let answers = try (1...count).map { number in
                let id = try Fixture.taskID(number)
                return TaskAnswer.capture(Capture(taskID: id, recordings: [try Fixture.captured(id, number)]))
            }
            // Tasks that were never listed, among others, and one of them twice.
            let stranger = try Fixture.taskID(900)
            let strange = TaskAnswer.capture(
                Capture(taskID: stranger, recordings: [try Fixture.captured(stranger, 900)])
            )
            let work = try await fixture.answer([strange] + answers + [strange])
            #expect(work.map(\.captured.key.taskID) == [stranger] + tasks.map(\.id) + [stranger])
            #expect(work.dropFirst().dropLast().map(\.taskJSON) == tasks.map(\.json))
        }
    }

    /// Swift considers the two equal; for the provider and for the archive they are two.
    @Test func `texts that only look the same are kept apart, on one page too`() async throws {
        try await Fixture.with { fixture in
            let names = ["Jos\u{E9}", "Jose\u{301}"]
            let tasks = try names.enumerated().map { place, name in
                try Fixture.task(
                    place + 1,
                    json: #"{"attributes":{"owner":{"name":"\#(name)"},"reasonCode":"\#(name)","status":"completed"}}"#
                )
            }
            _ = try await fixture.list(tasks)
            let calls = try await fixture.manifest.calls(of: tasks.map(\.id), organization: fixture.acme)
            for (task, name) in zip(tasks, names) {
                let facts = try #require(calls[task.id]?.facts)
                #expect(facts.agent?.name?.unicodeScalars.elementsEqual(name.unicodeScalars) == true)
                #expect(facts.wrapUp?.unicodeScalars.elementsEqual(name.unicodeScalars) == true)
            }
        }
    }

    @Test func `a capture request that turns true is asked about`() async throws {
        try await Fixture.with { fixture in
            for request in [CaptureRequest.notRequested, .requested] {
                _ = try await fixture.list([try Fixture.task(1, request: request)])
            }
            let row = try #require(try await fixture.manifest.tasks(try Fixture.taskID(1)).first)
            #expect(row.nextAskTime == Fixture.morning + .seconds(181))
        }
    }

    @Test func `a call under way is asked about as soon as it is listed as over`() async throws {
        try await Fixture.with { fixture in
            for (status, next) in [("assigned", Duration.hours(24)), ("completed", .minutes(3))] {
                _ = try await fixture.list([try Fixture.task(1, status: status)])
                let row = try #require(try await fixture.manifest.tasks(try Fixture.taskID(1)).first)
                #expect(row.nextAskTime == Fixture.morning + .seconds(1) + next)
            }
        }
    }

    @Test func `an answer registers what is new, once`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            let id = try Fixture.taskID(1)
            let answer = TaskAnswer.capture(
                Capture(taskID: id, recordings: try [1, 2, 1].map { try Fixture.captured(id, $0) })
            )
            let work = try await fixture.answer([answer])
            #expect(work.count == 2)
            #expect(work.map(\.attempts) == [0, 0])
            #expect(work.first?.taskJSON == (try Fixture.task(1).json))
            let again = try await fixture.answer([answer], now: Fixture.morning + .hours(2))
            #expect(again == work)
            #expect(try await fixture.states() == [.pending, .pending])
            #expect(try await fixture.manifest.tasks(id).first?.asks == nil, "two equal answers settle it")
        }
    }

    @Test func `recordings that would share a name get different ones`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.list([try Fixture.task(1)])
            let id = try Fixture.taskID(1)
            let twins = try [("main", "a.wav"), ("main", "b.wav"), ("MAIN", "c.wav"), ("main", "d.mp3")]
                .map { try Fixture.captured(id, callType: $0.0, file: $0.1) }
            let work = try await fixture.answer([.capture(Capture(taskID: id, recordings: twins))])
            let names = work.map(\.file.description)
            #expect(Set(names.map { $0.lowercased() }).count == 4)
            #expect(names[1].hasSuffix("-2.wav"))
            #expect(Set(try await fixture.recordings().map(\.file)) == Set(work.map(\.file)))
        }
    }

    @Test func `every part of a key tells recordings apart`() async throws {
        try await Fixture.with { fixture in
            let base = try Fixture.captured(try Fixture.taskID(1))
            var variants = [base]
            let changes: [(inout RecordingKey) throws -> Void] = [
                { $0.recordingID = try #require(RecordingID("AAAAAAAA-0000-4000-8000-000000000001")) },
                { $0.kind = .transcription }, { $0.kind = .screenRecording }, { $0.isSegment = true },
                { $0.callType = "consult" }, { $0.callType = "" }, { $0.startTime = nil },
                { $0.startTime = Timestamp(millisecondsSince1970: 1_200_000_000_000) }, { $0.providerFileName = "" },
                { $0.providerFileName = "日本\n語.wav" },
                { $0.callType = "main\u{1}" }, { $0.callType = "Main" },
            ]
            for change in changes {
                var variant = base
                try change(&variant.key)
                variants.append(variant)
            }
            let answer = TaskAnswer.capture(Capture(taskID: base.key.taskID, recordings: variants))
            #expect(try await fixture.answer([answer]).count == variants.count)
            #expect(try await fixture.answer([answer]).count == variants.count)
            #expect(Set(try await fixture.recordings().map(\.key)) == Set(variants.map(\.key)))
        }
    }

    @Test func `an answer about an unlisted task registers it only if there is something`() async throws {
        try await Fixture.with { fixture in
            let ids = try [1, 2, 3].map(Fixture.taskID)
            let answers: [TaskAnswer] = [
                .capture(Capture(taskID: ids[0], recordings: [])), .refused(ids[1], reason: "404"),
                .capture(Capture(taskID: ids[2], recordings: [try Fixture.captured(ids[2])])),
            ]
            #expect(try await fixture.answer(answers).count == 1)
            #expect(try await fixture.manifest.tasks(ids[0]).isEmpty)
            #expect(try await fixture.manifest.tasks(ids[1]).isEmpty)
            let row = try #require(try await fixture.manifest.tasks(ids[2]).first)
            #expect(row.createdTime == Fixture.morning)
            #expect(!row.isListed)
            let listed = try Fixture.task(3, created: Fixture.morning - .hours(10))
            #expect(try await fixture.list([listed]) == ListingNote(new: 1, changed: 0, known: 0))
            let now = try #require(try await fixture.manifest.tasks(ids[2]).first)
            #expect(now.isListed)
            #expect(now.createdTime == Fixture.morning, "what has recordings keeps its day")
        }
    }

    @Test func `an unlisted task is of no day to come, whatever the times of its recordings`() async throws {
        try await Fixture.with { fixture in
            let (id, now) = (try Fixture.taskID(1), Fixture.morning + .hours(2))
            let answer = TaskAnswer.capture(Capture(taskID: id, recordings: [try Fixture.captured(id)]))
            // Asked about a week before the recording claims to begin.
            let asked = Fixture.morning - .hours(7 * 24)
            #expect(try await fixture.answer([answer], now: asked).map(\.day) == [ArchiveDay(asked, in: .gmt)])
            let later = try Fixture.taskID(2)
            let usual = TaskAnswer.capture(Capture(taskID: later, recordings: [try Fixture.captured(later)]))
            #expect(try await fixture.answer([usual], now: now).map(\.day) == [ArchiveDay(Fixture.morning, in: .gmt)])
        }
    }

    @Test func `a recording that is not offered any more has failed, and does not come up again at once`() async throws
    {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            let id = try Fixture.taskID(1)
            #expect(try await fixture.answer([.capture(Capture(taskID: id, recordings: []))]).isEmpty)
            let row = try #require(try await fixture.recordings().first)
            #expect(row.state == .failed)
            #expect(row.reason == "the provider does not offer this recording any more")
            func awaiting(_ after: Duration) async throws -> Int {
                try await fixture.manifest.tasksAwaitingBytes(
                    organization: fixture.acme,
                    window: nil,
                    wantedBefore: Fixture.morning + .hours(1) + after,
                    after: nil,
                    limit: 5
                ).count
            }
            #expect(try await awaiting(.minutes(60)) == 0)
            #expect(try await awaiting(.minutes(61)) == 1)
            _ = try await fixture.answer([.refused(id, reason: "gone")], now: Fixture.morning + .hours(3))
            #expect(try await fixture.recordings().first?.reason?.hasSuffix("gone") == true)
            let offered = TaskAnswer.capture(Capture(taskID: id, recordings: [work[0].captured]))
            #expect(try await fixture.answer([offered], now: Fixture.morning + .hours(3)).isEmpty)
            #expect(try await fixture.answer([offered], now: Fixture.morning + .hours(4)).map(\.row) == [work[0].row])
        }
    }

    @Test func `what failed says why, and the log of events says so once`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1, 2])
            let now = Fixture.morning + .hours(1)
            for work in work + work {
                let failure = RecordingFailure(
                    row: work.row,
                    reason: "the server stalled",
                    attempts: 8,
                    retryNotBefore: now + .hours(6)
                )
                try await fixture.manifest.noteFailed(failure, now: now)
            }
            let rows = try await fixture.recordings()
            #expect(rows.map(\.state) == [.failed, .failed])
            #expect(rows.map(\.attempts) == [8, 8])
            #expect(rows.map(\.reason) == ["the server stalled", "the server stalled"])
            let id = try Fixture.taskID(2)
            let events = try await fixture.manifest.events(task: id).collected()
            #expect(events.map(\.kind) == [.recordingFailed, .gapOpened])
        }
    }

    @Test func `what is stored is stored where it is said to be, and only once`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known(1...3)
            let entries = try await fixture.store(Array(work.prefix(2)))
            let rows = try await fixture.recordings()
            #expect(rows.map(\.state) == [.stored, .stored, .pending])
            #expect(rows[0].held?.digest == entries[0].stored.digest)
            #expect(rows[0].held?.audio == entries[0].audio)
            #expect(rows[1].held?.offset == entries[1].offset)
            let open = try await fixture.manifest.openArchives()
            #expect(open.map(\.recordings) == [2])
            let archive = open[0].name
            let again = [StoredRecording(row: work[0].row, entry: entries[0])]
            try await fixture.manifest.noteStored(again, extents: [archive: open[0].extent], now: Fixture.morning)
            #expect(try await fixture.manifest.openArchives() == open)
            var elsewhere = entries[0]
            elsewhere.offset += 512
            let code = await failure {
                try await fixture.manifest.noteStored(
                    [StoredRecording(row: work[2].row, entry: entries[1])]
                        + [StoredRecording(row: work[0].row, entry: elsewhere)],
                    extents: [archive: ArchiveExtentRow(tarBytes: 1, journalBytes: 1)],
                    now: Fixture.morning
                )
            }
            #expect(code == .conflict)
            #expect(try await fixture.states() == [.stored, .stored, .pending], "all of a group, or nothing")
            #expect(try await fixture.manifest.openArchives() == open)
            let failing = RecordingFailure(row: work[0].row, reason: "x", attempts: 1, retryNotBefore: Fixture.morning)
            #expect(await failure { try await fixture.manifest.noteFailed(failing, now: Fixture.morning) } == .conflict)
        }
    }

    @Test func `a recording is stored in an archive of its own day`() async throws {
        try await Fixture.with { fixture in
            let work = try await fixture.known([1])
            let wrong = try await fixture.manifest.openArchive(
                for: fixture.acme,
                day: Fixture.today.next,
                now: Fixture.morning
            )
            var entry = try fixture.entry(work[0], offset: 1024)
            func store() async -> ManifestError.Code? {
                await failure {
                    try await fixture.manifest.noteStored(
                        [StoredRecording(row: work[0].row, entry: entry)],
                        extents: [wrong: ArchiveExtentRow(tarBytes: 9, journalBytes: 9)],
                        now: Fixture.morning
                    )
                }
            }
            #expect(await store() == .conflict)
            entry.day = Fixture.today.next
            #expect(await store() == .conflict, "the schema knows the day better than the entry")
            #expect(try await fixture.states() == [.pending])
        }
    }

    @Test func `a watermark never goes back`() async throws {
        try await Fixture.with { fixture in
            #expect(try await fixture.manifest.watermark(fixture.acme) == nil)
            for hours in [5, 3] {
                let time = Fixture.morning + .hours(hours)
                try await fixture.manifest.setWatermark(fixture.acme, listedThrough: time)
            }
            #expect(try await fixture.manifest.watermark(fixture.acme) == Fixture.morning + .hours(5))
        }
    }

    @Test func `passes begin and end, and one without an end was abandoned`() async throws {
        try await Fixture.with { fixture in
            let manifest = fixture.manifest
            let window = Fixture.morning..<(Fixture.morning + .hours(1))
            let ann = Actor(name: "ann", uid: 1000, claims: ["SUDO_USER": "bob"])
            let begin = { hours in
                try await manifest.beginPass(
                    organization: fixture.acme,
                    window: window,
                    by: ann,
                    now: Fixture.morning + .hours(hours)
                )
            }
            let first = try await begin(0)
            var summary = PassSummary()
            summary.recordings.archived = 7
            let end = { outcome in
                try await manifest.endPass(
                    first,
                    outcome: outcome,
                    summary: summary,
                    by: ann,
                    now: Fixture.morning + .minutes(1)
                )
            }
            try await end(PassOutcome.complete)
            let ending = { try await end(.failed) }
            #expect(await failure(ending) == .conflict)
            _ = try await begin(2)
            _ = try await begin(3)
            let events = try await manifest.events().collected()
            #expect(events.compactMap(\.actor) == [ann, ann, ann, ann])
            #expect(events.map { $0.detail["outcome"] } == [nil, "complete", nil, nil])
            let until = try await manifest.events(until: Fixture.morning + .hours(2)).collected()
            #expect(until == Array(events.prefix(2)))
            let actors = "SELECT DISTINCT actor || ' ' || actor_via || ' ' || actor_uid FROM events_readable"
            #expect(try await run("sqlite3", [fixture.path, actors]) == "ann uid 1000\n")
            let complete = try #require(try await manifest.lastCompletePass(fixture.acme))
            #expect(complete.summary == summary)
            #expect(complete.window == window)
            let text = try await run("sqlite3", [fixture.path, "SELECT outcome FROM passes_readable ORDER BY pass"])
            #expect(text == "complete\nabandoned\n\n")
        }
    }
}
