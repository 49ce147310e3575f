import Foundation
import Recordings
import TestSupport
import Testing

@testable import Manifest

/// A manifest in a folder of its own, and the values to fill it with.
struct Fixture {
    let folder: URL
    let manifest: Manifest
    let acme: OrganizationName
    let acmeID: OrganizationID

    var path: String { manifest.path }

    /// The spool of the manifest's root.
    static let spool = CanonicalUUID("0193a5c2-7d1e-4b7a-9f00-3c5e8a1b2d4f") ?? { preconditionFailure("a UUID") }()
    /// The spool of another root.
    static let otherSpool = CanonicalUUID("0193a5c2-7d1e-4b7a-9f00-000000000000") ?? { preconditionFailure("a UUID") }()

    init(folder: URL, manifest: Manifest, acme: OrganizationName, acmeID: OrganizationID) {
        (self.folder, self.manifest, self.acme, self.acmeID) = (folder, manifest, acme, acmeID)
    }

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "manifest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        manifest = try Manifest(path: folder.appending(path: "manifest.sqlite").path, mode: .readWrite)
        acme = try #require(OrganizationName("acme"))
        acmeID = try #require(OrganizationID("93912f11-6017-404b-bf14-5331890b1797"))
        _ = try await manifest.register(acme, id: acmeID)
    }

    /// Runs `body` with a fixture, and removes it.
    static func with(_ body: (Fixture) async throws -> Void) async throws {
        let fixture = try await Fixture()
        defer { try? FileManager.default.removeItem(at: fixture.folder) }
        try await body(fixture)
    }

    /// 2025-11-20T08:00:00Z, when most test scenarios begin.
    static let morning = Timestamp(millisecondsSince1970: 1_763_625_600_000)
    static let day: @Sendable (Timestamp) -> ArchiveDay = { ArchiveDay($0, in: .gmt) }
    static let today = ArchiveDay(morning, in: .gmt)

    /// By default an hour after the morning.
    static func standpoint(after duration: Duration = .hours(1), horizon: Duration = .hours(168)) -> Standpoint {
        let now = morning + duration
        return Standpoint(now: now, today: day(now), horizon: horizon)
    }

    static func taskID(_ number: Int) throws -> TaskID {
        try #require(TaskID("aaaaaaaa-0000-4000-8000-" + padded(number)))
    }

    private static func padded(_ number: Int) -> String {
        String(repeating: "0", count: 12 - String(number).count) + String(number)
    }

    static func task(
        _ number: Int,
        created: Timestamp? = nil,
        status: String = "completed",
        request: CaptureRequest = .requested,
        json: String? = nil
    ) throws -> ListedTask {
        let created = created ?? morning + .seconds(number)
        return ListedTask(
            id: try taskID(number),
            createdTime: created,
            lastUpdatedTime: created + .minutes(3),
            channelType: "telephony",
            status: TaskStatus(status),
            captureRequest: request,
            json: ProviderJSON(redacted: json ?? #"{"id":"\#(number)"}"#)
        )
    }

    static func captured(
        _ task: TaskID,
        _ number: Int = 1,
        callType: String = "main",
        start: Timestamp? = morning,
        file: String = "recording-1.wav"
    ) throws -> CapturedRecording {
        CapturedRecording(
            key: RecordingKey(
                taskID: task,
                recordingID: try #require(RecordingID("dddddddd-0000-4000-8000-" + padded(number))),
                kind: .recording,
                isSegment: false,
                callType: callType,
                startTime: start,
                providerFileName: file
            ),
            stopTime: start.map { $0 + .minutes(2) },
            url: try #require(URL(string: "https://media.example/\(number)?X-Amz-Signature=secret")),
            json: ProviderJSON(redacted: #"{"id":"\#(number)"}"#)
        )
    }

    static func digest(_ number: Int) throws -> ContentDigest {
        let bytes = (0..<32).map { UInt8(truncatingIfNeeded: number >> ($0 % 4 * 8) &+ $0) }
        return try #require(ContentDigest(bytes: bytes))
    }
}

extension Manifest {
    /// With the spool that all tests share.
    convenience init(path: String, mode: Mode) throws(ManifestError) {
        try self.init(path: path, mode: mode, spool: Fixture.spool)
    }

    static func create(path: String) throws(ManifestError) -> Manifest {
        try create(path: path, spool: Fixture.spool)
    }
}

// MARK: - Steps that tests take again and again

extension Fixture {
    func list(_ tasks: [ListedTask], now: Timestamp = morning + .hours(1)) async throws -> ListingNote {
        try await manifest.noteListed(tasks, organization: acme, day: Self.day, now: now)
    }

    func answer(
        _ answers: [TaskAnswer],
        reservations: (any RecordingReservations)? = nil,
        now: Timestamp = morning + .hours(1)
    ) async throws -> [RecordingWork] {
        try await manifest.noteAnswers(
            to: [AnsweredQuestion(answers, askedTime: now)],
            organization: acme,
            day: Self.day,
            schedule: AskSchedule(),
            reservations: reservations
        )[0]
    }

    /// Lists tasks with these numbers, and answers each with one recording of the same number.
    func known(_ numbers: some Sequence<Int>) async throws -> [RecordingWork] {
        let numbers = Array(numbers)
        _ = try await list(try numbers.map { try Self.task($0) })
        return try await answer(
            try numbers.map { number in
                let id = try Self.taskID(number)
                return .capture(Capture(taskID: id, recordings: [try Self.captured(id, number)]))
            }
        )
    }

    func entry(_ work: RecordingWork, offset: Int64, suspicion: String? = nil) throws -> RecordingEntry {
        RecordingEntry(
            key: work.captured.key,
            organization: acme,
            organizationID: acmeID,
            day: work.day,
            stopTime: work.captured.stopTime,
            file: work.file,
            offset: offset,
            stored: ByteIdentity(
                byteCount: 1_000_000 + offset % 997,
                digest: try Self.digest(Int(truncatingIfNeeded: offset))
            ),
            audio: AudioFormat(
                codec: "mulaw",
                channels: 2,
                sampleRateHertz: 8000,
                bitsPerSample: 8,
                durationMilliseconds: 62_500
            ),
            suspicion: suspicion,
            attempts: 1,
            receivedTime: Self.morning + .hours(1),
            taskJSON: work.taskJSON,
            captureJSON: work.captured.json
        )
    }

    /// Where the evidence log is said to have each recording: a number as long as those of a large log.
    static let leaf: Int64 = 9_000_000

    /// Stores work in the open archive of its day, one after the other, and returns what was stored.
    @discardableResult
    func store(_ work: [RecordingWork], now: Timestamp = morning + .hours(1)) async throws -> [RecordingEntry] {
        var all: [RecordingEntry] = []
        for (day, work) in Dictionary(grouping: work, by: \.day).sorted(by: { $0.key < $1.key }) {
            let archive = try await manifest.openArchive(for: acme, day: day, now: now)
            let start = try await manifest.openArchives().first { $0.name == archive }?.extent.tarBytes ?? 0
            let entries = try work.enumerated().map { try entry($1, offset: start + 1024 + Int64($0) * 2_000_000) }
            let end = ArchiveExtentRow(
                tarBytes: start + Int64(work.count) * 2_000_000 + 2048,
                journalBytes: start / 1000 + Int64(work.count) * 900
            )
            let stored = zip(work, entries).map { StoredRecording(row: $0.row, entry: $1, leaf: Self.leaf) }
            try await manifest.noteStored(stored, extents: [archive: end], now: now)
            all += entries
        }
        return all
    }

    /// Seals the open archive of `day`; returns it with the tasks that it includes.
    @discardableResult
    func seal(
        _ day: ArchiveDay = today,
        now: Timestamp = morning + .hours(24)
    ) async throws -> (ArchiveRow, [TaskEntry]) {
        let name = try await manifest.openArchive(for: acme, day: day, now: now)
        let tasks = try await manifest.tasksToSeal(organization: acme, day: day).collected()
        let recordings = try await manifest.openArchives().first { $0.name == name }?.recordings ?? 0
        let digest = try Self.digest(name.sequence)
        try await manifest.noteSealed(name, byteCount: 12_345, digest: digest, recordings: recordings, now: now)
        let row = try #require(try await manifest.sealedArchive(name))
        return (row, tasks)
    }

    /// Explains what is missing of the task with this number.
    func explain(
        _ number: Int,
        _ reason: ExplanationReason = .testCall,
        now: Timestamp = morning + .hours(1)
    ) async throws -> ExplainingResult {
        let explanation = GapExplanation(reason: reason, note: "a line test", author: "ann", time: now)
        return try await manifest.explain([try Self.taskID(number)], organization: nil, with: explanation) { _ in
            Standpoint(now: now, today: Self.day(now), horizon: .hours(168))
        }
    }

    func gaps(
        _ reason: GapReason? = nil,
        isExplained: Bool? = nil,
        after duration: Duration = .hours(1)
    ) async throws -> [Gap] {
        let filter = GapFilter(organization: acme, reason: reason, isExplained: isExplained)
        return try await manifest.gaps(filter, at: Self.standpoint(after: duration))
    }

    /// The kinds of all events of the task with this number, in order.
    func story(_ number: Int) async throws -> [Event.Kind] {
        try await manifest.events(task: try Self.taskID(number)).collected().map(\.kind)
    }

    func rows(_ filter: ListFilter = ListFilter(), after: Duration = .hours(1)) async throws -> [ListRow] {
        try await manifest.entries(filter, at: Self.standpoint(after: after)).collected()
    }

    func recordings(_ filter: ListFilter = ListFilter()) async throws -> [RecordingRow] {
        try await rows(filter).compactMap { if case .recording(let row) = $0 { row } else { nil } }
    }

    func states() async throws -> [RecordingState] { try await recordings().map(\.state) }
}

/// Runs a program that knows nothing of Callark, and returns its output.
func run(_ program: String, _ arguments: [String]) async throws -> String {
    let ending = try await Tool.finish(program, arguments)
    guard ending.status == 0 else { throw ProgramFailed(program: program, output: ending.said) }
    return ending.said
}

struct ProgramFailed: Error {
    var program: String
    var output: String
}

/// Runs something that has to fail, and returns the error's code.
func failure(_ body: () async throws -> some Any) async -> ManifestError.Code? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? ManifestError)?.code
    }
}
