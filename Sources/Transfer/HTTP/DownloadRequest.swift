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
