import Foundation

/// The final answer's status and header fields, redirects left behind.
package struct ResponseHead: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    /// What `Content-Length` says of this body, in bytes; `nil` for a chunked one.
    package var contentLength: Int64?

    /// Whether the answer says where its body ends. Where it does not (a server of HTTP/1.0's kind, which ends a body by
    /// closing the connection), a body that was cut short cannot be told from a whole one.
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
