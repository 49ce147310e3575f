import Files
import Foundation
import Recordings
import TestSupport
import Testing

@testable import DailyArchive

/// The random data in an archive: where it is, that it stays the same, and that archives without it are just as valid.
@Suite struct SaltTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func bagInformation(_ place: Workplace) throws -> String {
        let outcome = try Tool.run(
            "tar",
            "-xOf",
            place.root.archivePath(.sample),
            "acme-2025-11-20-001/bag-info.txt"
        )
        #expect(outcome.status == 0)
        return outcome.output
    }

    @Test func `every line gets a salt of its own when it is written first, and keeps the one that it has`()
        async throws
    {
        var members = try [PendingMember].samples(6)
        let old = try unwrap(Salt(bytes: noise(16, seed: 99)))
        members[3].entry.salt = old
        let writer = ArchiveWriter(root: place.root, logger: .silent)
        let group = try await writer.append(members.map { (.sample, $0) })
        let entries = group.entries
        #expect(group.records == entries.map(\.record))
        let salts = entries.compactMap(\.salt)
        #expect(Set(salts).count == 6)
        #expect(entries[3].salt == old)
        let journal = String(decoding: try place.bytes(place.root.journalPath(.sample)), as: UTF8.self)
        #expect(journal.split(separator: "\n").count == 6)
        for (line, salt) in zip(journal.split(separator: "\n"), salts) {
            #expect(line.contains(#","salt":"\#(salt)","search":"#))
        }
        let records = journal.split(separator: "\n").map { RecordingEntry.record(ofLine: Array($0.utf8)) }
        #expect(records == group.records, "wherever the recording is packed")
    }

    @Test func `what recovery makes again keeps its salts`() async throws {
        let first = ArchiveWriter(root: place.root, logger: .silent)
        let group = try await first.append([PendingMember].samples(6).map { (.sample, $0) })
        // A member in the middle is missing: the others are copied into a new tar.
        var tar = try place.bytes(place.root.openArchivePath(.sample))
        tar[Int(group.entries[2].offset) - 512] ^= 1
        try place.write(tar, to: place.root.openArchivePath(.sample))
        let recovery = try await place.writer().recover(.sample, known: group.extents[.sample], rereading: true)
        guard case .behind(_, let whole, _) = recovery else {
            Issue.record("\(recovery)")
            return
        }
        let salts = Dictionary(uniqueKeysWithValues: group.entries.map { ($0.key, $0.salt) })
        #expect(whole.count >= 4)
        for entry in whole { #expect(entry.salt != nil && entry.salt == salts[entry.key]) }
    }

    @Test func `the bag has the salt that its sealing is given, and nothing else differs`() async throws {
        let other = try Workplace()
        let salt = try unwrap(Salt(bytes: noise(16, seed: 5)))
        for (place, salt) in [(place, Salt.sample), (other, salt)] {
            let writer = place.writer()
            _ = try await writer.append([PendingMember].samples(3).map { (.sample, $0) })
            _ = try await writer.seal(.sample, tasks: Listing([try TaskEntry.sample("t")]), dayClose: nil, salt: salt)
        }
        #expect(try bagInformation(place).hasSuffix("\nCallark-Salt: \(Salt.sample)\n"))
        let replaced = try bagInformation(other).replacing(salt.description, with: Salt.sample.description)
        #expect(try replaced == bagInformation(place))
    }

    @Test func `an invalid salt is a fault`() async throws {
        _ = try await place.sealed(.samples(2))
        let path = place.root.archivePath(.sample)
        var bytes = try place.bytes(path)
        let range = try unwrap(bytes.firstRange(of: Array("Callark-Salt: \(Salt.sample)".utf8)))
        bytes[range.upperBound - 1] = UInt8(ascii: "B")
        try place.write(bytes, to: path)
        let faults = try await ArchiveVerifier().verify(path: path).faults
        #expect(faults.contains { $0.message.contains("says Callark-Salt: ") })
    }

    @Test func `an archive from before there were salts is read and verified`() async throws {
        let path = place.root.archivePath(.sample)
        try OlderArchive.copy(into: FileSystem.folder(of: path))
        let report = try await ArchiveVerifier().verify(path: path)
        #expect(report.faults == [])
        let metadata = try await ArchiveMetadata.open(.sample, in: place.root.archives)
        var entries: [RecordingEntry] = []
        for try await entry in metadata.recordings { entries.append(entry) }
        #expect(entries.count == 2)
        #expect(entries.allSatisfy { $0.salt == nil && $0.original == $0.stored })
        #expect(metadata.metadataOffset == entries.map { TarMember.padded($0.offset + $0.stored.byteCount) }.max())
        for entry in entries {
            let bytes = try await ArchiveReader.bytes(
                from: .sealed(.sample),
                in: place.root,
                offset: entry.offset,
                byteCount: entry.stored.byteCount,
                expecting: entry.stored.digest
            )
            #expect(bytes.starts(with: Array("RIFF".utf8)))
        }
        let salvage = try await SealedSalvage.read(path, as: .sample)
        #expect(salvage.recordings == entries && salvage.faults == [])
    }

    @Test func `an open archive from before there were salts is recovered as it is`() async throws {
        let writer = place.writer()
        let group = try await writer.append([PendingMember].samples(3).map { (.sample, $0) })
        try await writer.close()
        var lines: [UInt8] = []
        for var entry in group.entries {
            entry.salt = nil
            lines += entry.jsonLine + [UInt8(ascii: "\n")]
        }
        try place.write(lines, to: place.root.journalPath(.sample))
        var known = try unwrap(group.extents[.sample])
        known.journalBytes = Int64(lines.count)
        let next = place.writer()
        #expect(try await next.recover(.sample, known: known) == .equal)
        #expect(try await next.seal(.sample, tasks: Listing([])).recordingCount == 3)
        #expect(try await ArchiveVerifier().verify(path: place.root.archivePath(.sample)).faults == [])
    }
}
