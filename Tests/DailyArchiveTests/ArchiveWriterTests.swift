@testable import DailyArchive
import Files
import Foundation
import Recordings
import TestSupport
import Testing

@Suite struct ArchiveWriterTests {
    @Test func `what is appended can be read at its offset while the archive is open`() async throws {
        let place = try Workplace()
        let members = try [PendingMember].samples(6)
        let writer = place.writer()
        let stored = try await writer.append(members.map { (.sample, $0) })
        #expect(stored.entries.map(\.key) == members.map(\.entry.key))
        for (entry, member) in zip(stored.entries, members) {
            let bytes = try await ArchiveReader.bytes(
                from: .open(.sample),
                in: place.root,
                offset: entry.offset,
                byteCount: entry.stored.byteCount,
                expecting: entry.stored.digest
            )
            var expected: [UInt8] = []
            try member.content.forEachPiece { expected.append(contentsOf: $0) }
            #expect(bytes == expected)
        }
        let extent = try unwrap(stored.extents[.sample])
        #expect(try place.size(place.root.journalPath(.sample)) == extent.journalBytes)
        try await writer.close()
        #expect(try place.size(place.root.openArchivePath(.sample)) == extent.tarBytes)
    }

    @Test func `groups, pauses and restarts do not show in the bytes`() async throws {
        var members = try [PendingMember].samples(12)
        // Each writer here restarts the same sequence of salts; in real use they come from one source.
        for index in members.indices { members[index].entry.salt = Salt(bytes: noise(16, seed: UInt64(index + 1))) }
        let once = try Workplace()
        let sealedOnce = try await once.sealed(members, tasks: [.sample("t")]).archive

        let often = try Workplace()
        var known = ArchiveExtent.empty
        for (index, member) in members.enumerated() {
            let writer = often.writer()
            if index > 0 { #expect(try await writer.recover(.sample, known: known) == .equal) }
            known = try unwrap(try await writer.append([(.sample, member)]).extents[.sample])
            if index.isMultiple(of: 2) { try await writer.close() }
        }
        let writer = often.writer()
        #expect(try await writer.recover(.sample, known: known) == .equal)
        let sealedOften = try await writer.seal(.sample, tasks: Listing([try .sample("t")]))
        #expect(sealedOnce.digest == sealedOften.digest)
        #expect(try once.bytes(once.root.archivePath(.sample)) == often.bytes(often.root.archivePath(.sample)))
    }

    @Test func `many days at once each get their own archive`() async throws {
        let place = try Workplace()
        let names = try (1...20).map { try ArchiveName.on("2025-11-\($0 < 10 ? "0" : "")\($0)") }
        let writer = place.writer()
        var last = StoredGroup(entries: [], records: [], extents: [:])
        for round in 0..<3 {
            let group = try names.map {
                ($0, try PendingMember.sample("t-\(round)", bytes: noise(900, seed: 4), day: $0.day))
            }
            last = try await writer.append(group)
            #expect(last.extents.count == 20)
            #expect(Set(last.entries.map(\.offset)).count == 1)
        }
        for name in names {
            let sealed = try await writer.seal(name, tasks: Listing([]))
            #expect(sealed.recordingCount == 3)
            #expect(sealed.payloadBytes == 2700)
        }
        #expect(try place.root.archives.list() == names)
        #expect(try place.root.openArchives().isEmpty)
    }

    @Test func `an archive of an earlier run is not touched before it was recovered`() async throws {
        let place = try Workplace()
        _ = try await place.writer().append([(.sample, try .sample("a", bytes: [1]))])
        let before = try place.bytes(place.root.openArchivePath(.sample))
        let writer = place.writer()
        let error = await archiveError { _ = try await writer.append([(.sample, try .sample("b", bytes: [2]))]) }
        #expect(error?.code == .notReady)
        #expect(await archiveError { _ = try await writer.seal(.sample, tasks: Listing([])) }?.code == .notReady)
        #expect(try place.bytes(place.root.openArchivePath(.sample)) == before)
    }

    @Test func `a member that fails takes its whole group back and nothing else`() async throws {
        let place = try Workplace()
        let other = try ArchiveName.on("2025-11-21")
        let part = place.root.partPath(for: try .sample("b"), organization: .acme)
        let recording = IncomingRecording(expecting: nil, memory: nil, partPath: part)
        try noise(90_000, seed: 1).withUnsafeBytes { try recording.append($0) }
        let bad = try PendingMember.sample(.sample("b"), recording.finish())
        let writer = place.writer()
        let first = try await writer.append([(.sample, try .sample("a", bytes: noise(5000, seed: 2)))])
        try FileManager.default.removeItem(atPath: part)

        let error = await archiveError {
            _ = try await writer.append([
                (.sample, try .sample("c", bytes: noise(70_000, seed: 3))), (other, try .sample("d", bytes: [1])),
                (.sample, bad),
            ])
        }
        #expect(error?.code == .missing)
        let extent = try unwrap(first.extents[.sample])
        #expect(try place.size(place.root.openArchivePath(.sample)) == extent.tarBytes)
        #expect(try place.size(place.root.journalPath(.sample)) == extent.journalBytes)

        let again = try await writer.append([
            (other, try .sample("d", bytes: [1])), (.sample, try .sample("c", bytes: [2])),
        ])
        #expect(again.entries[1].offset == extent.tarBytes + 512)
        #expect(try await writer.seal(.sample, tasks: Listing([])).recordingCount == 2)
        #expect(try await writer.seal(other, tasks: Listing([])).recordingCount == 1)
    }

    @Test func `groups may be appended while one before is on its way to the disk`() async throws {
        let place = try Workplace()
        let writer = place.writer()
        let members = try [PendingMember].samples(6)
        var groups: [AppendedGroup] = []
        for member in members { groups.append(try await writer.begin([(.sample, member)])) }
        var known: ArchiveExtent?
        for part in [groups[..<1], groups[1..<4], groups[4...]] {
            known = try await writer.synchronize(Array(part)).extents[.sample]
        }
        try await writer.close()

        let other = try Workplace()
        let atOnce = other.writer()
        #expect(try await atOnce.append(members.map { (.sample, $0) }).extents[.sample] == known)
        try await atOnce.close()
        #expect(
            try place.bytes(place.root.openArchivePath(.sample)) == other.bytes(other.root.openArchivePath(.sample))
        )
        #expect(try place.bytes(place.root.journalPath(.sample)) == other.bytes(other.root.journalPath(.sample)))
    }

    @Test func `a group that fails leaves one that is on its way to the disk`() async throws {
        let place = try Workplace()
        let writer = place.writer()
        let part = place.root.partPath(for: try .sample("b"), organization: .acme)
        let recording = IncomingRecording(expecting: nil, memory: nil, partPath: part)
        try noise(90_000, seed: 1).withUnsafeBytes { try recording.append($0) }
        let bad = try PendingMember.sample(.sample("b"), recording.finish())
        try FileManager.default.removeItem(atPath: part)

        let first = try await writer.begin([(.sample, try .sample("a", bytes: noise(5000, seed: 2)))])
        let error = await archiveError { _ = try await writer.begin([(.sample, bad)]) }
        #expect(error?.code == .missing)
        let extent = try unwrap(try await writer.synchronize([first]).extents[.sample])
        _ = try await writer.append([(.sample, try .sample("c", bytes: noise(7000, seed: 3)))])
        #expect(extent.tarBytes == 512 + 5120)
        let sealed = try await writer.seal(.sample, tasks: Listing([]))
        #expect(sealed.recordingCount == 2)
        #expect(try await ArchiveVerifier().verify(path: place.root.archivePath(.sample)).faults == [])
    }

    @Test func `what was begun and never made durable is cut off`() async throws {
        let place = try Workplace()
        let writer = place.writer()
        let first = try await writer.append([(.sample, try .sample("a", bytes: noise(5000, seed: 2)))])
        let second = try await writer.begin([(.sample, try .sample("b", bytes: noise(9000, seed: 3)))])
        let third = try await writer.begin([(.sample, try .sample("c", bytes: noise(700, seed: 4)))])

        #expect(await archiveError { _ = try await writer.seal(.sample, tasks: Listing([])) }?.code == .notReady)
        #expect(await archiveError { _ = try await writer.synchronize([third]) }?.code == .notReady)
        try await writer.close()
        #expect(await archiveError { _ = try await writer.synchronize([second]) }?.code == .notReady)
        let extent = try unwrap(first.extents[.sample])
        #expect(try place.size(place.root.openArchivePath(.sample)) == extent.tarBytes)
        #expect(try place.size(place.root.journalPath(.sample)) == extent.journalBytes)
        #expect(try await writer.seal(.sample, tasks: Listing([])).recordingCount == 1)
    }

    @Test(.needs("the right to mount a small file system", Tool.mayMount))
    func `a full disk loses nothing that was stored and stops nothing for good`() async throws {
        let folder = try TemporaryFolder()
        let disk = try SmallDisk(at: folder.path)
        defer { disk.unmount() }
        let root = ArchiveRoot(path: folder.path)
        _ = try root.initialize(as: .sample)
        try root.prepare()
        let writer = ArchiveWriter(root: root, logger: .silent)
        var entries = try await writer.append([(.sample, try .sample("a", bytes: noise(700_000, seed: 1)))]).entries
        let filler = folder.path + "/filler"
        try Data(noise(2_500_000, seed: 2)).write(to: URL(fileURLWithPath: filler))

        let large = try PendingMember.sample("b", bytes: noise(1_500_000, seed: 3))
        let error = await archiveError { _ = try await writer.append([(.sample, large)]) }
        #expect(error?.code == .noSpace)
        #expect(error?.message.contains("free some space") == true)

        try FileManager.default.removeItem(atPath: filler)
        entries += try await writer.append([(.sample, large)]).entries
        let sealed = try await writer.seal(.sample, tasks: Listing([]))
        let report = try await ArchiveVerifier().verify(
            path: root.archivePath(.sample),
            expected: ExpectedArchive(sealed, entries)
        )
        #expect(report.faults == [])
    }

    @Test func `a single recording is copied out whole or not at all`() async throws {
        let place = try Workplace()
        let (archive, entries) = try await place.sealed(.samples(6))
        let target = place.folder.path + "/out.wav"
        let entry = entries[5]
        func copy(_ offset: Int64, _ count: Int64) async throws {
            try await ArchiveReader.copy(
                from: .sealed(archive.name),
                in: place.root,
                offset: offset,
                byteCount: count,
                expecting: entry.stored.digest,
                to: target
            )
        }
        try await copy(entry.offset, entry.stored.byteCount)
        #expect(Digester.digest(of: try place.bytes(target)) == entry.stored.digest)
        try FileManager.default.removeItem(atPath: target)
        for (offset, count) in [
            (entry.offset + 1, entry.stored.byteCount), (entry.offset, entry.stored.byteCount - 1),
            (archive.byteCount, 10), (-1, 10),
            (0, -1),
            (Int64.max, Int64.max),
        ] {
            #expect(await archiveError { try await copy(offset, count) }?.code == .damaged)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path) == ["root"])
        let missing = await archiveError {
            try await ArchiveReader.check(
                .open(archive.name),
                in: place.root,
                offset: 0,
                byteCount: 1,
                expecting: entry.stored.digest
            )
        }
        #expect(missing?.code == .missing)
    }

    @Test func `the file system that takes no direct writes gets the same bytes`() async throws {
        let folder = try TemporaryFolder()
        let bytes = noise(3_000_001, seed: 5)
        for direct in [true, false] {
            let path = folder.path + "/\(direct)"
            let file = try AlignedFileWriter(path: path, position: 0, creating: true)
            if !direct { try file.writeThroughPageCache() }
            var rest = bytes[...]
            for size in [1, 4095, 4097, 100, 1 << 20, 900_000, 500_000, 600_000] {
                try Array(rest.prefix(size)).withUnsafeBytes { try file.append($0) }
                rest = rest.dropFirst(size)
                try file.settle()
                #expect(file.position == Int64(bytes.count - rest.count))
            }
            try file.settle()
            #expect(rest.isEmpty)
            #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
        }
    }
}
