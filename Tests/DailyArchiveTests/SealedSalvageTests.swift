import Files
import Foundation
import Recordings
import Testing

@testable import DailyArchive

/// What can be salvaged from a damaged archive.
@Suite struct SealedSalvageTests {
    private let place: Workplace
    private var path: String { place.root.archivePath(.sample) }

    init() throws {
        place = try Workplace()
    }

    private func sealed() async throws -> ([RecordingEntry], whole: [UInt8]) {
        let tasks = try (0..<3).map { try TaskEntry.sample("task-\($0)") }
        let entries = try await place.sealed(.samples(6), tasks: tasks).entries
        return (entries, try place.bytes(path))
    }

    /// The whole line of each recording including its line break, by position.
    private func lines(_ entries: [RecordingEntry], in whole: [UInt8]) throws -> [Range<Int>] {
        try entries.map { entry in
            let range = try unwrap(whole.firstRange(of: entry.jsonLine))
            return range.lowerBound..<range.upperBound + 1
        }
    }

    @Test func `of an archive that is whole is all of it`() async throws {
        let (entries, _) = try await sealed()
        let salvage = try await SealedSalvage.read(path, as: .sample)
        #expect(salvage.recordings == entries)
        #expect(salvage.tasks.count == 3)
        #expect(salvage.faults == [])
        #expect(salvage.organizationID == entries[0].organizationID)
    }

    /// One flipped bit anywhere: every recording whose bytes and line are intact is salvaged, and every other is named.
    @Test func `of an archive with a flipped byte is all but what that byte is in, which is named`() async throws {
        let (entries, whole) = try await sealed()
        let lines = try lines(entries, in: whole)
        let begin = try unwrap(lines.first).lowerBound - 700
        let places = Array(stride(from: 1, to: begin, by: 2503)) + Array(stride(from: begin, to: whole.count, by: 47))
        for position in places {
            var bytes = whole
            bytes[position] ^= 0x02
            try place.write(bytes, to: path)
            let salvage = try await SealedSalvage.read(path, as: .sample)
            let hit = entries.indices.filter { index in
                let entry = entries[index]
                return lines[index].contains(position)
                    || (Int64(position) >= entry.offset && Int64(position) < entry.offset + entry.stored.byteCount)
            }
            let taken = Set(salvage.recordings.map(\.key))
            for index in entries.indices where !hit.contains(index) {
                #expect(taken.contains(entries[index].key), "at \(position), \(entries[index].payloadPath)")
            }
            #expect(salvage.recordings.allSatisfy { entries.contains($0) }, "at \(position)")
            for index in hit where !taken.contains(entries[index].key) {
                #expect(
                    salvage.faults.contains {
                        $0.taskID == entries[index].key.taskID && $0.offset == entries[index].offset
                    },
                    "at \(position): \(salvage.faults)"
                )
            }
            #expect(!salvage.faults.isEmpty, "at \(position)")
        }
    }

    @Test func `of an archive that is cut off are the recordings whose lines are left`() async throws {
        let (entries, whole) = try await sealed()
        let lines = try lines(entries, in: whole)
        for (count, line) in lines.enumerated() {
            try place.write(Array(whole.prefix(line.upperBound + 20)), to: path)
            let salvage = try await SealedSalvage.read(path, as: .sample)
            #expect(salvage.recordings == Array(entries.prefix(count + 1)))
            let named = salvage.faults.filter { $0.kind == .notTakenIn }.compactMap(\.offset)
            #expect(named == entries.dropFirst(count + 1).map(\.offset))
        }
    }

    @Test func `of an archive that was packed again names what is damaged once`() async throws {
        let (entries, whole) = try await sealed()
        let header = Int(entries[1].offset - TarMember.padded(entries[0].offset + entries[0].stored.byteCount))
        let hit = try unwrap(entries.dropFirst().max { $0.stored.byteCount < $1.stored.byteCount })
        var bytes = whole
        bytes[Int(hit.offset) + 1] ^= 0x02
        bytes.removeSubrange(Int(entries[0].offset) - header..<Int(entries[1].offset) - header)
        try place.write(bytes, to: path)
        let salvage = try await SealedSalvage.read(path, as: .sample)
        #expect(Set(salvage.recordings.map(\.key)) == Set(entries.dropFirst().map(\.key).filter { $0 != hit.key }))
        #expect(salvage.faults.contains { $0.kind == .recordingDamaged && $0.taskID == hit.key.taskID })
        #expect(!salvage.faults.contains { $0.kind == .notTakenIn && $0.taskID == hit.key.taskID })
    }

    @Test func `needs no side file, and takes its word if it is there`() async throws {
        let (entries, whole) = try await sealed()
        let digest = Digester.digest(of: whole)
        var bytes = whole
        bytes[Int(entries[0].offset)] ^= 1
        try place.write(bytes, to: path)
        #expect(try await SealedSalvage.read(path, as: .sample).digest == digest)
        try FileManager.default.removeItem(atPath: place.root.sideFilePath(.sample))
        let salvage = try await SealedSalvage.read(path, as: .sample)
        #expect(salvage.digest == Digester.digest(of: bytes))
        #expect(salvage.recordings == Array(entries.dropFirst()))
    }

    @Test func `is refused if the file holds another archive`() async throws {
        _ = try await sealed()
        let other = try ArchiveName.on("2025-11-21")
        #expect(await archiveError { _ = try await SealedSalvage.read(path, as: other) }?.code == .damaged)
    }
}
