import Foundation

/// One HTTP request whose body and answer fit in memory.
package struct HTTPRequest: Sendable {
    package var method: Method
    /// Used exactly as given.
    package var url: URL
    /// With `Accept-Encoding: gzip`, a compressed answer is decompressed; without it, none is requested.
    package var headers: HTTPHeaders
    package var body: Data?
    /// From the start of the connection to the last byte of the answer.
    package var totalTimeout: Duration
    /// A longer answer, counted after decompression, is an error, so that no mistake can fill the memory.
    package var maximumResponseBytes: Int
    /// Whether sending it a second time does no harm. libcurl does so by itself if a kept connection dies before an
    /// answer arrives, although the server may have carried out the request. So a request that must not be repeated
    /// gets a new connection.
    package var isRepeatable = true
    /// Whether the environment's proxies are used. Not for addresses that exist only on this machine's own network, such
    /// as a cloud's metadata service.
    package var usesProxies = true

    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
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

/// Something that can carry out an ``HTTPRequest``: the engine, or a script of answers in a test.
package protocol HTTPExchange: Sendable {
    /// Sends `request` once; does not retry.
    /// - Throws: ``TransferError`` if no complete answer arrived. A status of 400 or above is an answer.
    func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse
}
