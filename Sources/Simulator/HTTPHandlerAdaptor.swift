import FlyingFox
import FlyingSocks
import Foundation

/// Between FlyingFox, which speaks HTTP, and the provider, which answers.
struct HTTPHandlerAdaptor: HTTPHandler {
    /// How many bytes are made and written at once.
    private static let bufferSize = 1 << 18

    let provider: Provider

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        let request = try await Request(request)
        var (response, fault) = provider.answer(request)
        if case .shortened(let count) = fault { response.shorten(to: count) }
        if case .delay(let duration) = fault { try await provider.delay(duration) }
        let media = Provider.endpoint(of: request.path) == .media && response.status < 300
        let port = request.peerPort
        let bytes = BodyBytes(response: response, fault: fault) {
            port.map(OpenSocket.resetOnClose(peerPort:))
        } sent: { [provider] count in
            if media { provider.countMediaBytes(count) }
        }
        return HTTPResponse(
            statusCode: HTTPStatusCode(response.status, phrase: Self.phrase(response.status)),
            headers: Self.headers(response.headers),
            body: Self.sequence(bytes, fault)
        )
    }

    private static func sequence(_ bytes: BodyBytes, _ fault: Fault?) -> HTTPBodySequence {
        switch fault {
        case .chunked, .truncateChunked: break
        default:
            guard let count = bytes.response.byteCount else { break }
            return HTTPBodySequence(from: bytes, count: count, suggestedBufferSize: bufferSize)
        }
        return HTTPBodySequence(from: bytes, suggestedBufferSize: bufferSize)
    }

    private static func headers(_ headers: [(String, String)]) -> HTTPHeaders {
        headers.reduce(into: HTTPHeaders()) { $0.addValue($1.1, for: HTTPHeader($1.0)) }
    }

    private static func phrase(_ status: Int) -> String {
        phrases[status] ?? "Status \(status)"
    }

    private static let phrases = [
        200: "OK", 201: "Created", 204: "No Content", 206: "Partial Content", 207: "Multi-Status", 302: "Found",
        304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
        403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 412: "Precondition Failed",
        413: "Payload Too Large", 416: "Range Not Satisfiable", 422: "Unprocessable Content", 429: "Too Many Requests",
        500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]
}

extension Request {
    fileprivate init(_ request: HTTPRequest) async throws {
        let headers = request.headers.reduce(into: [String: String]()) { $0[$1.key.rawValue.lowercased()] = $1.value }
        var port: UInt16?
        if case .ip4(_, let peer) = request.remoteAddress { port = peer }
        self.init(
            method: request.method.rawValue,
            path: request.target.path(),
            query: request.target.query(),
            headers: headers,
            body: try await request.bodyData,
            peerPort: port
        )
    }
}

extension Response {
    /// Ends early and says so: the body has the length that `Content-Length` declares.
    fileprivate mutating func shorten(to count: Int) {
        switch body {
        case .bytes(let data): body = .bytes(data.prefix(count))
        case .sound(let reader, let range): body = .sound(reader, range.prefix(count))
        case .lines: break
        }
    }
}
