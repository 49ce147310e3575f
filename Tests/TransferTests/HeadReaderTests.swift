import Testing

@testable import Transfer

@Suite struct HeadReaderTests {
    private func read(_ lines: [String]) -> (HeadReader, [HeadReader.Progress]) {
        var reader = HeadReader()
        let progress = lines.map { line in
            Array(line.utf8).withUnsafeBytes { reader.take($0) }
        }
        return (reader, progress)
    }

    @Test func `interim heads and trailers are left out`() {
        let (reader, progress) = read([
            "HTTP/1.1 100 Continue\r\n", "X: early\r\n", "\r\n",
            "HTTP/1.1 103 Early Hints\r\n", "Link: </a>\r\n", "\r\n",
            "HTTP/1.1 206 Partial Content\r\n", "ETag:\"x\"  \r\n", "X: final\r\n", "\r\n",
            "X: trailer\r\n", "\r\n",
        ])
        #expect(reader.status == 206)
        #expect(reader.headers.values("x") == ["final"])
        #expect(reader.headers["etag"] == "\"x\"")
        #expect(progress.count { $0 == .complete } == 1 && progress[9] == .complete)
    }

    @Test func `a folded line continues the value before it`() {
        let (reader, _) = read([
            "HTTP/1.1 200\r\n", "A: one\r\n", "\t two\r\n", "no colon\r\n", ": nameless\r\n", "\r\n",
        ])
        #expect(reader.headers["A"] == "one two")
    }

    @Test func `a head without end is not kept`() {
        var reader = HeadReader()
        let line = Array(("X: " + String(repeating: "y", count: 1000) + "\r\n").utf8)
        let tooLong = (0..<1000).contains { _ in line.withUnsafeBytes { reader.take($0) } == .tooLong }
        #expect(tooLong)
    }

    @Test(
        arguments: [
            (["5"], 5), (["5", "5"], 5), ([], nil), (["0"], 0), (["9223372036854775807"], Int64.max),
        ] as [([String], Int64?)]
    )
    func `a length is read`(values: [String], length: Int64?) throws {
        #expect(try HTTPHeaders(values.map { ("content-length", $0) }).contentLength() == length)
    }

    @Test(arguments: [["5", "6"], ["-1"], ["+5"], ["5, 5"], ["abc"], [""], ["9223372036854775808"], ["0x10"]])
    func `a length that is invalid is refused`(values: [String]) {
        #expect(throws: TransferError.self) { try HTTPHeaders(values.map { ("Content-Length", $0) }).contentLength() }
    }

    @Test func `chunks override a length`() throws {
        #expect(try HTTPHeaders([("Content-Length", "5"), ("Transfer-Encoding", "chunked")]).contentLength() == nil)
    }

    @Test func `a body that ends by closing says so`() {
        let closing = ResponseHead(status: 200, headers: [:], contentLength: nil)
        let chunked = ResponseHead(status: 200, headers: ["Transfer-Encoding": "gzip, Chunked"], contentLength: nil)
        let coded = ResponseHead(status: 200, headers: ["Transfer-Encoding": "gzip"], contentLength: nil)
        #expect(!closing.endIsMarked && chunked.endIsMarked && !coded.endIsMarked)
        #expect(ResponseHead(status: 200, headers: [:], contentLength: 0).endIsMarked)
    }
}

@Suite struct ConnectionSlotsTests {
    @Test func `slots are given out in order, and to each origin its own`() {
        var slots = ConnectionSlots<Int>(limit: 2)
        let claims = [("a", 1), ("a", 2), ("a", 3), ("a", 4), ("a", 5), ("b", 6)].map { slots.claim($0, for: $1) }
        #expect(claims == [true, true, false, false, false, true])
        let withdrawn = [slots.withdraw(4, from: "a"), slots.withdraw(1, from: "a")]
        #expect(withdrawn == [true, false])
        let next = (0..<3).map { _ in slots.release("a") }
        #expect(next == [3, 5, nil])
        let later = [slots.claim("a", for: 7), slots.claim("a", for: 8)]
        #expect(later == [true, false])
    }
}
