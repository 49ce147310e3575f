import Foundation

/// The status and header fields of the final answer, after redirects.
package struct ResponseHead: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    /// The `Content-Length` of this body, in bytes; `nil` for a chunked one.
    package var contentLength: Int64?

    /// Whether the answer marks the end of its body. If it does not (as with HTTP/1.0, where closing the connection
    /// ends a body), a truncated body cannot be distinguished from a complete one.
    package var endIsMarked: Bool {
        if contentLength != nil || status == 204 || status == 304 { return true }
        let codings = headers.values("Transfer-Encoding").joined(separator: ",").lowercased()
        return codings.split(separator: ",").last?.trimmingCharacters(in: .whitespaces) == "chunked"
    }

    package init(status: Int, headers: HTTPHeaders, contentLength: Int64?) {
        self.status = status
        self.headers = headers
        self.contentLength = contentLength
    }
}
