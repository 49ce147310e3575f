import Files
import HTTPTypes
import NIOCore

/// A file that is given out as it is, or a part of it.
struct ServedFile: Sendable {
    let source: any ByteSource
    let mediaType: String
    /// What browsers save it as.
    let name: String
    let tag: EntityTag

    private static let chunkBytes = 128 << 10

    /// The answer to a request for it, by its conditions and its `Range`.
    /// - Throws: a ``Problem`` with status 412 or 416.
    func answer(_ inquiry: Inquiry) throws(Problem) -> Answer {
        var headers: HTTPFields = [
            .contentType: mediaType, .eTag: tag.text, .acceptRanges: "bytes",
            .contentDisposition: "attachment; filename=\"\(name)\"", .cacheControl: "private, no-cache",
        ]
        let size = source.byteCount
        switch try FilePart(inquiry, tag, size: size, noun: "file") {
        case .unchanged: return Answer(.notModified, headers: headers)
        case .whole: return Answer(headers: headers, body: .stream(length: size, send(0..<size)))
        case .part(let bytes):
            headers[.contentRange] = ByteRange.contentRange(bytes, size: size)
            let body = Answer.Body.stream(length: Int64(bytes.count), send(bytes))
            return Answer(.partialContent, headers: headers, body: body)
        }
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
