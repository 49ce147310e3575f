import DailyArchive
import Files
import Foundation
import Logging
import Recordings
import TestSupport

/// A prepared archive root in a folder of its own.
struct Workplace {
    let folder: TemporaryFolder
    let root: ArchiveRoot

    init() throws {
        folder = try TemporaryFolder()
        root = ArchiveRoot(path: folder.path + "/root")
        _ = try root.initialize(as: .sample)
        try root.prepare()
    }

    /// A writer whose salts are the same each time.
    func writer() -> ArchiveWriter {
        ArchiveWriter(root: root, logger: .silent, randomness: RepeatableRandomness())
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    func write(_ bytes: [UInt8], to path: String) throws {
        try? FileManager.default.removeItem(atPath: path)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    func size(_ path: String) throws -> Int64 { Int64(try bytes(path).count) }

    /// Seals `members` as `name`; returns the archive and what the manifest would know of it.
    func sealed(
        _ members: [PendingMember],
        as name: ArchiveName = .sample,
        tasks: [TaskEntry] = []
    ) async throws -> (archive: SealedArchive, entries: [RecordingEntry]) {
        let writer = writer()
        var entries: [RecordingEntry] = []
        if !members.isEmpty { entries = try await writer.append(members.map { (name, $0) }).entries }
        return (try await writer.seal(name, tasks: Listing(tasks)), entries)
    }
}

/// Repeatable numbers, the same in every test.
struct RepeatableRandomness: RandomNumberGenerator, Sendable {
    private var state: UInt64 = 7

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }
}

extension Salt {
    static let sample = Salt(bytes: noise(16, seed: 16)) ?? { preconditionFailure("sixteen bytes") }()
}

extension ArchiveWriter {
    /// Seals with the same salt in every test.
    func seal(
        _ name: ArchiveName,
        tasks: some AsyncSequence<TaskEntry, any Error> & Sendable,
        dayClose: DayClose? = nil
    ) async throws -> SealedArchive {
        try await seal(name, tasks: tasks, dayClose: dayClose, salt: .sample)
    }
}

extension RootIdentity {
    static var sample: RootIdentity {
        get throws {
            let id = try unwrap(CanonicalUUID("0193a5c2-7d1e-4b7a-9f00-3c5e8a1b2d4f"))
            return RootIdentity(id: id, createdTime: Timestamp(millisecondsSince1970: 1_763_596_800_123))
        }
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

/// Values as an asynchronous sequence.
struct Listing<Element: Sendable>: AsyncSequence, Sendable {
    var elements: [Element]
    var failure: (any Error)?

    init(_ elements: [Element], failure: (any Error)? = nil) {
        self.elements = elements
        self.failure = failure
    }

    func makeAsyncIterator() -> Iterator { Iterator(rest: elements[...], failure: failure) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: ArraySlice<Element>
        var failure: (any Error)?

        mutating func next() async throws -> Element? {
            if rest.isEmpty, let failure { throw failure }
            return rest.popFirst()
        }
    }
}

/// Unique bytes that compress badly, the same for the same seed.
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var words: [UInt64] = []
    for _ in 0..<(count / 8 + 1) {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        words.append(state)
    }
    return words.withUnsafeBytes { Array($0.prefix(count)) }
}

struct SampleError: Error {}

/// The value, or an error if there is none.
func unwrap<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw SampleError() }
    return value
}

extension ArchiveName {
    static let sample = ArchiveName(organization: .acme, day: .sample, sequence: 1)

    static func on(_ day: String, sequence: Int = 1) throws -> ArchiveName {
        ArchiveName(organization: .acme, day: try unwrap(ArchiveDay(day)), sequence: sequence)
    }
}

extension OrganizationName {
    static let acme = OrganizationName("acme") ?? { preconditionFailure("a valid name") }()
}

extension ArchiveDay {
    static let sample = ArchiveDay("2025-11-20") ?? { preconditionFailure("a valid day") }()
}

extension RecordingKey {
    static func sample(_ task: String, _ recording: String = "rec-1", callType: String = "main") throws -> RecordingKey
    {
        RecordingKey(
            taskID: try unwrap(TaskID(task)),
            recordingID: try unwrap(RecordingID(recording)),
            kind: .recording,
            isSegment: false,
            callType: callType,
            startTime: Timestamp(millisecondsSince1970: 1_763_625_600_123),
            providerFileName: "\(recording).wav"
        )
    }
}

extension PendingMember {
    static func sample(
        _ task: String,
        _ recording: String = "rec-1",
        bytes: [UInt8],
        day: ArchiveDay = .sample
    ) throws -> PendingMember {
        try sample(.sample(task, recording), ReceivedContent(bytes: bytes), day: day)
    }

    static func sample(
        _ key: RecordingKey,
        _ content: ReceivedContent,
        day: ArchiveDay = .sample
    ) throws -> PendingMember {
        let entry = RecordingEntry(
            key: key,
            organization: .acme,
            organizationID: try unwrap(OrganizationID("93912f11-6017-404b-bf14-5331890b1797")),
            day: day,
            stopTime: nil,
            file: .of(key),
            offset: 0,
            stored: content.identity,
            audio: AudioFormat(
                codec: "mulaw",
                channels: 1,
                sampleRateHertz: 8000,
                bitsPerSample: 8,
                durationMilliseconds: 180_000
            ),
            suspicion: nil,
            attempts: 1,
            receivedTime: Timestamp(millisecondsSince1970: 1_763_700_000_000),
            taskJSON: ProviderJSON(redacted: #"{"id":"\#(key.taskID)","queue":{"name":"Süd"}}"#),
            captureJSON: ProviderJSON(redacted: #"{"id": "\#(key.recordingID)", "n": 1.50}"#),
            searchJSON: ProviderJSON(redacted: #"{"id":"\#(key.taskID)","lastSite":{"name":"Köln"}}"#)
        )
        return PendingMember(entry: entry, content: content)
    }
}

extension [PendingMember] {
    /// Some members of different sizes, with and without padding.
    static func samples(_ count: Int, day: ArchiveDay = .sample) throws -> [PendingMember] {
        let sizes = [700, 512, 0, 1, 5000, 40_000]
        return try (0..<count).map { index in
            try PendingMember.sample(
                "task-\(index)",
                bytes: noise(sizes[index % sizes.count], seed: UInt64(index + 1)),
                day: day
            )
        }
    }
}

extension TaskEntry {
    static func sample(_ id: String) throws -> TaskEntry {
        TaskEntry(
            id: try unwrap(TaskID(id)),
            day: .sample,
            createdTime: Timestamp(millisecondsSince1970: 1_763_625_600_000),
            channelType: "telephony",
            status: TaskStatus("completed"),
            captureRequest: .requested,
            json: ProviderJSON(redacted: #"{"id":"\#(id)"}"#),
            searchJSON: ProviderJSON(redacted: #"{"id":"\#(id)","totalDuration":61000}"#)
        )
    }
}

extension ExpectedArchive {
    init(_ archive: SealedArchive, _ entries: [RecordingEntry]) {
        self.init(
            byteCount: archive.byteCount,
            digest: archive.digest,
            metadataOffset: archive.metadataOffset,
            recordings: entries.map {
                ExpectedRecording(
                    taskID: $0.key.taskID,
                    file: $0.file,
                    offset: $0.offset,
                    byteCount: $0.stored.byteCount,
                    digest: $0.stored.digest
                )
            }
        )
    }
}

/// The ``ArchiveError`` that `body` throws; `nil` if it throws none.
func archiveError(_ body: () async throws -> Void) async -> ArchiveError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ArchiveError
    }
}
