import Files
import Foundation
import Recordings
import Synchronization
import Testing
import TestSupport

@testable import DailyArchive

@Suite struct `A recording that was sent compressed` {
    private let place: Workplace
    private let part: String

    init() throws {
        place = try Workplace()
        part = place.root.partPath(for: try .sample("t"), organization: .acme)
    }

    /// `bytes` as Python's zlib compresses them: `gzip` or `zlib`.
    private func compressed(_ bytes: [UInt8], as format: String) throws -> [UInt8] {
        let (source, target) = ("\(place.root.path)/source", "\(place.root.path)/target")
        try Data(bytes).write(to: URL(filePath: source))
        let script =
            "import sys,gzip,zlib;b=open(sys.argv[1],'rb').read();"
            + "open(sys.argv[2],'wb').write({'gzip':gzip,'zlib':zlib}[sys.argv[3]].compress(b))"
        try #require(try Tool.run("python3", "-c", script, source, target, format).status == 0)
        return [UInt8](try Data(contentsOf: URL(filePath: target)))
    }

    private func decode(_ bytes: [UInt8], limit: Int64 = 1 << 30) async throws -> ReceivedContent.Decoding {
        try await ReceivedContent(bytes: bytes).decoded(into: part, limit: limit) { _ throws(ArchiveError) in }
    }

    private func contents(_ content: ReceivedContent) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try content.forEachPiece { bytes.append(contentsOf: $0) }
        return bytes
    }

    private var isPartThere: Bool { FileManager.default.fileExists(atPath: part) }

    @Test(arguments: ["gzip", "zlib"], [1, 65_535, 65_536, 65_537, 1_000_000])
    func `is decoded to its end`(format: String, count: Int) async throws {
        let bytes = noise(count / 2, seed: 3) + [UInt8](repeating: 0, count: count - count / 2)
        guard case .decoded(let content) = try await decode(try compressed(bytes, as: format)) else {
            Issue.record("not decoded")
            return
        }
        #expect(try contents(content) == bytes)
        #expect(content.byteCount == Int64(count) && content.digest == Digester.digest(of: bytes))
        #expect(content.prefix == Array(bytes.prefix(ReceivedContent.prefixLimit)))
        try content.discardPart()
        #expect(!isPartThere)
    }

    @Test func `in several streams is one`() async throws {
        let (first, second) = (noise(70_000, seed: 1), noise(10, seed: 2))
        let bytes = try compressed(first, as: "gzip") + compressed(second, as: "gzip")
        guard case .decoded(let content) = try await decode(bytes) else {
            Issue.record("not decoded")
            return
        }
        #expect(try contents(content) == first + second)
    }

    @Test func `that is cut anywhere, changed, or followed by anything else is damaged`() async throws {
        let whole = try compressed(noise(3_000, seed: 9), as: "gzip")
        var cases = [1, 5, 10, 17, whole.count / 2, whole.count - 8, whole.count - 1].map { Array(whole.prefix($0)) }
        for place in [0, 3, 40, whole.count - 8, whole.count - 1] {
            var changed = whole
            changed[place] ^= 0x55
            cases.append(changed)
        }
        cases += [whole + [1], whole + [0, 0], [], Array("RIFF....WAVE".utf8)]
        for bytes in cases {
            guard case .damaged = try await decode(bytes) else {
                Issue.record("\(bytes.count) bytes are not called damaged")
                continue
            }
            #expect(!isPartThere)
        }
    }

    @Test func `becomes no more than it may, and asks for room as it grows`() async throws {
        let bomb = try compressed([UInt8](repeating: 0, count: 8 << 20), as: "gzip")
        #expect(bomb.count < 10_000)
        guard case .tooLarge = try await decode(bomb, limit: 1 << 20) else {
            Issue.record("it becomes too large")
            return
        }
        #expect(!isPartThere)
        let full = ArchiveError(.noSpace, "full", path: part)
        await #expect(throws: ArchiveError.self) {
            _ = try await ReceivedContent(bytes: bomb).decoded(into: part, limit: 1 << 30) { _ throws(ArchiveError) in
                throw full
            }
        }
        #expect(!isPartThere)
    }
}
