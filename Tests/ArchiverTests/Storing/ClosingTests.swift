import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing

@testable import Archiver

@Suite struct `A day that is closed` {
    /// The record of its day that an archive contains, read with GNU tar; `nil` if it has none.
    private func recorded(_ here: Installation, _ sequence: Int, day: String = "2025-11-20") throws -> DayClose? {
        let name = try #require(ArchiveName("acme-\(day)-00\(sequence)"))
        let said = try Tool.run("tar", "-xOf", here.root.archivePath(name), "\(name)/metadata/day-close.json")
        return said.status != 0 ? nil : try DayClose(json: Array(said.output.utf8))
    }

    private func rows(_ here: Installation, _ days: String...) async throws -> [DayCloseRow] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        let first = try #require(ArchiveDay(days[0]))
        return try await manifest.dayCloses(here.organization, days: first...(ArchiveDay(days.last ?? "") ?? first))
    }

    /// A small day with two calls that should have recordings and have none.
    private static func lossyWorld() throws -> SimulatedWorld {
        var mix = CallMix.plain
        mix.missingCalls = [2, 5]
        return try .small(mix: mix)
    }

    @Test func `has its record in the archive that takes its last recordings, and in the manifest`() async throws {
        try await Installation.with(.small(calls: 12)) { here in
            let result = try await here.pass()
            let record = try #require(try recorded(here, 1))
            let recordings = try await here.recordings()
            #expect(result.archives.count == 1)
            #expect(result.days.map(\.isClosed) == [true])
            #expect(record.recordings.archived == recordings.count)
            #expect(record.recordings.expected == recordings.count)
            #expect(record.bytes == recordings.reduce(0) { $0 + ($1.held?.byteCount ?? 0) })
            let audio = recordings.reduce(0) { $0 + ($1.held?.audio?.durationMilliseconds ?? 0) }
            #expect(record.audioMilliseconds == audio)
            #expect(audio > 0)
            #expect(record.tasks.listed == result.summary.tasks.listed)
            #expect(record.tasks.notRequested == result.summary.tasks.notRequested)
            #expect(record.gaps == [])
            let row = try #require(try await rows(here, "2025-11-20").first)
            #expect(row.record == record)
            #expect(row.isCurrent)
            #expect(row.archive?.sequence == 1)
            try await here.expectWhole()
        }
    }

    @Test func `is not closed again by passes that bring nothing new`() async throws {
        try await Installation.with(.small()) { here in
            try await here.pass()
            let files = try here.sealedFiles()
            for hours in [0, 2, 26] {
                here.simulator.clock.advance(by: .seconds(hours * 3600))
                let again = try await here.pass()
                #expect(again.archives == [])
                #expect(again.days.map(\.isClosed) == [true])
            }
            #expect(try here.sealedFiles() == files)
        }
    }

    @Test func `had gaps that were explained, and has a supplement that says so and survives a rebuild`() async throws {
        try await Installation.with(Self.lossyWorld()) { here in
            let first = try await here.pass()
            #expect(first.days.map(\.isClosed) == [false])
            #expect(try recorded(here, 1) == nil)
            let tasks = try await here.gaps().map(\.taskID)
            try #require(!tasks.isEmpty)
            try await here.explain(tasks)
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            let next = try await here.pass()
            #expect(next.isComplete)
            #expect(next.archives.map(\.name.sequence) == [2])
            #expect(next.archives.map(\.recordings) == [0])
            let closed = try #require(try recorded(here, 2))
            #expect(closed.gaps.map(\.taskID) == tasks)
            #expect(closed.gaps.allSatisfy { $0.explanation?.author == "ann" && $0.explanation?.note == "case 4711" })
            #expect(closed.gaps.allSatisfy { $0.evidence.trackingID != nil })
            #expect(closed.recordings.explained == tasks.count)
            #expect(closed.recordings.expected == closed.recordings.archived + tasks.count)
            // Asking about them again does not change the record, however often and however late.
            for hours in [3, 200] {
                here.simulator.clock.advance(by: .seconds(hours * 3600))
                let again = try await here.pass()
                #expect(again.archives == [])
                #expect(again.isComplete)
                #expect(again.days.map(\.isClosed) == [true])
            }
            try await here.expectWhole()
            _ = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: .silent).run(
                now: here.now(),
                discardingOld: true
            ) { _ in
            }
            let restored = try #require(try await rows(here, "2025-11-20").first)
            #expect(restored.record == closed)
            #expect(restored.archive?.sequence == 2)
            #expect(try await here.gaps().map(\.explanation?.note) == tasks.map { _ in "case 4711" })
            let after = try await here.pass()
            #expect(after.archives == [])
            #expect(after.isComplete)
            #expect(after.days.map(\.isClosed) == [true])
        }
    }

    @Test func `was closed by a failed recording that is explained, which a rebuild knows again`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let bad = try #require(here.simulator.servedRecordings().first)
            here.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            let first = try await here.pass()
            #expect(first.summary.recordings.reasons == [.damagedAtProvider: 1])
            #expect(!first.isComplete)
            try await here.explain([try #require(TaskID(bad.taskID))])
            let next = try await here.pass()
            #expect(next.isComplete)
            let closed = try #require(try recorded(here, 2))
            #expect(closed.gaps.map(\.recording?.recordingID.description) == [bad.recording.id])
            _ = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: .silent).run(
                now: here.now(),
                discardingOld: true
            ) { _ in
            }
            let failed = try await here.recordings(ListFilter(state: .recording(.failed)))
            #expect(failed.map(\.key.recordingID.description) == [bad.recording.id])
            #expect(failed.map(\.failureCode) == [.damagedAtProvider])
            here.simulator.clock.advance(by: .seconds(3600))
            let after = try await here.pass()
            #expect(after.isComplete)
            #expect(after.archives == [])
            here.simulator.clearFaults()
            let whole = try await here.pass()
            #expect(whole.archives.map(\.name.sequence) == [3])
            #expect(try #require(try recorded(here, 3)).gaps == [])
            try await here.expectWhole()
        }
    }

    @Test func `had a gap that filled: the supplement with the late recording closes it`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let task = try #require(here.recordedTasks.last)
            here.simulator.holdBackCaptures(of: task, until: here.simulator.clock.now + .seconds(3600))
            #expect(try await here.pass().days.map(\.isClosed) == [false])
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            let next = try await here.pass()
            #expect(next.archives.map(\.name.sequence) == [2])
            let late = try await here.recordings(ListFilter(task: TaskID(task))).count
            #expect(next.archives.map(\.recordings) == [late])
            let record = try #require(try recorded(here, 2))
            #expect(record.recordings.archived == here.offered().count)
            #expect(record.gaps == [])
            #expect(next.days.map(\.isClosed) == [true])
        }
    }

    @Test func `opens again with a late recording, and is closed by a new record with it`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            try await here.pass()
            let before = try #require(try recorded(here, 1))
            try here.simulator.addRecording(to: try #require(here.recordedTasks.first))
            here.simulator.clock.advance(by: .seconds(7200))
            try await here.pass()
            let after = try #require(try recorded(here, 2))
            #expect(after.recordings.archived == before.recordings.archived + 1)
            #expect(try await rows(here, "2025-11-20").map(\.archive?.sequence) == [2])
            _ = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: .silent).run(
                now: here.now(),
                discardingOld: true
            ) { _ in
            }
            #expect(try await rows(here, "2025-11-20").map(\.record) == [after], "the latest record counts")
        }
    }

    @Test func `opens again if an explanation is taken back`() async throws {
        try await Installation.with(Self.lossyWorld()) { here in
            try await here.pass()
            let tasks = try await here.gaps().map(\.taskID)
            try await here.explain(tasks)
            #expect(try await here.pass().days.map(\.isClosed) == [true])
            let manifest = try Manifest(of: here.root, mode: .readWrite)
            let now = here.now()
            _ = try await manifest.withdrawExplanations(tasks, organization: nil, by: Actor(name: "bob", uid: 1001)) {
                _ in
                Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(7 * 24))
            }
            try manifest.close()
            #expect(try await rows(here, "2025-11-20").map(\.isCurrent) == [false])
            let result = try await here.pass()
            #expect(result.days.map(\.isClosed) == [false])
            #expect(!result.isComplete)
        }
    }

    @Test func `without a single task is closed too, in the manifest alone`() async throws {
        try await Installation.with(.small(days: ["2025-11-18", "2025-11-20"])) { here in
            let result = try await here.pass(.sinceLastPass)
            #expect(result.archives.map(\.name.day.description) == ["2025-11-18", "2025-11-20"])
            let silent = try #require(try await rows(here, "2025-11-19").first)
            #expect(silent.record.isSilent)
            #expect(silent.archive == nil)
            let days = result.days.filter { $0.summary.tasks.listed == 0 }.map(\.day.description)
            #expect(days.contains("2025-11-19"))
            #expect(result.days.filter(\.isClosed).count >= 7, "back to the first day of the first listing")
            #expect(result.days.last?.isClosed == false, "today")
        }
    }

    @Test func `with tasks and no recording has an archive that says so`() async throws {
        var mix = CallMix.plain
        mix.unrecordedShare = 1
        try await Installation.with(.small(mix: mix)) { here in
            let result = try await here.pass()
            #expect(result.archives.map(\.recordings) == [0])
            let record = try #require(try recorded(here, 1))
            #expect(record.tasks.listed == result.summary.tasks.listed)
            #expect(record.tasks.notRequested == record.tasks.listed)
            #expect(result.summary.recordings.reasons == [.captureNotRequested: record.tasks.listed])
            _ = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: .silent).run(
                now: here.now(),
                discardingOld: true
            ) { _ in
            }
            #expect(try await rows(here, "2025-11-20").map(\.record) == [record])
            #expect(try await here.pass().archives == [])
            #expect(try await here.verify() == [])
        }
    }

    @Test func `is over, and was listed to its end without a doubt`() async throws {
        try await Installation.with(.small(calls: 6, mix: .plain)) { here in
            let noon = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(12)
            let part = try await here.pass(.between(from: noon, to: nil))
            #expect(part.days.first?.isClosed == false, "half of it was listed")
            let task = #"{"attributes":{"status":"completed","createdTime":\#(noon.millisecondsSince1970)}}"#
            let body = #"{"meta":{},"data":[\#(task)]}"#
            here.simulator.inject(FaultRule(.tasks, .first(1), .status(200, body: body)))
            let doubtful = try await here.pass()
            #expect(doubtful.listingDoubts == 1)
            #expect(doubtful.days.map(\.isClosed) == [false], "a task may be missing")
            let whole = try await here.pass()
            #expect(whole.days.map(\.isClosed) == [true])
        }
    }

    @Test func `is closed by a supplement after a crash that left one half made`() async throws {
        try await Installation.with(Self.lossyWorld()) { here in
            try await here.pass()
            try await here.explain(try await here.gaps().map(\.taskID))
            let manifest = try Manifest(of: here.root, mode: .readWrite)
            let name = try await manifest.openArchive(for: here.organization, day: here.day, now: here.now())
            try manifest.close()
            // What sealing had written when the process died.
            let spool = "\(here.root.path)/spool/\(name)"
            try Data(repeating: 0x2e, count: 5000).write(to: URL(filePath: "\(spool).tar.open"))
            try Data().write(to: URL(filePath: "\(spool).jsonl"))
            let result = try await here.pass()
            #expect(result.failure == nil)
            #expect(result.archives.map(\.name) == [name])
            #expect(result.days.map(\.isClosed) == [true])
            try await here.expectWhole()
        }
    }

    @Test func `stays closed while a pass lists it again and asks again, and nothing has changed`() async throws {
        var mix = CallMix.plain
        mix.missingCalls = [2, 5]
        try await Installation.with(.small(mix: mix)) { here in
            try await here.pass()
            let missing = try await here.gaps().map(\.taskID)
            try await here.explain(missing)
            try await here.pass()
            #expect(try await rows(here, "2025-11-20").map(\.isCurrent) == [true])
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            let asked = here.simulator.counters.requests(to: .captures)
            // It asks about everything, and stops before it closes anything.
            let stop = StopRequest()
            let stopped = try await here.pass(
                stop: stop,
                observer: { if case .step(_, .receiving) = $0 { stop.make() } }
            )
            #expect((stopped.failure as? ArchiverError)?.code == .stopped)
            #expect(here.simulator.counters.requests(to: .captures) > asked)
            #expect(try await rows(here, "2025-11-20").map(\.isCurrent) == [true])
            let manifest = try Manifest(of: here.root, mode: .readWrite)
            defer { try? manifest.close() }
            _ = try await manifest.withdrawExplanations(
                missing,
                organization: nil,
                by: Actor(name: "ann", uid: 1000)
            ) { [now = here.now()] _ in
                Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(7 * 24))
            }
            #expect(try await rows(here, "2025-11-20").map(\.isCurrent) == [false], "this one matters")
        }
    }

    @Test func `is over by the provider's clock too, as far as the listing got`() async throws {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).upperBound - .minutes(15)
        let world = try SimulatedWorld.small(clock: .at(Moment(evening.millisecondsSince1970)), mix: .plain)
        try await Installation.with(world, clockError: .minutes(30)) { here in
            let early = try await here.pass()
            #expect(early.days.map(\.isClosed) == [false])
            here.simulator.clock.advance(by: .seconds(3600))
            let late = try await here.pass()
            #expect(late.days.map(\.isClosed) == [true])
        }
    }

    @Test func `is not closed anew without an archive that was lost before a rebuild`() async throws {
        try await Installation.with(Self.lossyWorld()) { here in
            try await here.pass()
            try await here.explain(try await here.gaps().map(\.taskID))
            here.simulator.clock.advance(by: .seconds(30 * 86_400))
            try await here.pass()
            let closed = try #require(try recorded(here, 2))
            try FileManager.default.removeItem(
                atPath: here.root.archivePath(try #require(ArchiveName("acme-2025-11-20-001")))
            )
            _ = try await Rebuild(root: here.root, schedule: AskSchedule(), logger: .silent).run(
                now: here.now(),
                discardingOld: true
            ) { _ in
            }
            let after = try await here.pass(.sinceLastPass)
            #expect(after.archives == [])
            let row = try #require(try await rows(here, "2025-11-20").first)
            #expect(row.record == closed)
            #expect(!row.isCurrent)
        }
    }

    @Test func `is closed after a crash between its sealing and the manifest's word, with the same record`()
        async throws
    {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).upperBound - .minutes(1)
        let world = try SimulatedWorld.small(clock: .at(Moment(evening.millisecondsSince1970)), mix: .plain)
        try await Installation.with(world) { here in
            try await here.pass()
            let before = try Data(contentsOf: URL(filePath: here.root.manifestPath))
            here.simulator.clock.advance(by: .seconds(24 * 3600))
            try await here.pass()
            let record = try #require(try recorded(here, 1))
            try before.write(to: URL(filePath: here.root.manifestPath))
            let after = try await here.pass()
            #expect(after.archives.map(\.name.sequence) == [1])
            #expect(after.days.map(\.isClosed) == [true])
            #expect(try await rows(here, "2025-11-20").map(\.record) == [record])
            try await here.expectWhole()
        }
    }
}

extension Logger {
    fileprivate static var silent: Logger { Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() } }
}
