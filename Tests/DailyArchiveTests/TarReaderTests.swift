@testable import DailyArchive
import Files
import Foundation
import Testing
import TestSupport

@Suite struct TarReaderTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/a.tar" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func items(_ bytes: [UInt8], checksPadding: Bool = true) throws -> [TarReader.Item] {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        var reader = TarReader(try SequentialReader(path), checksPadding: checksPadding)
        var items: [TarReader.Item] = []
        while let item = try reader.next() { items.append(item) }
        return items
    }

    private func summary(_ bytes: [UInt8]) throws -> [String] {
        try items(bytes).map { item in
            switch item {
            case .member(let member): "\(member.path) \(member.byteCount)"
            case .damage(let damage): "\(damage.kind) at \(damage.offset)"
            case .end(let offset): "end at \(offset)"
            }
        }
    }

    /// A tar by libarchive of `f/0`, `f/1`, `f/2` with 600 bytes each: members of 1,536 bytes and an end of 1,024.
    private func tar(_ paths: [String] = ["f/0", "f/1", "f/2"], ending: Bool = true) throws -> [UInt8] {
        let path = folder.path + "/written-\(UUID().uuidString).tar"
        let file = try AlignedFileWriter(path: path, position: 0, creating: true)
        let writer = try TarWriter(writingTo: file)
        for path in paths {
            _ = try writer.begin(TarMemberHeader(path: path, byteCount: 600, secondsSince1970: 5))
            try noise(600, seed: 3).withRawBytes { bytes throws(ArchiveError) in try writer.write(bytes) }
            try writer.endMember()
        }
        if ending { try writer.finish() }
        try file.settle()
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test func `a whole tar is read to its end`() throws {
        #expect(try summary(tar()) == ["f/0 600", "f/1 600", "f/2 600", "end at 4608"])
    }

    @Test func `a damaged header costs one member`() throws {
        for position in [0, 99, 124, 148, 153, 154, 155, 156, 257, 345, 511] {
            var bytes = try tar()
            bytes[1536 + position] ^= 0x10
            #expect(try summary(bytes) == ["f/0 600", "header at 1536", "f/2 600", "end at 4608"])
        }
    }

    @Test func `damage in the last header leaves the end in sight`() throws {
        var bytes = try tar()
        bytes[3072] ^= 1
        #expect(try summary(bytes) == ["f/0 600", "f/1 600", "header at 3072", "end at 4608"])
    }

    @Test func `padding that is not zero is damage`() throws {
        var bytes = try tar()
        bytes[1536 + 512 + 700] = 1
        #expect(try summary(bytes) == ["f/0 600", "f/1 600", "padding at 2748", "f/2 600", "end at 4608"])
    }

    @Test func `an end that is cut off or followed by something is damage`() throws {
        let bytes = try tar()
        #expect(try summary(bytes + [0]).suffix(2) == ["end at 4608", "end at 5632"])
        #expect(try summary(bytes.dropLast(512)).last == "end at 4608")
        #expect(try summary(bytes.dropLast(1024)).last == "truncated at 4608")
        #expect(try summary(bytes.dropLast(1)).last == "end at 4608")
    }

    @Test(arguments: [1, 511, 512, 700, 1111, 1500]) func `a truncated tar says so`(length: Int) throws {
        let found = try summary(Array(tar().prefix(length)))
        #expect(found.last == "truncated at \(length < 512 ? 0 : length)")
    }

    @Test func `a recording that holds a tar is not mistaken for members`() throws {
        let inner = try tar(["f/evil", "g/evil"], ending: false)
        let file = try AlignedFileWriter(path: folder.path + "/outer.tar", position: 0, creating: true)
        let writer = try TarWriter(writingTo: file)
        _ = try writer.begin(TarMemberHeader(path: "g/0", byteCount: Int64(inner.count), secondsSince1970: 5))
        try inner.withRawBytes { bytes throws(ArchiveError) in try writer.write(bytes) }
        try writer.endMember()
        try writer.finish()
        try file.settle()
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/outer.tar")))
        #expect(try summary(bytes) == ["g/0 3072", "end at 3584"])
        // Even after damage, only a header in the archive's own folder counts; the caller may name that folder.
        bytes[0] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        var reader = TarReader(try SequentialReader(path), folder: "h")
        var members = 0
        while let item = try reader.next() { if case .member = item { members += 1 } }
        #expect(members == 0)
    }

    @Test func `names too long for ustar come from the pax header`() throws {
        let long = "f/" + String(repeating: "n", count: 150) + "/" + String(repeating: "m", count: 180)
        let bytes = try tar(["f/0", long])
        #expect(bytes.count > 2 * 1536 + 1024)
        #expect(try summary(bytes).dropLast() == ["f/0 600", "\(long) 600"])
        var damaged = bytes
        damaged[1536 + 512 + 40] ^= 0x80
        #expect(try summary(damaged).contains("header at 1536"))
    }

    @Test func `a member of nine gibibytes has its size`() async throws {
        let size: Int64 = 9 << 30
        let file = try AlignedFileWriter(path: path, position: 0, creating: true)
        var offset: Int64 = 0
        do {
            let writer = try TarWriter(writingTo: file)
            offset = try writer.begin(TarMemberHeader(path: "f/large", byteCount: size, secondsSince1970: 5))
            try file.settle()
        }
        let sparse = try OpenFile(path, 2)
        try sparse.truncate(to: offset + size + 1024)
        var reader = TarReader(try SequentialReader(path, windowSize: 4096), checksPadding: false)
        guard case .member(let member)? = try reader.next() else {
            Issue.record("no member")
            return
        }
        #expect(member.byteCount == size)
        #expect(member.offset == offset)
        guard case .end? = try reader.next() else {
            Issue.record("no end")
            return
        }
        #expect(try Tool.run("tar", "-tvf", path).output.contains("9663676416"))
    }

    @Test(arguments: [
        "", "5", "5 a", "6 a=b", "9999 path=x\n", "-1 path=x\n", "0 path=x\n", " path=x\n", "x path=x\n", "7 path\n",
        "20 size=abc\n",
        "25 size=9223372036854775807\n", "12 size=-100\n", "99999999999999999999 a=b\n",
    ])
    func `pax records that make no sense are refused`(text: String) {
        if text.isEmpty {
            #expect(PaxRecords([]) != nil)
        } else {
            #expect(PaxRecords(Array(text.utf8)) == nil)
        }
    }

    @Test func `noise is damage, not a crash`() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            #expect(try summary(noise(5000, seed: seed)).first == "header at 0")
        }
        // A valid tar with noise sprinkled over it.
        for seed in 1...200 as ClosedRange<UInt64> {
            var bytes = try tar()
            let dust = noise(6, seed: seed)
            bytes[(Int(dust[0]) << 8 | Int(dust[1])) % bytes.count] = dust[2]
            bytes[(Int(dust[3]) << 8 | Int(dust[4])) % bytes.count] = dust[5]
            _ = try summary(bytes)
        }
    }

    @Test func `an empty file has no end`() throws {
        #expect(try summary([]) == ["truncated at 0"])
    }
}
