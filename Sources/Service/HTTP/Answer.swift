import HTTPTypes
import NIOCore

/// A route's answer.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: Body

    /// The body of an answer.
    enum Body: Sendable {
        case bytes([UInt8])
        /// Bytes that are produced while they are sent, no faster than the client reads them.
        /// - Parameter length: the number of bytes; `nil` if it is not known.
        case stream(length: Int64?, @Sendable (inout AnswerWriter) async throws -> Void)
    }

    init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = HTTPFields(), body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with a value as JSON.
    /// - Throws: errors of encoding the value.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Answer {
        Answer(status, headers: [.contentType: JSONBody.mediaType], body: .bytes(try JSONBody.bytes(value)))
    }

    /// An answer with text of this media type.
    static func text(_ text: String, mediaType: String = "text/plain; charset=utf-8") -> Answer {
        Answer(headers: [.contentType: mediaType], body: .bytes(Array(text.utf8)))
    }

    init(_ problem: Problem) {
        var headers = problem.headers
        headers[.contentType] = Problem.mediaType
        if problem.endsConnection { headers[.connection] = "close" }
        self.init(problem.status, headers: headers, body: .bytes(problem.body))
    }
}

/// Sends the bytes of an answer's body. A write waits until the client has room for more.
struct AnswerWriter {
    private let send: (ByteBuffer) async throws -> Void
    /// The number of bytes written so far.
    private(set) var count: Int64 = 0

    init(_ send: @escaping (ByteBuffer) async throws -> Void) {
        self.send = send
    }

    /// - Throws: if the connection has ended.
    mutating func write(_ buffer: ByteBuffer) async throws {
        count += Int64(buffer.readableBytes)
        try await send(buffer)
    }

    /// - Throws: if the connection has ended.
    mutating func write(_ bytes: [UInt8]) async throws { try await write(ByteBuffer(bytes: bytes)) }
}
