import Recordings
import Testing

@testable import Archiver

@Suite struct `A content encoding` {
    static let gzip: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4]
    static let wave = MediaHost.audio(1000)

    @Test(
        arguments: [
            (nil, gzip, .plain), ("gzip", gzip, .deflated), ("x-gzip", gzip, .deflated),
            ("deflate", [0x78, 0x9c, 3, 0, 0, 0, 0, 1], .deflated),
            ("gzip, aws-chunked", gzip, .deflated), ("aws-chunked", gzip, .plain),
            ("aws-chunked,gzip", gzip, .deflated),
            // A label on bytes that are already what they should be.
            ("gzip", wave, .plain), ("br", wave, .plain), ("utf-8", wave, .plain), ("gzip, gzip", wave, .plain),
            ("gzip", Array("<html>".utf8), .plain),
            ("br", [0x8b, 0x02, 0x80, 0x03], .unknown("it comes with the Content-Encoding br, which is not decoded")),
            (
                "zstd", [0x28, 0xb5, 0x2f, 0xfd, 0x24, 0, 1, 0, 0, 0x99, 0xe9, 0xd8, 0x51],
                .unknown("it comes with the Content-Encoding zstd, which is not decoded")
            ),
            ("gzip, gzip", gzip, .unknown("it comes with the Content-Encoding gzip, gzip, which is not decoded")),
            ("a\u{1b}[31m?b", gzip, .unknown("it comes with the Content-Encoding amb, which is not decoded")),
        ] as [(String?, [UInt8], ContentCoding)]
    )
    func `is undone where it was applied, and named where it cannot be`(
        field: String?,
        bytes: [UInt8],
        coding: ContentCoding
    ) {
        #expect(ContentCoding(field, prefix: bytes, byteCount: Int64(bytes.count)) == coding)
    }

    @Test func `of a transcription is undone, and not looked for in its text`() {
        let text = Array(#"{"a":1}"#.utf8)
        #expect(ContentCoding("gzip", prefix: text, byteCount: 7) == .plain)
        #expect(ContentCoding("gzip", prefix: Self.gzip, byteCount: 14) == .deflated)
    }

    @Test(
        arguments: [(Int64(0), Int64(1) << 30), (1 << 20, 1 << 30), (1 << 26, 50 << 26), (.max, 64 << 30)]
            as [(Int64, Int64)]
    )
    func `may become as much as a disk can take`(byteCount: Int64, limit: Int64) {
        #expect(ContentCoding.limit(decoding: byteCount) == limit)
    }
}
