@testable import DailyArchive
import Files
import Foundation
import Recordings
import Testing
import TestSupport

@Suite struct VerifierTests {
    private let place: Workplace
    private var path: String { place.root.archivePath(.sample) }

    init() throws {
        place = try Workplace()
    }

    private func change(_ body: (inout [UInt8]) -> Void) throws {
        var bytes = try place.bytes(path)
        body(&bytes)
        try rewrite(bytes)
    }

    private func rewrite(_ bytes: [UInt8]) throws {
        try place.write(bytes, to: path)
        #expect(chmod(path, 0o440) == 0)
    }

    private func kinds(_ expected: ExpectedArchive? = nil, quick: Bool = false) async throws -> [ArchiveFault.Kind] {
        try await ArchiveVerifier().verify(path: path, quick: quick, expected: expected).faults.map(\.kind)
    }

    @Test func `a sound archive has no faults, with and without a manifest, quick or not`() async throws {
        let (archive, entries) = try await place.sealed(.samples(6), tasks: [.sample("task-0")])
        for expected in [nil, ExpectedArchive(archive, entries)] {
            for quick in [false, true] {
                let report = try await ArchiveVerifier().verify(path: path, quick: quick, expected: expected)
                #expect(report.faults == [])
                #expect(report.recordingCount == 6)
                #expect(report.name == .sample)
                #expect(report.digest == (quick ? nil : archive.digest))
            }
        }
    }

    /// One flipped bit anywhere, judged by the manifest, by the side file only, and by nothing but the archive.
    @Test(arguments: ["manifest", "side file", "alone"])
    func `a flipped bit anywhere is found and blamed on the right task`(witness: String) async throws {
        let (archive, entries) = try await place.sealed(.samples(5), tasks: [.sample("task-0")])
        let whole = try place.bytes(path)
        if witness == "alone" { try FileManager.default.removeItem(atPath: place.root.sideFilePath(.sample)) }
        let expected = witness == "manifest" ? ExpectedArchive(archive, entries) : nil
        var positions = Array(stride(from: 3, to: whole.count, by: 173))
        for entry in entries {
            // First and last byte of header, recording and padding.
            positions += [entry.offset - 512, entry.offset - 1, entry.offset, entry.offset + entry.stored.byteCount]
                .map(
                    Int.init
                )
        }
        for position in positions {
            var bytes = whole
            bytes[position] ^= 0x04
            try rewrite(bytes)
            let report = try await ArchiveVerifier().verify(path: path, expected: expected)
            let faults = report.faults.filter { $0.kind != .sideFile }
            #expect(!faults.isEmpty, "nothing found at \(position)")
            guard let owner = entries.first(where: { TarMember.padded($0.offset + $0.stored.byteCount) > position })
            else {
                continue
            }
            let blamed = Set(faults.compactMap(\.taskID))
            #expect(blamed == [owner.key.taskID], "at \(position): \(faults)")
            let start = owner.offset - 512
            #expect(
                faults.contains {
                    $0.taskID == owner.key.taskID && ($0.offset.map { start...Int64(position) ~= $0 } ?? false)
                },
                "at \(position): \(faults)"
            )
        }
    }

    @Test(arguments: [true, false]) func `damaged metadata blames no recording`(knowing: Bool) async throws {
        let (archive, entries) = try await place.sealed(.samples(5))
        let whole = try place.bytes(path)
        let start = try unwrap(whole.firstRange(of: Array("{\"attempts\"".utf8))).lowerBound
        let length = entries.reduce(0) { $0 + $1.jsonLine.count + 1 }
        for position in stride(from: start, to: start + length, by: 61) {
            var bytes = whole
            bytes[position] ^= 0x01
            try rewrite(bytes)
            let expected = knowing ? ExpectedArchive(archive, entries) : nil
            let faults = try await ArchiveVerifier().verify(path: path, expected: expected).faults
            #expect(faults.contains { $0.kind == .tagFileDamaged && $0.member == "metadata/recordings.jsonl" })
            #expect(faults.allSatisfy { $0.taskID == nil }, "at \(position): \(faults)")
        }
    }

    @Test func `every damaged recording is named, not the first only`() async throws {
        let (archive, entries) = try await place.sealed(.samples(6))
        try change { bytes in
            for entry in entries where entry.stored.byteCount > 0 { bytes[Int(entry.offset)] ^= 1 }
        }
        let report = try await ArchiveVerifier().verify(path: path, expected: ExpectedArchive(archive, entries))
        let damaged = report.faults.filter { $0.kind == .recordingDamaged }
        #expect(damaged.map(\.taskID) == entries.filter { $0.stored.byteCount > 0 }.map(\.key.taskID))
        #expect(damaged.map(\.offset) == entries.filter { $0.stored.byteCount > 0 }.map(\.offset))
        #expect(report.faults.filter { $0.kind == .archiveDigest }.count == 2)
    }

    @Test(arguments: [true, false])
    func `a truncated archive names every recording that is cut off`(knowing: Bool) async throws {
        let (archive, entries) = try await place.sealed(.samples(6))
        try change { $0.removeLast($0.count - Int(entries[3].offset)) }
        let expected = knowing ? ExpectedArchive(archive, entries) : nil
        let report = try await ArchiveVerifier().verify(path: path, expected: expected)
        #expect(report.faults.contains { $0.kind == .truncated })
        #expect(report.faults.filter { $0.kind == .tagFileMissing }.count == 6)
        if knowing {
            #expect(report.faults.contains { $0.kind == .archiveSize })
            let damaged = report.faults.filter { $0.kind == .recordingDamaged }
            #expect(damaged.map(\.taskID) == entries.suffix(3).map(\.key.taskID))
        }
    }

    @Test(arguments: [0, 1, 511, 512, 1000]) func `hardly anything left is reported, not a crash`(count: Int)
        async throws
    {
        let (archive, entries) = try await place.sealed(.samples(3))
        try change { $0.removeLast($0.count - count) }
        #expect(try await !kinds(ExpectedArchive(archive, entries)).isEmpty)
        #expect(try await !kinds(quick: true).isEmpty)
    }

    @Test func `a missing archive names every recording that was in it`() async throws {
        let (archive, entries) = try await place.sealed(.samples(3))
        try FileManager.default.removeItem(atPath: path)
        let faults = try await ArchiveVerifier().verify(path: path, expected: ExpectedArchive(archive, entries)).faults
        #expect(faults.map(\.kind) == [.archiveMissing, .recordingMissing, .recordingMissing, .recordingMissing])
        #expect(faults.compactMap(\.taskID) == entries.map(\.key.taskID))
        #expect(faults.compactMap(\.offset) == entries.map(\.offset))
        #expect(try await kinds() == [.archiveMissing])
    }

    /// What is in the archive's place can be examined, but not read.
    @Test func `an archive that the disk does not give names every recording that was in it`() async throws {
        let (archive, entries) = try await place.sealed(.samples(2))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let faults = try await ArchiveVerifier().verify(path: path, expected: ExpectedArchive(archive, entries)).faults
        #expect(faults.contains { $0.kind == .archiveUnreadable })
        let damaged = faults.filter { $0.kind == .recordingDamaged }
        #expect(damaged.compactMap(\.taskID) == entries.map(\.key.taskID))
        #expect(damaged.compactMap(\.offset) == entries.map(\.offset))
    }

    /// Places all over the archive, the same ones in every run.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `some flipped bytes at once are found each, and each flipped recording is named`(seed: UInt64) async throws {
        let (archive, entries) = try await place.sealed(.samples(12), tasks: [.sample("task-0"), .sample("task-1")])
        let whole = try place.bytes(path)
        let places = noise(40 * 8 * 3, seed: seed).withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
        for position in stride(from: 0, to: places.count, by: 3) {
            let offsets = Set(places[position..<position + 3].map { Int($0 % UInt64(whole.count)) })
            var bytes = whole
            // Not the bit that only makes a letter of a checksum a capital.
            for offset in offsets { bytes[offset] ^= UInt8(1 << (offset % 5)) }
            try rewrite(bytes)
            let report = try await ArchiveVerifier().verify(path: path, expected: ExpectedArchive(archive, entries))
            #expect(!report.isSound)
            let flipped = entries.filter { entry in
                offsets.contains { Int64($0) >= entry.offset && Int64($0) < entry.offset + entry.stored.byteCount }
            }
            let named = report.faults.filter { $0.kind == .recordingDamaged }
            #expect(named.map(\.taskID) == flipped.map(\.key.taskID), "\(offsets)")
            #expect(named.map(\.offset) == flipped.map(\.offset), "\(offsets)")
            let own = offsets.subtracting(
                offsets.filter { offset in
                    flipped.contains { Int64(offset) >= $0.offset && Int64(offset) < $0.offset + $0.stored.byteCount }
                }
            )
            // Something other than the checksum of the whole notices each other place.
            let others = report.faults.filter { $0.kind != .recordingDamaged && $0.kind != .archiveDigest }
            #expect(own.isEmpty == others.isEmpty, "\(offsets): \(report.faults)")
        }
    }

    @Test func `an archive cut at any place names every recording that is not whole any more`() async throws {
        let (archive, entries) = try await place.sealed(.samples(8), tasks: [.sample("task-0")])
        let whole = try place.bytes(path)
        for size in stride(from: 0, to: whole.count, by: 311) {
            try rewrite(Array(whole.prefix(size)))
            let report = try await ArchiveVerifier().verify(path: path, expected: ExpectedArchive(archive, entries))
            let lost = entries.filter { $0.offset + $0.stored.byteCount > size }
            let named = Set(
                report.faults.filter { $0.kind == .recordingDamaged || $0.kind == .recordingMissing }.map(\.taskID)
            )
            #expect(named.isSuperset(of: lost.map(\.key.taskID)), "cut at \(size)")
            #expect(report.faults.contains { $0.kind == .truncated || $0.kind == .end }, "cut at \(size)")
        }
    }

    @Test func `what another archive makes up for is no standing fault, and everything else is`() async throws {
        let (archive, entries) = try await place.sealed(.samples(6))
        var expected = ExpectedArchive(archive, entries)
        let supplement = try ArchiveName.on("2025-11-20", sequence: 2)
        expected.recordings[4].replacedBy = supplement
        #expect(try await kinds(expected) == [], "a copy that does not count may be whole")
        try change { $0[Int(entries[4].offset) + 9] ^= 1 }
        let repaired = try await ArchiveVerifier().verify(path: path, expected: expected)
        #expect(Set(repaired.faults.map(\.kind)) == [.archiveDigest, .recordingDamaged])
        #expect(repaired.faults.allSatisfy { $0.repairedBy == supplement })
        #expect(repaired.isSound)
        // First a header, then also another recording.
        try change { $0[Int(entries[4].offset) - 512] ^= 1 }
        let header = try await ArchiveVerifier().verify(path: path, expected: expected)
        #expect(header.standingFaults.contains { $0.kind == .header })
        #expect(header.standingFaults.contains { $0.kind == .archiveDigest })
        try change {
            $0[Int(entries[4].offset) - 512] ^= 1
            $0[Int(entries[5].offset)] ^= 1
        }
        let other = try await ArchiveVerifier().verify(path: path, expected: expected)
        #expect(other.standingFaults.compactMap(\.taskID) == [entries[5].key.taskID])
    }

    /// GNU tar repacks the bag with an additional tag file, which its checksums may or may not list.
    private func repacked(_ name: String, listed: Bool) async throws {
        _ = try await place.sealed(.samples(3), tasks: [.sample("task-0")])
        let bag = "acme-2025-11-20-001"
        #expect(try Tool.run("tar", "-xf", path, in: place.folder.path).status == 0)
        try place.write(Array("{}\n".utf8), to: "\(place.folder.path)/\(bag)/\(name)")
        let list = "chmod u+w tagmanifest-sha256.txt && sha256sum \(name) >> tagmanifest-sha256.txt"
        let sums = "\(listed ? list : "true"); touch -d 2025-11-20T00:00:00Z tagmanifest-sha256.txt \(name)"
        #expect(try Tool.run("sh", "-c", sums, in: "\(place.folder.path)/\(bag)").status == 0)
        let members = [
            "data", "metadata/recordings.jsonl", "metadata/tasks.jsonl", name, "bagit.txt", "bag-info.txt",
            "manifest-sha256.txt", "tagmanifest-sha256.txt",
        ]
        let files = members.map { "\(bag)/\($0)" }.joined(separator: " ")
        let data = "$(find \(bag)/data -type f | sort)"
        let owner = "--owner=0 --group=0 --numeric-owner --mode=0440"
        let pack =
            "tar --format=ustar \(owner) -b 1 -cf repacked.tar \(files.replacing("\(bag)/data ", with: data + " "))"
        let packed = try Tool.run("sh", "-c", pack, in: place.folder.path)
        #expect(packed.status == 0, "\(packed.output)")
        try rewrite(try place.bytes(place.folder.path + "/repacked.tar"))
        let digest = Digester.digest(of: try place.bytes(path))
        try place.write(Array("\(digest)  \(bag).tar\n".utf8), to: place.root.sideFilePath(.sample))
    }

    @Test func `a tag file of a later version passes if the archive's own checksums list it`() async throws {
        try await repacked("metadata/later.json", listed: true)
        for quick in [true, false] { #expect(try await kinds(quick: quick) == []) }
        let metadata = try await ArchiveMetadata.open(.sample, in: place.root.archives)
        #expect(metadata.recordingCount == 3)
        var taken = 0
        for try await _ in metadata.recordings { taken += 1 }
        #expect(taken == 3)
        try change { bytes in
            if let range = bytes.firstRange(of: Array("{}\n".utf8)) { bytes[range.lowerBound] = UInt8(ascii: "[") }
        }
        let faults = try await ArchiveVerifier().verify(path: path).faults
        #expect(faults.contains { $0.kind == .tagFileDamaged && $0.member == "metadata/later.json" })
        let error = await archiveError { _ = try await ArchiveMetadata.open(.sample, in: place.root.archives) }
        #expect(error?.code == .damaged)
    }

    @Test func `a tag file that nothing lists is a stranger`() async throws {
        try await repacked("metadata/stray.json", listed: false)
        for quick in [true, false] {
            let faults = try await ArchiveVerifier().verify(path: path, quick: quick).faults
            #expect(faults.contains { $0.message.contains("does not list metadata/stray.json") })
        }
    }

    @Test func `a side file that is missing, broken or about something else`() async throws {
        let (archive, _) = try await place.sealed(.samples(3))
        let side = place.root.sideFilePath(.sample)
        try place.write(Array("\(archive.digest)  other.tar\n".utf8), to: side)
        #expect(try await kinds() == [.sideFile])
        try place.write(Array("hello\n".utf8), to: side)
        #expect(try await kinds(quick: true) == [.sideFile])
        try place.write(Array("\(Digester.digest(of: []))  acme-2025-11-20-001.tar\n".utf8), to: side)
        #expect(try await kinds() == [.archiveDigest])
        try FileManager.default.removeItem(atPath: side)
        #expect(try await kinds() == [.sideFile])
    }

    @Test func `an archive that can be written to, or that continues after its end`() async throws {
        _ = try await place.sealed(.samples(3))
        #expect(chmod(path, 0o640) == 0)
        #expect(try await kinds() == [.archiveWritable])
        let report = try await ArchiveVerifier().verify(path: path)
        #expect(report.isSound && report.isWhole && report.standingFaults.isEmpty)
        try change { $0 += [0, 0, 0] }
        #expect(try await kinds(quick: true) == [.end])
        #expect(try await kinds() == [.archiveDigest, .end])
    }

    @Test func `rows that the manifest has otherwise`() async throws {
        let (archive, entries) = try await place.sealed(.samples(4))
        var expected = ExpectedArchive(archive, entries)
        expected.recordings[0].digest = Digester.digest(of: [9])
        expected.recordings[1].byteCount += 1
        expected.recordings[2].offset += 512
        expected.recordings.removeLast()
        let faults = try await ArchiveVerifier().verify(path: path, expected: expected).faults
        #expect(Set(faults.compactMap(\.taskID)) == Set(entries.map(\.key.taskID)))
        #expect(faults.allSatisfy { $0.kind == .manifest || $0.kind == .recordingMissing })
    }

    @Test func `an archive replaced by another sound one is not what the manifest knows`() async throws {
        let (archive, entries) = try await place.sealed(.samples(4))
        let other = try Workplace()
        _ = try await other.sealed(.samples(3))
        try rewrite(try other.bytes(other.root.archivePath(.sample)))
        try place.write(try other.bytes(other.root.sideFilePath(.sample)), to: place.root.sideFilePath(.sample))
        #expect(try await kinds() == [])
        let found = try await kinds(ExpectedArchive(archive, entries))
        #expect(Set(found).isSuperset(of: [.archiveSize, .archiveDigest, .sideFile, .manifest]))
    }

    @Test func `a recording of another day does not belong in the archive`() async throws {
        let stray = try PendingMember.sample("b", bytes: [2], day: unwrap(ArchiveDay("2025-11-21")))
        let (archive, entries) = try await place.sealed([.sample("a", bytes: [1]), stray])
        #expect(try await kinds(ExpectedArchive(archive, entries)) == [.metadataLine])
    }

    @Test func `a forged archive whose parts disagree is found out`() async throws {
        let (_, entries) = try await place.sealed(.samples(3))
        // The recording, its line in the checksum file and the side file are forged.
        try change { bytes in
            let offset = Int(entries[0].offset)
            bytes[offset] ^= 1
            let forged = Digester.digest(of: Array(bytes[offset..<(offset + Int(entries[0].stored.byteCount))]))
                .description
            let line = Array("\(entries[0].stored.digest)  data/".utf8)
            if let range = bytes.firstRange(of: line) { bytes.replaceSubrange(range.prefix(64), with: forged.utf8) }
        }
        let digest = Digester.digest(of: try place.bytes(path))
        try place.write(Array("\(digest)  acme-2025-11-20-001.tar\n".utf8), to: place.root.sideFilePath(.sample))
        // The metadata still says what the bytes were.
        #expect(try await kinds() == [.tagFileDamaged, .recordingDamaged])
    }

    @Test func `several archives at once, with bytes counted, and cancelled`() async throws {
        _ = try await place.sealed(.samples(6))
        let path = path
        let reports = try await withThrowingTaskGroup(of: VerificationReport.self) { group in
            for _ in 0..<8 { group.addTask { try await ArchiveVerifier().verify(path: path) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(reports.count == 8)
        #expect(reports.allSatisfy { $0.isSound })
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await archiveError { _ = try await ArchiveVerifier().verify(path: path) }?.code
        }
        #expect(await cancelled.value == .cancelled)
    }

    @Test func `metadata that was tampered with is not given out`() async throws {
        _ = try await place.sealed(.samples(3))
        try change { bytes in
            if let range = bytes.firstRange(of: Array("\"attempts\":1".utf8)) {
                bytes[range.upperBound - 1] = UInt8(ascii: "2")
            }
        }
        let error = await archiveError { _ = try await ArchiveMetadata.open(.sample, in: place.root.archives) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("metadata/recordings.jsonl") == true)
    }
}
