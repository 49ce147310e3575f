import Files
import Foundation
import Recordings
import Synchronization
import Testing
import TestSupport

@testable import DailyArchive

@Suite struct ByteSourceTests {
    private let place: Workplace
    private let path: String
    private let bytes = noise(5_000_000, seed: 5)

    init() throws {
        place = try Workplace()
        path = place.folder.path + "/bytes"
        try place.write(bytes, to: path)
    }

    /// Both: the file, and the same bytes in memory.
    private func sources() throws -> [any ByteSource] {
        [try FileSource(path), RecordingSource(bytes)]
    }

    @Test(arguments: [
        (0, 5_000_000), (0, 0), (0, 1), (4_999_999, 1), (5_000_000, 0), (511, 2), (2_097_151, 2), (17, 4_194_304),
    ])
    func `a range has the digest of its bytes, which come in order`(_ offset: Int, _ count: Int) throws {
        let expected = Array(bytes[offset..<(offset + count)])
        for source in try sources() {
            #expect(source.byteCount == 5_000_000)
            for windowSize in [1 << 10, SequentialReader.recordingWindow, SequentialReader.largeWindow] {
                var found: [UInt8] = []
                let digest = try source.read(
                    at: Int64(offset),
                    byteCount: Int64(count),
                    windowSize: windowSize
                ) { piece in found.append(contentsOf: piece) }
                #expect(digest == Digester.digest(of: expected))
                #expect(found == expected)
            }
            #expect(try source.digest(at: Int64(offset), byteCount: Int64(count)) == Digester.digest(of: expected))
            #expect(try source.bytes(in: Int64(offset)..<Int64(offset + count)) == expected)
        }
    }

    @Test(
        arguments: [
            (0, 5_000_001), (4_999_999, 2), (5_000_001, 0), (6_000_000, 1), (-1, 1), (1, -1), (Int64.max, 1),
            (1, Int64.max),
        ] as [(Int64, Int64)]
    )
    func `a range that is not all there has no digest`(_ offset: Int64, _ count: Int64) throws {
        for source in try sources() { #expect(try source.digest(at: offset, byteCount: count) == nil) }
    }

    @Test func `the whole has the digest that sha256sum computes`() throws {
        let line = try Tool.run("sha256sum", path, in: "/")
        for source in try sources() { #expect(try "\(source.digest())" == line.output.prefix(64)) }
    }

    @Test func `bytes that went away are noticed, and those that were added do not count`() throws {
        let source = try FileSource(path)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.truncate(atOffset: 5_000_001)
        #expect(try source.digest() == Digester.digest(of: bytes))
        try file.truncate(atOffset: 100)
        #expect(try source.digest(at: 0, byteCount: 100) == Digester.digest(of: Array(bytes[..<100])))
        let error = #expect(throws: ArchiveError.self) { try source.digest() }
        #expect(error?.code == .damaged)
        #expect(try source.bytes(in: 50..<200) == Array(bytes[50..<100]))
    }

    @Test func `a file that is missing cannot be opened`() {
        let error = #expect(throws: ArchiveError.self) { try FileSource(path + ".missing") }
        #expect(error?.code == .missing)
    }

    @Test func `what reads an archive needs no file`() async throws {
        let (archive, entries) = try await place.sealed(try .samples(6))
        let source = RecordingSource(try place.bytes(place.root.archivePath(.sample)))
        let metadata = try ArchiveMetadata(source, recorded: nil, nil)
        #expect(metadata.name == archive.name && metadata.byteCount == archive.byteCount)
        #expect(metadata.metadataOffset == archive.metadataOffset && metadata.tagDigest == archive.tagDigest)
        var listed: [RecordingEntry] = []
        for try await entry in metadata.recordings { listed.append(entry) }
        #expect(listed == entries)
        for entry in entries {
            #expect(try source.digest(at: entry.offset, byteCount: entry.stored.byteCount) == entry.stored.digest)
        }
        #expect(try source.digest() == archive.digest)
    }

    @Test func `metadata at a known offset is read without the recordings, and found at a wrong one`() async throws {
        let (archive, entries) = try await place.sealed(try .samples(6), tasks: [.sample("a")])
        let bytes = try place.bytes(place.root.archivePath(.sample))
        let source = RecordingSource(bytes)
        let metadata = try ArchiveMetadata(source, recorded: nil, from: archive.metadataOffset, nil)
        #expect(metadata.name == archive.name && metadata.tagDigest == archive.tagDigest)
        #expect(metadata.metadataOffset == archive.metadataOffset)
        #expect(source.reads.allSatisfy { $0.offset >= archive.metadataOffset })
        var listed: [RecordingEntry] = []
        for try await entry in metadata.recordings { listed.append(entry) }
        #expect(listed == entries)
        for wrong in [archive.metadataOffset + 512, archive.metadataOffset - 1, 700, Int64(bytes.count) + 1, -1] {
            let found = try ArchiveMetadata(RecordingSource(bytes), recorded: nil, from: wrong, nil)
            #expect(found.name == archive.name && found.metadataOffset == archive.metadataOffset, "\(wrong)")
        }
    }

    @Test func `a source is read in whole windows and in order, and told what comes next`() throws {
        let source = RecordingSource(bytes)
        let reader = SequentialReader(source, options: .fromDisk, windowSize: 1 << 20)
        while try !reader.next(4096).isEmpty {}
        #expect(source.reads.map(\.offset) == (0..<5).map { Int64($0) << 20 })
        #expect(source.reads.map(\.count) == [1 << 20, 1 << 20, 1 << 20, 1 << 20, 5_000_000 - 4 << 20])
        let uses = ["uncached 0 to 5000000", "forwards", "soon 1048576 to 2097152", "uncached 0 to 0"]
        #expect(source.uses.prefix(4) == uses[...])
    }
}

/// Bytes in memory that remember how they were read.
private final class RecordingSource: ByteSource {
    let name = "memory"
    private let bytes: [UInt8]
    private let log = Mutex<(reads: [(offset: Int64, count: Int)], uses: [String])>(([], []))

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var byteCount: Int64 { Int64(bytes.count) }
    var reads: [(offset: Int64, count: Int)] { log.withLock { $0.reads } }
    var uses: [String] { log.withLock { $0.uses } }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        log.withLock { $0.reads.append((offset, buffer.count)) }
        let piece = bytes.dropFirst(Int(offset)).prefix(buffer.count)
        buffer.copyBytes(from: piece)
        return piece.count
    }

    func expect(_ use: ByteUse) {
        let words =
            switch use {
            case .forwards: "forwards"
            case .scattered: "scattered"
            case .soon(let range): "soon \(range.lowerBound) to \(range.upperBound)"
            case .uncached(let range): "uncached \(range.lowerBound) to \(range.upperBound)"
            }
        log.withLock { $0.uses.append(words) }
    }
}
