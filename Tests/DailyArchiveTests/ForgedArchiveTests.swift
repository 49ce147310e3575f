import Files
import Foundation
import Recordings
import Testing

@testable import DailyArchive

/// Archives that someone changed, with a new side file, which anyone can make: every other witness has to notice.
@Suite struct ForgedArchiveTests {
    private let place: Workplace
    private var path: String { place.root.archivePath(.sample) }

    init() throws {
        place = try Workplace()
    }

    private func forge(_ body: (inout [UInt8]) throws -> Void) throws {
        var bytes = try place.bytes(path)
        try body(&bytes)
        try put(bytes, at: path)
    }

    /// Writes an archive with a side file that fits it.
    private func put(_ bytes: [UInt8], at path: String) throws {
        try place.write(bytes, to: path)
        #expect(chmod(path, 0o440) == 0)
        let line = "\(Digester.digest(of: bytes))  \(URL(filePath: path).lastPathComponent)\n"
        try place.write(Array(line.utf8), to: path + ".sha256")
    }

    private func faults(quick: Bool = false, at other: String? = nil) async throws -> [ArchiveFault] {
        try await ArchiveVerifier().verify(path: other ?? path, quick: quick).faults
    }

    @Test func `one changed byte of any recording is found and named, and salvage leaves only that one out`()
        async throws
    {
        let (_, entries) = try await place.sealed(.samples(6), tasks: [.sample("task-0")])
        let whole = try place.bytes(path)
        for entry in entries where entry.stored.byteCount > 0 {
            for offset in [0, entry.stored.byteCount / 2, entry.stored.byteCount - 1] {
                try put(whole, at: path)
                try forge { $0[Int(entry.offset + offset)] ^= 0x20 }
                let found = try await faults()
                #expect(found.map(\.kind) == [.recordingDamaged])
                #expect(found.map(\.taskID) == [entry.key.taskID])
                let salvage = try await SealedSalvage.read(path, as: .sample)
                #expect(salvage.recordings == entries.filter { $0 != entry })
                #expect(salvage.faults.contains { $0.taskID == entry.key.taskID })
            }
        }
    }

    @Test func `one that died before it could say that it sealed it is not believed either`() async throws {
        let (_, entries) = try await place.sealed(.samples(3))
        try forge { $0[Int(entries[0].offset)] ^= 1 }
        #expect(await archiveError { _ = try await place.writer().recover(.sample, known: .empty) }?.code == .damaged)
    }

    @Test func `members that changed places are found, and salvage takes them where they are`() async throws {
        let members: [PendingMember] = try (0..<3).map {
            try .sample("task-\($0)", bytes: noise(700, seed: UInt64($0 + 1)))
        }
        let (_, entries) = try await place.sealed(members)
        for makesSideFile in [true, false] {
            var bytes = try place.bytes(path)
            // A header, 700 bytes and their padding.
            let first = Array(bytes[0..<1536])
            bytes.replaceSubrange(0..<1536, with: bytes[1536..<3072])
            bytes.replaceSubrange(1536..<3072, with: first)
            if makesSideFile { try put(bytes, at: path) } else { try place.write(bytes, to: path) }
            let found = try await faults()
            #expect(found.filter { $0.kind == .recordingDamaged }.map(\.taskID) == entries[..<2].map(\.key.taskID))
            #expect(found.filter { $0.kind == .recordingMisplaced }.count == 2)
            let salvage = try await SealedSalvage.read(path, as: .sample)
            #expect(salvage.recordings.map(\.key) == [entries[1].key, entries[0].key, entries[2].key])
            #expect(salvage.recordings.map(\.offset) == entries.map(\.offset))
            try put(bytes, at: path)
            // Back again, for the other direction.
            try forge { $0.replaceSubrange(0..<3072, with: Array($0[1536..<3072] + $0[0..<1536])) }
            #expect(try await faults() == [])
        }
    }

    @Test(arguments: [true, false]) func `another name than the folder's`(quick: Bool) async throws {
        _ = try await place.sealed(.samples(2))
        let other = path.replacing("-001.tar", with: "-009.tar")
        try put(try place.bytes(path), at: other)
        #expect(try await faults(quick: quick, at: other).map(\.kind) == [.archiveName])
    }

    /// Changes a text in a tag file to one of the same length, and corrects every checksum above it.
    private func forge(_ text: String, _ replacement: String, in file: String) throws {
        try #require(text.utf8.count == replacement.utf8.count)
        try forge { bytes in
            let reader = try ArchiveIndex(SequentialReader(path), readingContents: true)
            let tag = try #require(reader.tags[file])
            let range = Int(tag.member.offset)..<Int(tag.member.offset + tag.member.byteCount)
            let place = try #require(bytes[range].firstRange(of: Array(text.utf8)))
            bytes.replaceSubrange(place, with: Array(replacement.utf8))
            let old = Array("\(try #require(tag.digest))  \(file)\n".utf8)
            let new = Array("\(Digester.digest(of: Array(bytes[range])))  \(file)\n".utf8)
            let line = try #require(bytes.firstRange(of: old))
            bytes.replaceSubrange(line, with: new)
        }
    }

    @Test(arguments: [
        ("Callark-Day: 2025-11-20", "Callark-Day: 2025-11-21"),
        ("Callark-Sequence: 1", "Callark-Sequence: 2"),
        ("External-Identifier: acme-2025-11-20-001", "External-Identifier: acme-2025-11-20-009"),
        ("Bag-Group-Identifier: acme", "Bag-Group-Identifier: emca"),
        ("Source-Organization: acme", "Source-Organization: emca"),
        ("Callark-Task-Count: 1", "Callark-Task-Count: 2"),
        ("Callark-Format: 1", "Callark-Format: 2"),
        ("93912f11", "93912f12"),
        ("External-Identifier", "Callark-Sequence: 1"), ("Callark-Organization-ID", "Callark-Organization-IE"),
    ])
    func `a bag that says otherwise of itself`(text: String, replacement: String) async throws {
        _ = try await place.sealed(.samples(2), tasks: [.sample("task-0")])
        try forge(text, replacement, in: "bag-info.txt")
        let found = try await faults()
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.kind == .tagFileDamaged && $0.member == "bag-info.txt" }, "\(found)")
    }

    @Test func `a line of a task that cannot be read, or is another day's`() async throws {
        _ = try await place.sealed(.samples(2), tasks: [.sample("task-0")])
        for (text, replacement) in [
            ("{\"capture_request\"", "{\"capture_requesT\""), ("\"day\":\"2025", "\"day\":\"2026"),
        ] {
            let whole = try place.bytes(path)
            try forge(text, replacement, in: "metadata/tasks.jsonl")
            let found = try await faults()
            #expect(found.map(\.kind) == [.metadataLine])
            #expect(found.map(\.member) == ["metadata/tasks.jsonl"])
            try put(whole, at: path)
        }
    }

    /// Rewrites a header's checksum.
    private func sign(_ bytes: inout [UInt8], at offset: Int) {
        bytes.replaceSubrange((offset + 148)..<(offset + 156), with: Array("        ".utf8))
        let sum = bytes[offset..<(offset + 512)].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let field = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
        bytes.replaceSubrange((offset + 148)..<(offset + 156), with: Array(field.utf8))
    }

    /// Fields that change what another tool makes of a member: mode, owner, the end of the size, time, type, link,
    /// names, devices.
    @Test(arguments: [
        (100, "000777"), (108, "000001"), (116, "000001"), (136, "00000000001"), (156, "1"), (156, "2"), (156, "S"),
        (156, "7"), (156, "g"), (156, "L"), (157, "/etc/passwd"), (265, "root"), (297, "root"), (329, "000001"),
        (337, "000001"), (500, "x"), (99, "x"), (124, "-0000000100"), (124, "\u{7f}"),
    ])
    func `a header with a right checksum that says more or something else`(position: Int, text: String) async throws {
        let (_, entries) = try await place.sealed(.samples(2))
        try forge { bytes in
            let start = Int(entries[1].offset) - 512
            bytes.replaceSubrange((start + position)..<(start + position + text.utf8.count), with: Array(text.utf8))
            sign(&bytes, at: start)
        }
        #expect(try await faults().contains { $0.kind == .header })
        #expect(try await !faults(quick: true).isEmpty)
    }

    @Test(arguments: [
        "GNU.sparse.major=1", "GNU.sparse.realsize=9", "linkpath=/etc/passwd", "path=acme-2025-11-20-001/data/x",
        "mtime=1", "size=1", "SCHILY.xattr.user.a=b", "hdrcharset=BINARY", "comment=x",
    ])
    func `a record in an extended header that no daily archive has`(record: String) async throws {
        let key = try RecordingKey.sample("task-0")
        var member = try PendingMember.sample(key, ReceivedContent(bytes: noise(600, seed: 5)))
        member.entry.file = try unwrap(FileName(exactly: String(repeating: "f", count: 150)))
        _ = try await place.sealed([member])
        #expect(try await faults() == [])
        try forge { bytes in
            try #require(bytes[156] == UInt8(ascii: "x"))
            let size = try #require(Int(String(decoding: bytes[124..<135], as: UTF8.self), radix: 8))
            var length = record.utf8.count + 3
            while "\(length) \(record)\n".utf8.count != length { length += 1 }
            let text = Array("\(length) \(record)\n".utf8)
            try #require(size + text.count <= 512)
            bytes.replaceSubrange((512 + size)..<(512 + size + text.count), with: text)
            let digits = String(size + text.count, radix: 8)
            let field = String(repeating: "0", count: 11 - digits.count) + digits
            bytes.replaceSubrange(124..<135, with: Array(field.utf8))
            sign(&bytes, at: 0)
        }
        #expect(try await !faults().isEmpty)
        #expect(try await !faults(quick: true).isEmpty)
    }

    @Test func `an end in the middle hides nothing behind it`() async throws {
        let (_, entries) = try await place.sealed(.samples(6), tasks: [.sample("task-0")])
        // What a disk that lost a write returns.
        try forge { bytes in
            let start = Int(entries[3].offset) - 512
            bytes.replaceSubrange(start..<(start + 1024), with: Array(repeating: 0, count: 1024))
        }
        let found = try await faults()
        #expect(found.contains { $0.kind == .header && $0.taskID == entries[3].key.taskID })
        #expect(!found.contains { $0.kind == .tagFileMissing })
        let salvage = try await SealedSalvage.read(path, as: .sample)
        #expect(Set(salvage.recordings.map(\.key)).isSuperset(of: entries.filter { $0 != entries[3] }.map(\.key)))
    }
}
