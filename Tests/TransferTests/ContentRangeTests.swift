import Testing

@testable import Transfer

@Suite struct `A content range` {
    private static let possible: [(String, Range<Int64>, Int64?)] = [
        ("bytes 0-99/1234", 0..<100, 1234), ("bytes 100-199/*", 100..<200, nil), ("BYTES 5-5/6", 5..<6, 6),
    ]

    @Test(arguments: possible)
    func `says which bytes an answer has`(field: String, range: Range<Int64>, total: Int64?) throws {
        let given = try #require(ContentRange(field))
        #expect(given.range == range)
        #expect(given.total == total)
        #expect(given.count == range.upperBound - range.lowerBound)
    }

    @Test(arguments: [
        "", "bytes", "bytes */1234", "bytes 5-/9", "bytes 9-5/20", "bytes -5/20", "items 0-1/2", "bytes 0-9/5",
        "bytes 0-99999999999999999999/1", "bytes a-b/c", "bytes 0-9/99999999999999999999", "bytes 0-9/abc",
        "bytes 0-9/",
        "bytes 0-9/-10", "bytes -0-9/10", "bytes 0--9/10", "bytes +0-9/10", "bytes 0-9/10/10", "bytes 0-9/ 10",
        "bytes 0-9223372036854775807/*", "bytes 0-9", "bytes /", "bytes -/-", "0-9/100",
        "bytes 0-99999999999999999999/*",
    ])
    func `that makes no sense is ignored`(field: String) {
        #expect(ContentRange(field) == nil)
    }

    @Test(arguments: [("bytes 0-9/10", true), ("bytes 0-8/10", false), ("bytes 1-9/10", false), ("bytes 0-9/*", false)])
    func `is the whole where it begins and ends with it`(field: String, isWhole: Bool) throws {
        #expect(try #require(ContentRange(field)).isWhole == isWhole)
    }
}
