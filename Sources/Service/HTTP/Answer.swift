import HTTPTypes
import NIOCore

/// What a route answers.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: Body

    /// What follows the headers.
    enum Body: Sendable {
        case bytes([UInt8])
        /// Bytes that are produced while they are sent, and wait for whoever reads them.
        /// - Parameter length: how many there are; `nil` if that is not known.
        case stream(length: Int64?, @Sendable (inout AnswerWriter) async throws -> Void)
    }

    init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = HTTPFields(), body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON.
    /// - Throws: what the value throws when it encodes itself.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Answer {
        Answer(status, headers: [.contentType: JSONBody.mediaType], body: .bytes(try JSONBody.bytes(value)))
    }

    /// Text, or whatever `mediaType` says.
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

/// Where an answer's bytes go. Writing waits until whoever reads them has room.
struct AnswerWriter {
    private let send: (ByteBuffer) async throws -> Void
    /// How many bytes were written.
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
