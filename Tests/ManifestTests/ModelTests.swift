import Foundation
import Recordings
import Testing

@testable import Manifest

/// Random sequences of what a pass, a crash and a person do, against a model in memory that a reader can take in at a
/// glance. Each run draws others; a failure names its seed, and `CALLARK_TEST_SEED` has the first sequence be that one.
@Suite struct ModelTests {
    private static let seeds: [UInt64] = {
        let given = ProcessInfo.processInfo.environment["CALLARK_TEST_SEED"].flatMap { UInt64($0) }
        let first = given ?? UInt64.random(in: 0...999_999)
        print("sequences of steps against a model: seeds from \(first)")
        return (0..<12).map { first &+ $0 }
    }()

    @Test(arguments: seeds)
    func `any sequence of steps leaves what a simple model says`(seed: UInt64) async throws {
        try await Fixture.with { fixture in
            var random = SplitMix(state: seed)
            var model = Model()
            for step in 0..<60 {
                model.now = model.now + .minutes(Int.random(in: 0...90, using: &random))
                try await model.step(fixture, &random)
                try await model.check(fixture, "seed \(seed), step \(step)")
            }
            #expect(try await fixture.manifest.faults() == [])
            #expect(try await run("sqlite3", [fixture.path, "PRAGMA integrity_check"]) == "ok\n")
        }
    }
}

private struct Model {
    struct Known: Equatable {
        var state: RecordingState
        var archive: ArchiveName?
        var offset: Int64?
    }

    var now = Fixture.morning + .hours(1)
    var tasks: [TaskID: CaptureRequest] = [:]
    var recordings: [RecordingKey: Known] = [:]
    /// What answers handed out and nobody has stored or failed since.
    var work: [RecordingKey: RecordingWork] = [:]
    var entries: [RecordingKey: RecordingEntry] = [:]
    var sealed = 0
    var end: Int64 = 0

    mutating func step(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: try await list(fixture, &random)
        case 2, 3, 4: try await answer(fixture, &random)
        case 5, 6: try await store(fixture, &random)
        case 7: try await fail(fixture)
        case 8: try await recover(fixture, &random)
        default: try await seal(fixture)
        }
    }

    private mutating func list(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let requests: [CaptureRequest] = [.requested, .requested, .notRequested, .undetermined]
        let page = try (0..<5).map { _ in
            let request = requests.randomElement(using: &random) ?? .requested
            return try Fixture.task(Int.random(in: 1...30, using: &random), request: request)
        }
        _ = try await fixture.list(page, now: now)
        for task in page { tasks[task.id] = task.captureRequest }
    }

    private mutating func answer(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let id = try Fixture.taskID(Int.random(in: 1...30, using: &random))
        let offered = try (1...3).filter { _ in Bool.random(using: &random) }.map { try Fixture.captured(id, $0) }
        let wanted = try await fixture.answer([.capture(Capture(taskID: id, recordings: offered))], now: now)
        guard tasks[id] != nil || !offered.isEmpty else { return }
        tasks[id] = tasks[id] ?? .undetermined
        for captured in offered where recordings[captured.key] == nil {
            recordings[captured.key] = Known(state: .pending)
        }
        let keys = Set(offered.map(\.key))
        for (key, known) in recordings where key.taskID == id && known.state == .pending && !keys.contains(key) {
            recordings[key]?.state = .failed
            work[key] = nil
        }
        for item in wanted { work[item.captured.key] = item }
        let open = keys.filter { recordings[$0]?.state == .pending }
        #expect(Set(wanted.map(\.captured.key)).isSuperset(of: open))
        #expect(Set(wanted.map(\.captured.key)).isSubset(of: keys))
    }

    private mutating func store(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let some = work.values.sorted { $0.captured.key.name < $1.captured.key.name }
            .filter { _ in Bool.random(using: &random) }
        guard !some.isEmpty else { return }
        let archive = try await fixture.manifest.openArchive(for: fixture.acme, day: Fixture.today, now: now)
        var group: [StoredRecording] = []
        for item in some {
            let entry = try fixture.entry(item, offset: end + 1024)
            group.append(StoredRecording(row: item.row, entry: entry))
            end += 1_000_000
            recordings[item.captured.key] = Known(state: .stored, archive: archive, offset: entry.offset)
            entries[item.captured.key] = entry
            work[item.captured.key] = nil
        }
        let extent = ArchiveExtentRow(tarBytes: end, journalBytes: end / 1000)
        try await fixture.manifest.noteStored(group, extents: [archive: extent], now: now)
    }

    private mutating func fail(_ fixture: Fixture) async throws {
        guard let item = work.values.min(by: { $0.captured.key.name < $1.captured.key.name }) else { return }
        let failure = RecordingFailure(row: item.row, reason: "stalled", attempts: 3, retryNotBefore: now + .hours(2))
        try await fixture.manifest.noteFailed(failure, now: now)
        recordings[item.captured.key] = Known(state: .failed)
        work[item.captured.key] = nil
    }

    private mutating func recover(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        guard let open = try await fixture.manifest.openArchives().first else { return }
        let held = recordings.filter { $0.value.state == .stored }
        let whole = held.keys.sorted { $0.name < $1.name }.filter { _ in Bool.random(using: &random) }
        let lost = try await fixture.manifest.noteRecovered(
            open.name,
            extent: ArchiveExtentRow(tarBytes: end, journalBytes: end / 1000),
            whole: whole.compactMap { entries[$0] },
            now: now
        )
        #expect(Set(lost) == Set(held.keys).subtracting(whole))
        for key in lost { recordings[key] = Known(state: .pending) }
    }

    private mutating func seal(_ fixture: Fixture) async throws {
        guard let open = try await fixture.manifest.openArchives().first else { return }
        let tasks = try await fixture.manifest.tasksToSeal(organization: fixture.acme, day: Fixture.today).collected()
        #expect(tasks.map(\.createdTime) == tasks.map(\.createdTime).sorted())
        let stored = recordings.filter { $0.value.state == .stored }
        try await fixture.manifest.noteSealed(
            open.name,
            byteCount: max(end, 1024),
            digest: try Fixture.digest(open.name.sequence),
            recordings: stored.count,
            now: now
        )
        for key in stored.keys { recordings[key]?.state = .archived }
        sealed += 1
        end = 0
    }

    func check(_ fixture: Fixture, _ place: String) async throws {
        let rows = try await fixture.recordings()
        let found = Dictionary(
            uniqueKeysWithValues: rows.map { row in
                (row.key, Known(state: row.state, archive: row.held?.archive, offset: row.held?.offset))
            }
        )
        #expect(found == recordings, "\(place)")
        let archives = try await fixture.manifest.sealedArchives()
        #expect(archives.count == sealed, "\(place)")
        #expect(archives.map(\.recordings).reduce(0, +) == rows.filter { $0.state == .archived }.count, "\(place)")
        let standpoint = Standpoint(now: now, today: Fixture.today, horizon: .hours(168))
        let day = try await fixture.manifest.dayStatuses(at: standpoint).first
        let counts: [Int] = [day?.archived ?? 0, day?.stored ?? 0, day?.pending ?? 0, day?.failed ?? 0]
        let expected = [RecordingState.archived, .stored, .pending, .failed]
            .map { state in recordings.values.filter { $0.state == state }.count }
        #expect(counts == expected, "\(place)")
        let withRecordings = Set(recordings.keys.map(\.taskID))
        let gaps = tasks.filter { $0.value == .requested && !withRecordings.contains($0.key) }.count
        #expect((day?.gaps ?? 0) == gaps, "\(place)")
    }
}

extension RecordingKey {
    /// An order that does not change from run to run, as that of a dictionary does.
    fileprivate var name: String { "\(taskID)\(recordingID)" }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
