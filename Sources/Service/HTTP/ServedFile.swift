import Files
import HTTPTypes
import NIOCore

/// A file that is given out as it is, or a part of it.
struct ServedFile: Sendable {
    let source: any ByteSource
    let mediaType: String
    /// What browsers save it as.
    let name: String
    /// Its entity tag, with its quotation marks.
    let tag: String

    private static let chunkBytes = 128 << 10

    /// The answer to a request for it, by its `Range`.
    /// - Throws: a ``Problem`` with status 416.
    func answer(_ inquiry: Inquiry) throws(Problem) -> Answer {
        var headers: HTTPFields = [
            .contentType: mediaType, .eTag: tag, .acceptRanges: "bytes",
            .contentDisposition: "attachment; filename=\"\(name)\"", .cacheControl: "private, no-cache",
        ]
        if inquiry.method != .head, inquiry.headers[.ifNoneMatch] == tag {
            return Answer(.notModified, headers: headers)
        }
        let size = source.byteCount
        let isOfThisState = inquiry.headers[.ifRange].map { $0 == tag } ?? true
        var (status, part) = (HTTPResponse.Status.ok, 0..<size)
        switch inquiry.method == .head || !isOfThisState ? .whole : ByteRange(inquiry.headers[.range], size: size) {
        case .whole: break
        case .part(let bytes):
            (status, part) = (.partialContent, bytes)
            headers[.contentRange] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(size)"
        case .unsatisfiable:
            throw Problem(
                .rangeNotSatisfiable,
                "range_not_satisfiable",
                "the file has \(size) bytes",
                headers: [.contentRange: "bytes */\(size)"]
            )
        }
        return Answer(status, headers: headers, body: .stream(length: Int64(part.count), send(part)))
    }

    private func send(_ part: Range<Int64>) -> @Sendable (inout AnswerWriter) async throws -> Void {
        let source = source
        return { writer in
            var place = part.lowerBound
            while place < part.upperBound {
                let range = place..<min(place + Int64(Self.chunkBytes), part.upperBound)
                let buffer = try await BlockingWork.run { _ throws(ArchiveError) in
                    try ByteBuffer.read(source, range)
                }
                try await writer.write(buffer)
                place = range.upperBound
            }
        }
    }
}

extension ByteBuffer {
    /// The bytes of a range. Blocks.
    /// - Throws: `ArchiveError`, with code `damaged` if the source ends before it.
    static func read(_ source: any ByteSource, _ range: Range<Int64>) throws(ArchiveError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: range.count)
        var result = Result<Int, ArchiveError>.success(0)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { bytes in
            let space = UnsafeMutableRawBufferPointer(rebasing: bytes[..<range.count])
            result = Result { () throws(ArchiveError) in try source.read(into: space, at: range.lowerBound) }
            return (try? result.get()) ?? 0
        }
        guard try result.get() == range.count else {
            throw .damaged("\(source.name) ends too early", path: source.name)
        }
        return buffer
    }
}
