import Foundation

/// One download whose bytes go to a ``DownloadSink`` as they arrive.
package struct DownloadRequest: Sendable {
    /// Used to the letter: a signed URL does not survive re-encoding.
    package var url: URL
    /// `Range`, `If-Match` and the like; never credentials: a request with `Authorization`, `Proxy-Authorization` or
    /// `Cookie` is refused.
    package var headers: HTTPHeaders
    package var hosts: HostPolicy
    /// No byte for this long, once there is a connection and while the sink takes bytes, is a stall.
    package var stallTimeout: Duration
    /// Fewer bytes a second than this, over the same time, are too slow. Nothing that brings bytes is with `nil`.
    package var leastBytesPerSecond: Int?

    package init(
        url: URL,
        headers: HTTPHeaders = [:],
        hosts: HostPolicy,
        stallTimeout: Duration = .seconds(30),
        leastBytesPerSecond: Int? = nil
    ) {
        self.url = url
        self.headers = headers
        self.hosts = hosts
        self.stallTimeout = stallTimeout
        self.leastBytesPerSecond = leastBytesPerSecond
    }
}

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

/// Where a download's bytes go. Every call comes from a thread of the engine's, one at a time for one download: a sink
/// must not wait for anything slower than a write to the page cache.
package protocol DownloadSink: AnyObject, Sendable {
    /// The final answer begins. Where the verdict is `.pause`, no byte is delivered until `resumption` is resumed.
    func begin(_ head: ResponseHead, resumption: Resumption) -> SinkVerdict
    /// The next bytes of the body, valid during the call only. A verdict of `.pause` means that they were not taken:
    /// they are delivered again after `resumption` is resumed.
    func receive(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict
}

/// What a sink says to bytes.
package enum SinkVerdict: Sendable {
    case proceed
    case pause
    /// Ends the download with ``TransferError/Code-swift.enum/unwanted``.
    case refuse
}

/// Lets a paused download go on. May be resumed from any thread, more than once, also after the download has ended.
package struct Resumption: Sendable {
    private let action: @Sendable () -> Void

    package init(_ action: @escaping @Sendable () -> Void) {
        self.action = action
    }

    package func resume() { action() }
}
