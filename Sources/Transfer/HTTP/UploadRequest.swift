import Foundation

/// One request whose body is sent out of a file or out of memory, in constant memory.
package struct UploadRequest: Sendable {
    /// What is sent.
    package enum Body: Sendable {
        case bytes(Data)
        /// The bytes of a file in `range`.
        case file(path: String, range: Range<Int64>)

        /// How many bytes it has.
        package var byteCount: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .file(_, let range): range.upperBound - range.lowerBound
            }
        }
    }

    package var method: HTTPRequest.Method
    /// Used exactly as given.
    package var url: URL
    /// With `Expect: 100-continue`, a body waits up to a second for the server's consent.
    package var headers: HTTPHeaders
    package var body: Body
    /// If the server takes no byte for this long, once there is a connection, the upload has stalled.
    package var stallTimeout: Duration
    /// How long the server may be silent once it has everything.
    package var answerTimeout: Duration
    /// A longer answer is an error.
    package var maximumResponseBytes: Int
    /// Shared by uploads that go out together; `nil`: as fast as it goes.
    package var limiter: UploadLimiter?

    package init(
        _ method: HTTPRequest.Method,
        _ url: URL,
        headers: HTTPHeaders = [:],
        body: Body,
        stallTimeout: Duration = .seconds(60),
        answerTimeout: Duration = .seconds(300),
        maximumResponseBytes: Int = 1 << 20,
        limiter: UploadLimiter? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.stallTimeout = stallTimeout
        self.answerTimeout = answerTimeout
        self.maximumResponseBytes = maximumResponseBytes
        self.limiter = limiter
    }
}
