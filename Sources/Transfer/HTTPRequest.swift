import Foundation

/// One HTTP request whose body and answer fit in memory.
package struct HTTPRequest: Sendable {
    package var method: Method
    /// Used to the letter.
    package var url: URL
    /// With `Accept-Encoding: gzip`, a compressed answer is decompressed; without, none is asked for.
    package var headers: HTTPHeaders
    package var body: Data?
    /// From asking for the connection to the last byte of the answer.
    package var totalTimeout: Duration
    /// A longer answer, counted after decompression, is an error: nobody's mistake may fill the memory.
    package var maximumResponseBytes: Int
    /// Whether sending it a second time does no harm. libcurl does that by itself where a kept connection dies before an
    /// answer comes, although the server may have carried the request out; so that one that is not gets a connection of
    /// its own.
    package var isRepeatable = true

    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    package init(
        _ method: Method,
        _ url: URL,
        headers: HTTPHeaders = [:],
        body: Data? = nil,
        totalTimeout: Duration = .seconds(60),
        maximumResponseBytes: Int = 32 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.totalTimeout = totalTimeout
        self.maximumResponseBytes = maximumResponseBytes
    }
}

/// The answer to an ``HTTPRequest``, whatever its status.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    /// Decompressed where the server compressed it.
    package var body: Data

    package init(status: Int, headers: HTTPHeaders = [:], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Header fields in the order they came, looked up without regard to case (RFC 9110 section 5.1).
package struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// The first value of a field; setting replaces all its values.
    package subscript(name: String) -> String? {
        get { fields.first { Self.isSame($0.name, name) }?.value }
        set {
            fields.removeAll { Self.isSame($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// Whether two names are those of one field: they are ASCII, and Foundation's comparison of any language's letters
    /// costs more than the rest of reading an answer's head.
    static func isSame(_ lhs: String, _ rhs: String) -> Bool {
        lhs.utf8.count == rhs.utf8.count && zip(lhs.utf8, rhs.utf8).allSatisfy { lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// Whoever can carry an ``HTTPRequest`` out: the engine, or a script of answers in a test.
package protocol HTTPExchange: Sendable {
    /// Sends `request` once; does not retry.
    /// - Throws: ``TransferError`` where no complete answer arrived. A status of 400 or above is an answer.
    func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse
}
