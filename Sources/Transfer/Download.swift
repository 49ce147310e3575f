import Foundation

/// One download whose bytes go to a ``DownloadSink`` as they arrive.
package struct DownloadRequest: Sendable {
    /// Used to the letter: a signed URL does not survive re-encoding.
    package var url: URL
    /// `Range`, `If-Match` and the like; never `Authorization`.
    package var headers: HTTPHeaders
    package var hosts: HostPolicy
    /// No byte for this long, while the sink takes bytes, is a stall.
    package var stallTimeout: Duration

    package init(url: URL, headers: HTTPHeaders = [:], hosts: HostPolicy, stallTimeout: Duration = .seconds(30)) {
        self.url = url
        self.headers = headers
        self.hosts = hosts
        self.stallTimeout = stallTimeout
    }
}

/// The final answer's status and header fields, redirects left behind.
package struct ResponseHead: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    /// What `Content-Length` says of this body; `nil` for a chunked one.
    package var contentLength: Int64?

    package init(status: Int, headers: HTTPHeaders, contentLength: Int64?) {
        self.status = status
        self.headers = headers
        self.contentLength = contentLength
    }
}

/// Where a download's bytes go. Every call comes from the engine's own thread, one at a time for one download: a sink
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

/// Which hosts and schemes a download may be asked of, redirects included: https of any host, or of those listed; plain
/// http only of loopback addresses (interface.md, `downloads.allowed_hosts`).
package struct HostPolicy: Sendable, Hashable {
    /// Host names, compared without case; `*.example.com` stands for every host below `example.com`. Empty: any.
    package var allowedHosts: [String]

    package init(allowedHosts: [String] = []) {
        self.allowedHosts = allowedHosts
    }
}
