import Files
import Foundation
import Recordings
import Testing

@testable import DailyArchive

/// The spool's open archives, compared with the manifest.
@Suite struct OpenVerificationTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private var tar: String { place.root.openArchivePath(.sample) }
    private var journal: String { place.root.journalPath(.sample) }

    private func stored(_ count: Int = 5) async throws -> (ExpectedOpenArchive, [RecordingEntry]) {
        let writer = place.writer()
        let group = try await writer.append([PendingMember].samples(count).map { (.sample, $0) })
        try await writer.close()
        let recordings = group.entries.map {
            ExpectedRecording(
                taskID: $0.key.taskID,
                file: $0.file,
                offset: $0.offset,
                byteCount: $0.stored.byteCount,
                digest: $0.stored.digest
            )
        }
        return (
            ExpectedOpenArchive(extent: try unwrap(group.extents[.sample]), recordings: recordings), group.entries
        )
    }

    private func verify(_ expected: ExpectedOpenArchive, quick: Bool = false) async throws -> VerificationReport {
        try await ArchiveVerifier().verify(open: .sample, in: place.root, quick: quick, expected: expected)
    }

    @Test func `that are sound have no fault, whatever is appended behind`() async throws {
        let (expected, _) = try await stored()
        #expect(try await verify(expected).faults == [])
        let writer = place.writer()
        _ = try await writer.recover(.sample, known: expected.extent)
        _ = try await writer.append([(.sample, try .sample("later", bytes: noise(3000, seed: 9)))])
        for quick in [true, false] { #expect(try await verify(expected, quick: quick).faults == []) }
    }

    @Test func `with a flipped byte anywhere in the tar have it found, and the recording named`() async throws {
        let (expected, entries) = try await stored()
        let whole = try place.bytes(tar)
        for position in stride(from: 5, to: Int(expected.extent.tarBytes), by: 83) {
            var bytes = whole
            bytes[position] ^= 0x20
            try place.write(bytes, to: tar)
            let faults = try await verify(expected).faults
            let owner = try unwrap(
                entries.first { TarMember.padded($0.offset + $0.stored.byteCount) > position }
            )
            #expect(Set(faults.map(\.taskID)) == [owner.key.taskID], "at \(position): \(faults)")
            let isInBytes = position >= owner.offset && position < owner.offset + owner.stored.byteCount
            #expect(
                faults.contains { $0.kind == .recordingDamaged && $0.offset == owner.offset } == isInBytes,
                "at \(position): \(faults)"
            )
        }
    }

    @Test func `with a flipped byte anywhere in the journal have it found, and the recording named`() async throws {
        let (expected, entries) = try await stored()
        let whole = try place.bytes(journal)
        for position in stride(from: 0, to: whole.count, by: 7) {
            var bytes = whole
            bytes[position] ^= 0x08
            try place.write(bytes, to: journal)
            let faults = try await verify(expected).faults
            let number = whole[..<position].count { $0 == UInt8(ascii: "\n") }
            #expect(
                faults.contains { $0.kind == .journal && $0.taskID == entries[number].key.taskID },
                "at \(position): \(faults)"
            )
        }
    }

    @Test func `cut at any place name what is not whole any more`() async throws {
        let (expected, entries) = try await stored()
        let bytes = try place.bytes(tar)
        for size in stride(from: 0, to: Int(expected.extent.tarBytes), by: 997) {
            try place.write(Array(bytes.prefix(size)), to: tar)
            let lost = entries.filter { $0.offset + $0.stored.byteCount > size && $0.stored.byteCount > 0 }.map(
                \.key.taskID
            )
            let faults = try await verify(expected).faults
            #expect(Set(faults.compactMap(\.taskID)).isSuperset(of: lost), "cut at \(size): \(faults)")
            #expect(try await !verify(expected, quick: true).isSound)
        }
        try FileManager.default.removeItem(atPath: tar)
        let faults = try await verify(expected).faults.filter { $0.kind == .recordingMissing }
        #expect(faults.map(\.taskID) == entries.map(\.key.taskID))
        try FileManager.default.removeItem(atPath: journal)
        #expect(try await verify(expected, quick: true).faults.contains { $0.kind == .journal })
    }

    @Test func `that the manifest has otherwise are named`() async throws {
        var (expected, entries) = try await stored()
        expected.recordings[0].digest = Digester.digest(of: [9])
        expected.recordings[1].byteCount += 1
        expected.recordings[2].offset += 512
        expected.recordings.removeLast()
        let faults = try await verify(expected).faults
        #expect(Set(faults.compactMap(\.taskID)).isSuperset(of: entries.prefix(3).map(\.key.taskID)))
        #expect(faults.contains { $0.kind == .manifest && $0.message.contains(entries[4].payloadPath) })
    }
}
