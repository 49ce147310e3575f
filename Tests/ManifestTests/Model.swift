import Foundation
import Recordings
import Synchronization
import Testing

@testable import Manifest

/// What a manifest of one day should hold, by rules that a reader can take in at a glance.
struct Model {
    struct Known: Equatable {
        var state: RecordingState
        var archive: ArchiveName?
        var offset: Int64?
    }

    /// A copy in a sealed archive that does not count.
    struct Copy: Hashable {
        var key: RecordingKey
        var archive: ArchiveName
        var offset: Int64
    }

    var now = Fixture.morning + .hours(1)
    var tasks: [TaskID: CaptureRequest] = [:]
    var recordings: [RecordingKey: Known] = [:]
    /// What answers handed out and nobody has stored or failed since.
    var work: [RecordingKey: RecordingWork] = [:]
    /// The latest bytes of each recording that was ever held.
    var entries: [RecordingKey: RecordingEntry] = [:]
    var copies: Set<Copy> = []
    /// What somebody is at work on.
    let claims = Claims()
    var sealed = 0
    var end: Int64 = 0
    /// Archives that came from elsewhere each have offsets of their own.
    var restored = 0

    /// Where the manifest is judged from.
    var standpoint: Standpoint { Standpoint(now: now, today: Fixture.today, horizon: .hours(168)) }

    /// Recordings of that state, in an order that does not change from run to run.
    func keys(_ states: RecordingState...) -> [RecordingKey] {
        recordings.filter { states.contains($0.value.state) }.keys.sorted { $0.name < $1.name }
    }

    /// Tasks of which something is missing.
    var tasksWithGaps: Set<TaskID> {
        let withRecordings = Set(recordings.keys.map(\.taskID))
        let silent = tasks.filter { $0.value == .requested && !withRecordings.contains($0.key) }.keys
        return Set(keys(.failed).map(\.taskID)).union(silent)
    }

    /// Nobody is at work on it any more.
    mutating func finish(_ key: RecordingKey) {
        if let item = work.removeValue(forKey: key) { claims.release(item.row) }
    }

    mutating func step(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        switch Int.random(in: 0..<19, using: &random) {
        case 0, 1: try await list(fixture, &random)
        case 2, 3, 4: try await answer(fixture, &random)
        case 5, 6: try await store(fixture, &random)
        case 7: try await fail(fixture)
        case 8: try await recover(fixture, &random)
        case 9: try await adopt(fixture, &random)
        case 10, 11: try await damage(fixture, &random)
        case 12: try await reinstate(fixture, &random)
        case 13: try await restore(fixture, &random)
        case 14, 15: try await explain(fixture, &random)
        case 16: try await withdraw(fixture, &random)
        case 17: try await settle(fixture)
        default: try await seal(fixture)
        }
    }
}

/// What processes hold while they are at work on it.
final class Claims: RecordingClaims {
    private let rows = Mutex<Set<RecordingRowID>>([])

    var held: Set<RecordingRowID> { rows.withLock { $0 } }

    func claim(_ row: RecordingRowID) -> Bool { rows.withLock { $0.insert(row).inserted } }

    func release(_ row: RecordingRowID) { rows.withLock { _ = $0.remove(row) } }
}

extension RecordingKey {
    var name: String { "\(taskID)\(recordingID)" }
}

// MARK: - What a pass does

extension Model {
    mutating func list(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        let requests: [CaptureRequest] = [.requested, .requested, .notRequested, .undetermined]
        let page = try (0..<5).map { _ in
            let request = requests.randomElement(using: &random) ?? .requested
            return try Fixture.task(Int.random(in: 1...30, using: &random), request: request)
        }
        _ = try await fixture.list(page, now: now)
        for task in page { tasks[task.id] = task.captureRequest }
    }

    mutating func answer(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        let id = try Fixture.taskID(Int.random(in: 1...30, using: &random))
        let offered = try (1...3).filter { _ in Bool.random(using: &random) }.map { try Fixture.captured(id, $0) }
        // Some ask without saying what they are at work on, as a process that was killed did.
        let isClaiming = Int.random(in: 0..<3, using: &random) > 0
        let claimed = isClaiming ? claims.held : []
        let wanted = try await fixture.answer(
            [.capture(Capture(taskID: id, recordings: offered))],
            claims: isClaiming ? claims : nil,
            now: now
        )
        guard tasks[id] != nil || !offered.isEmpty else { return }
        tasks[id] = tasks[id] ?? .undetermined
        for captured in offered where recordings[captured.key] == nil {
            recordings[captured.key] = Known(state: .pending)
        }
        let keys = Set(offered.map(\.key))
        for (key, known) in recordings where key.taskID == id && known.state == .pending && !keys.contains(key) {
            recordings[key]?.state = .failed
            finish(key)
        }
        let busy = Set(work.filter { claimed.contains($0.value.row) }.keys)
        for item in wanted { work[item.captured.key] = item }
        let open = keys.filter { recordings[$0]?.state == .pending }
        let handedOut = Set(wanted.map(\.captured.key))
        #expect(handedOut.isSuperset(of: open.subtracting(busy)))
        #expect(handedOut.isSubset(of: keys))
        #expect(handedOut.isDisjoint(with: busy))
        #expect(handedOut.isDisjoint(with: self.keys(.stored, .archived)))
    }

    /// Appends recordings to the day's open archive, as the bytes come.
    private mutating func append(_ some: [RecordingWork], _ fixture: Fixture, _ archive: ArchiveName) throws
        -> [StoredRecording]
    {
        try some.map { item in
            let entry = try fixture.entry(item, offset: end + 1024)
            end += 1_000_000
            recordings[item.captured.key] = Known(state: .stored, archive: archive, offset: entry.offset)
            entries[item.captured.key] = entry
            finish(item.captured.key)
            return StoredRecording(row: item.row, entry: entry)
        }
    }

    private func drawWork(_ random: inout some RandomNumberGenerator) -> [RecordingWork] {
        work.values.sorted { $0.captured.key.name < $1.captured.key.name }
            .filter { _ in Bool.random(using: &random) }
    }

    private var extent: ArchiveExtentRow { ArchiveExtentRow(tarBytes: end, journalBytes: end / 1000) }

    mutating func store(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        try await store(drawWork(&random), fixture)
    }

    private mutating func store(_ some: [RecordingWork], _ fixture: Fixture) async throws {
        guard !some.isEmpty else { return }
        let archive = try await fixture.manifest.openArchive(for: fixture.acme, day: Fixture.today, now: now)
        let group = try append(some, fixture, archive)
        try await fixture.manifest.noteStored(group, extents: [archive: extent], now: now)
    }

    mutating func fail(_ fixture: Fixture) async throws {
        guard let item = work.values.min(by: { $0.captured.key.name < $1.captured.key.name }) else { return }
        let failure = RecordingFailure(row: item.row, reason: "stalled", attempts: 3, retryNotBefore: now + .hours(2))
        try await fixture.manifest.noteFailed(failure, now: now)
        recordings[item.captured.key] = Known(state: .failed)
        finish(item.captured.key)
    }

    /// Seals what is open; with the day's record, if there can be one.
    mutating func seal(_ fixture: Fixture) async throws {
        let draft = try await draft(fixture)
        guard let open = try await fixture.manifest.openArchives().first else { return }
        let tasks = try await fixture.manifest.tasksToSeal(organization: fixture.acme, day: Fixture.today).collected()
        #expect(tasks.map(\.createdTime) == tasks.map(\.createdTime).sorted())
        let stored = keys(.stored)
        try await fixture.manifest.noteSealed(
            open.name,
            byteCount: max(end, 1024),
            digest: try Fixture.digest(open.name.sequence),
            recordings: stored.count,
            dayClose: draft?.record,
            decidedAt: draft?.mark,
            now: now
        )
        for key in stored { recordings[key]?.state = .archived }
        sealed += 1
        end = 0
        guard let draft else { return }
        let close = try #require(try await close(fixture))
        #expect(close.isCurrent && close.record == draft.record)
    }

    /// The record that the day could be closed with, which says no more than is so.
    private func draft(_ fixture: Fixture) async throws -> DayCloseDraft? {
        let draft = try await fixture.manifest.draftDayClose(fixture.acme, day: Fixture.today, at: standpoint)
        guard let draft else { return nil }
        #expect(keys(.pending).isEmpty)
        #expect(draft.record.recordings.archived == keys(.stored, .archived).count)
        #expect(Set(draft.record.gaps.map(\.taskID)) == tasksWithGaps)
        return draft
    }

    func close(_ fixture: Fixture) async throws -> DayCloseRow? {
        try await fixture.manifest.dayCloses(fixture.acme, days: Fixture.today...Fixture.today).first
    }
}

// MARK: - What a crash and a disk do

extension Model {
    mutating func recover(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        guard let open = try await fixture.manifest.openArchives().first else { return }
        let held = keys(.stored)
        let whole = held.filter { _ in Bool.random(using: &random) }
        let lost = try await fixture.manifest.noteRecovered(
            open.name,
            extent: extent,
            whole: whole.compactMap { entries[$0] },
            now: now
        )
        #expect(Set(lost) == Set(held).subtracting(whole))
        for key in lost { recordings[key] = Known(state: .pending) }
    }

    /// Bytes that were durable when the process died, before it had said so.
    mutating func adopt(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        let some = drawWork(&random)
        guard !some.isEmpty else { return }
        let archive = try await fixture.manifest.openArchive(for: fixture.acme, day: Fixture.today, now: now)
        let entries = try append(some, fixture, archive).map(\.entry)
        let count = try await fixture.manifest.noteAdopted(
            archive,
            extent: extent,
            recordings: entries,
            schedule: nil,
            now: now
        )
        #expect(count == some.count)
    }

    /// Some bytes of sealed archives are not what they were.
    mutating func damage(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        let some = keys(.archived).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        let damaged = some.compactMap { key -> Copy? in
            guard let known = recordings[key], let archive = known.archive, let offset = known.offset else {
                return nil
            }
            return Copy(key: key, archive: archive, offset: offset)
        }
        // Saying it twice changes nothing.
        for _ in 0..<2 {
            try await fixture.manifest.noteDamaged(
                damaged.map { DamagedRecording(archive: $0.archive, taskID: $0.key.taskID, offset: $0.offset) },
                now: now
            )
        }
        for copy in damaged {
            copies.insert(copy)
            recordings[copy.key] = Known(state: .pending)
        }
    }

    /// A copy that does not count turns out to be whole.
    mutating func reinstate(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        let copy = try await fixture.manifest.displacedCopies().randomElement(using: &random)
        guard let copy else { return }
        let isHeld = [.stored, .archived].contains(recordings[copy.key]?.state)
        let code = await failure { try await fixture.manifest.noteReinstated(copy, now: now) }
        #expect(code == (isHeld ? .conflict : nil))
        guard !isHeld else { return }
        recordings[copy.key] = Known(state: .archived, archive: copy.archive, offset: copy.offset)
        copies.remove(Copy(key: copy.key, archive: copy.archive, offset: copy.offset))
        finish(copy.key)
    }

    /// A sealed archive is found that the manifest had never heard of, with some of what is missing and some of what is not.
    mutating func restore(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        let missing = drawWork(&random)
        let held = keys(.archived).filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
        guard !missing.isEmpty else { return }
        restored += 1
        let sequence = try await fixture.manifest.sealedArchives().map(\.name.sequence).max() ?? 0
        let open = try await fixture.manifest.openArchives().first?.name.sequence ?? 0
        let name = ArchiveName(organization: fixture.acme, day: Fixture.today, sequence: max(sequence, open) + 1)
        let start = Int64(restored) * 1_000_000_000
        var found = try missing.enumerated().map { try fixture.entry($1, offset: start + Int64($0) * 2_000_000) }
        for (position, key) in held.enumerated() {
            guard var entry = entries[key] else { continue }
            entry.offset = start + 500_000_000 + Int64(position) * 2_000_000
            found.append(entry)
        }
        let row = ArchiveRow(
            name: name,
            byteCount: 99_999,
            digest: try Fixture.digest(sequence + 1),
            recordings: found.count,
            sealedTime: nil
        )
        let duplicates = try await fixture.manifest.restore(
            row,
            organizationID: fixture.acmeID,
            tasks: Entries<TaskEntry>([]),
            recordings: Entries(found),
            schedule: nil,
            now: now
        )
        #expect(duplicates == held)
        sealed += 1
        for entry in found {
            if held.contains(entry.key) {
                copies.insert(Copy(key: entry.key, archive: name, offset: entry.offset))
            } else {
                recordings[entry.key] = Known(state: .archived, archive: name, offset: entry.offset)
                entries[entry.key] = entry
                finish(entry.key)
            }
        }
    }

    private struct Entries<Element: Sendable>: AsyncSequence, Sendable {
        var elements: [Element]

        init(_ elements: [Element]) { self.elements = elements }

        func makeAsyncIterator() -> Iterator { Iterator(elements: elements[...]) }

        struct Iterator: AsyncIteratorProtocol {
            var elements: ArraySlice<Element>

            mutating func next() async throws -> Element? { elements.popFirst() }
        }
    }
}

// MARK: - What people do

extension Model {
    private func gaps(_ fixture: Fixture, of task: TaskID? = nil, isExplained: Bool? = nil) async throws -> [Gap] {
        let filter = GapFilter(organization: fixture.acme, task: task, isExplained: isExplained)
        return try await fixture.manifest.gaps(filter, at: standpoint)
    }

    func explain(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        let number = Int.random(in: 1...30, using: &random)
        let id = try Fixture.taskID(number)
        let result = try await fixture.explain(number, now: now)
        #expect(result.isDone == tasksWithGaps.contains(id))
        #expect(result.unknown == (tasks[id] == nil ? [id] : []))
        if result.isDone { #expect(try await gaps(fixture, of: id, isExplained: false) == []) }
    }

    func withdraw(_ fixture: Fixture, _ random: inout some RandomNumberGenerator) async throws {
        guard let gap = try await gaps(fixture, isExplained: true).randomElement(using: &random) else { return }
        let standpoint = standpoint
        let result = try await fixture.manifest.withdrawExplanations(
            [gap.taskID],
            organization: nil,
            by: Actor(name: "bob", uid: 1001)
        ) {
            _ in standpoint
        }
        #expect(result.isDone)
        #expect(try await gaps(fixture, of: gap.taskID, isExplained: true) == [])
    }

    /// Everything that is missing comes or is explained, and the day can be closed.
    mutating func settle(_ fixture: Fixture) async throws {
        for (id, request) in tasks.sorted(by: { $0.key < $1.key }) where request == .undetermined {
            let number = try #require(Int(id.description.suffix(12)))
            _ = try await fixture.list([try Fixture.task(number, request: .requested)], now: now)
            tasks[id] = .requested
        }
        for id in Set(keys(.pending).map(\.taskID)).sorted() {
            let offered = try (1...3).map { try Fixture.captured(id, $0) }.filter { recordings[$0.key] != nil }
            for item in try await fixture.answer([.capture(Capture(taskID: id, recordings: offered))], now: now) {
                work[item.captured.key] = item
            }
        }
        try await store(keys(.pending, .failed).compactMap { work[$0] }, fixture)
        #expect(keys(.pending).isEmpty)
        for id in tasksWithGaps.sorted() {
            #expect(try await fixture.explain(try #require(Int(id.description.suffix(12))), now: now).isDone)
        }
        // A record that counted more than there is now stands in the way of another.
        if try await close(fixture) == nil { #expect(try await draft(fixture) != nil) }
        try await seal(fixture)
    }

    func check(_ fixture: Fixture, _ place: Comment) async throws {
        let rows = try await fixture.recordings()
        let found = Dictionary(
            uniqueKeysWithValues: rows.map { row in
                (row.key, Known(state: row.state, archive: row.held?.archive, offset: row.held?.offset))
            }
        )
        #expect(found == recordings, place)
        let displaced = try await fixture.manifest.displacedCopies()
        #expect(Set(displaced.map { Copy(key: $0.key, archive: $0.archive, offset: $0.offset) }) == copies, place)
        let archives = try await fixture.manifest.sealedArchives()
        #expect(archives.count == sealed, place)
        #expect(archives.map(\.recordings).reduce(0, +) == keys(.archived).count + copies.count, place)
        let day = try await fixture.manifest.dayStatuses(at: standpoint).first
        let counts: [Int] = [day?.archived ?? 0, day?.stored ?? 0, day?.pending ?? 0, day?.failed ?? 0]
        #expect(counts == [.archived, .stored, .pending, .failed].map { keys($0).count }, place)
        #expect(Set(try await gaps(fixture).map(\.taskID)) == tasksWithGaps, place)
        // A day that is called closed lacks nothing that nobody explained.
        if try await close(fixture)?.isCurrent == true {
            #expect(keys(.pending, .stored).isEmpty, place)
            #expect(try await gaps(fixture, isExplained: false) == [], place)
        }
    }
}
