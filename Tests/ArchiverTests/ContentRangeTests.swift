import Testing

@testable import Archiver

@Suite struct `A content range` {
    @Test(arguments: [("bytes 0-99/1234", 0, 1234), ("bytes 100-199/*", 100, nil), ("BYTES 5-5/6", 5, 6)])
    func `says where an answer begins`(field: String, first: Int64, total: Int64?) throws {
        let range = try #require(ContentRange(field))
        #expect(range.first == first)
        #expect(range.total == total)
    }

    @Test(arguments: [
        "", "bytes", "bytes */1234", "bytes 5-/9", "bytes 9-5/20", "bytes -5/20", "items 0-1/2", "bytes 0-9/5",
        "bytes 0-99999999999999999999/1", "bytes a-b/c",
    ])
    func `that makes no sense is none`(field: String) {
        #expect(ContentRange(field) == nil)
    }
}
