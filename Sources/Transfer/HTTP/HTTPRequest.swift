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

/// Whoever can carry an ``HTTPRequest`` out: the engine, or a script of answers in a test.
package protocol HTTPExchange: Sendable {
    /// Sends `request` once; does not retry.
    /// - Throws: ``TransferError`` where no complete answer arrived. A status of 400 or above is an answer.
    func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse
}
