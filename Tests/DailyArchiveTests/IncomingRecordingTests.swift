@testable import DailyArchive
import Files
import Foundation
import Recordings
import Testing

@Suite struct IncomingRecordingTests {
    private let place: Workplace
    private let part: String
    private let budget = MemoryBudget(bytes: 1 << 20)

    init() throws {
        place = try Workplace()
        part = place.root.partPath(for: try .sample("t"), organization: .acme)
    }

    private func feed(_ recording: IncomingRecording, _ bytes: some Sequence<UInt8>, by step: Int = 777) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            try Array(rest.prefix(step)).withUnsafeBytes { try recording.append($0) }
            rest = rest.dropFirst(step)
        }
    }

    private func contents(_ content: ReceivedContent) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try content.forEachPiece { bytes.append(contentsOf: $0) }
        return bytes
    }

    @Test(arguments: [0, 1, 776, 65_535, 65_537, 300_000])
    func `a small recording stays in memory`(count: Int) throws {
        let bytes = noise(count, seed: 5)
        let recording = IncomingRecording(
            expecting: Int64(count),
            memory: budget.reserve(count) { _ in },
            partPath: part
        )
        try feed(recording, bytes)
        #expect(recording.byteCount == Int64(count))
        let content = recording.finish()
        #expect(content.partPath == nil)
        #expect(content.byteCount == Int64(count))
        #expect(content.digest == Digester.digest(of: bytes))
        #expect(content.prefix == Array(bytes.prefix(65_536)))
        #expect(try contents(content) == bytes)
        #expect(!place.exists(part))
    }

    @Test func `its memory is released with the content`() throws {
        do {
            let recording = IncomingRecording(expecting: 9, memory: budget.reserve(9) { _ in }, partPath: part)
            try feed(recording, noise(9, seed: 1))
            let content = recording.finish()
            #expect(budget.reservedBytes == 9)
            _ = content
        }
        #expect(budget.reservedBytes == 0)
    }

    @Test func `one that outgrows its memory continues in a part file`() throws {
        let bytes = noise(200_000, seed: 6)
        let recording = IncomingRecording(expecting: nil, memory: budget.reserve(100_000) { _ in }, partPath: part)
        try feed(recording, bytes)
        #expect(budget.reservedBytes == 0)
        let content = recording.finish()
        #expect(content.partPath == part)
        #expect(content.digest == Digester.digest(of: bytes))
        #expect(content.prefix == Array(bytes.prefix(65_536)))
        #expect(try place.bytes(part) == bytes)
        #expect(try contents(content) == bytes)
        try content.discardPart()
        #expect(!place.exists(part))
    }

    @Test func `a large one resumes after the process ended`() async throws {
        let bytes = noise(150_000, seed: 7)
        do {
            let recording = IncomingRecording(expecting: 150_000, entityTag: "\"v1\"", memory: nil, partPath: part)
            try feed(recording, bytes.prefix(90_000))
        }
        let recording = try unwrap(try await IncomingRecording.resuming(partPath: part))
        #expect(recording.byteCount == 90_000)
        #expect(recording.expectedByteCount == 150_000)
        #expect(recording.entityTag == "\"v1\"")
        try feed(recording, bytes.dropFirst(90_000))
        let content = recording.finish()
        #expect(content.digest == Digester.digest(of: bytes))
        #expect(content.prefix == Array(bytes.prefix(65_536)))
        #expect(try contents(content) == bytes)
    }

    @Test func `after a reboot only what was flushed counts`() async throws {
        let bytes = noise(90_000, seed: 8)
        let recording = IncomingRecording(expecting: nil, entityTag: "\"v1\"", memory: nil, partPath: part)
        try feed(recording, bytes.prefix(50_000))
        try recording.checkpoint()
        try feed(recording, bytes.dropFirst(50_000))
        let description = PartDescription.path(besides: part)
        let text = String(decoding: try place.bytes(description), as: UTF8.self)
        // Without the boot ID, bytes of any boot would pass for those of this one.
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        #expect(text.contains("\"boot\":\"\(boot.dropLast())\""))
        try place.write(Array(text.replacing(#/"boot":"[^"]*"/#, with: #""boot":"another""#).utf8), to: description)
        let resumed = try unwrap(try await IncomingRecording.resuming(partPath: part))
        #expect(resumed.byteCount == 50_000)
        #expect(resumed.finish().digest == Digester.digest(of: Array(bytes.prefix(50_000))))
    }

    @Test(arguments: ["", "{", "{}", #"{"entity_tag":1,"durable_bytes":5}"#, #"{"entity_tag":"a","durable_bytes":-5}"#])
    func `a side file that makes no sense means starting over`(text: String) async throws {
        try place.write(noise(100, seed: 1), to: part)
        try place.write(Array(text.utf8), to: PartDescription.path(besides: part))
        #expect(try await IncomingRecording.resuming(partPath: part) == nil)
    }

    @Test func `nothing is taken up if nothing was left or without an entity tag`() async throws {
        #expect(try await IncomingRecording.resuming(partPath: part) == nil)
        let recording = IncomingRecording(expecting: nil, memory: nil, partPath: part)
        try feed(recording, noise(100, seed: 1))
        #expect(try await IncomingRecording.resuming(partPath: part) == nil)
    }

    @Test(arguments: [nil, 10_000]) func `another object starts over`(memory: Int?) throws {
        let bytes = noise(3000, seed: 9)
        let recording = IncomingRecording(
            expecting: 4000,
            entityTag: "\"v1\"",
            memory: memory.flatMap { budget.reserve($0) { _ in } },
            partPath: part
        )
        try feed(recording, noise(2500, seed: 2))
        try recording.reset(expecting: 3000, entityTag: "\"v2\"")
        #expect(recording.byteCount == 0)
        try feed(recording, bytes)
        let content = recording.finish()
        #expect(content.digest == Digester.digest(of: bytes))
        #expect(content.prefix == bytes)
        #expect((content.partPath == nil) == (memory != nil))
    }

    @Test func `a part that changes behind our back is not stored`() async throws {
        let recording = IncomingRecording(expecting: nil, memory: nil, partPath: part)
        try feed(recording, noise(5000, seed: 3))
        let member = try PendingMember.sample(.sample("t"), recording.finish())
        var bytes = try place.bytes(part)
        bytes[4000] ^= 1
        try place.write(bytes, to: part)
        let writer = place.writer()
        let error = await archiveError { _ = try await writer.append([(.sample, member)]) }
        #expect(error?.code == .damaged)
        #expect(error?.path == part)
        #expect(try place.size(place.root.openArchivePath(.sample)) == 0)
    }

    @Test func `memory is released once its bytes are in an archive, and never reused`() async throws {
        let recording = IncomingRecording(expecting: 5000, memory: budget.reserve(5000) { _ in }, partPath: part)
        try feed(recording, noise(5000, seed: 3))
        let member = try PendingMember.sample(.sample("t"), recording.finish())
        #expect(budget.reservedBytes == 5000)
        let writer = place.writer()
        _ = try await writer.append([(.sample, member)])
        #expect(budget.reservedBytes == 0)
        let error = await archiveError { _ = try await writer.append([(.sample, member)]) }
        #expect(error?.code == .notReady)
    }

    @Test func `how much memory a recording asks for`() {
        #expect(IncomingRecording.memoryNeeded(expecting: 10, limit: 100) == 10)
        #expect(IncomingRecording.memoryNeeded(expecting: 101, limit: 100) == nil)
        #expect(IncomingRecording.memoryNeeded(expecting: nil, limit: 100) == 100)
        #expect(IncomingRecording.memoryNeeded(expecting: nil, limit: 8 << 20) == 1 << 20)
        #expect(IncomingRecording.memoryNeeded(expecting: -1, limit: 100) == 0)
    }
}
