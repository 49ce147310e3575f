import Foundation

/// One download whose bytes go to a ``DownloadSink`` as they arrive.
package struct DownloadRequest: Sendable {
    /// Used exactly as given: a signed URL does not survive re-encoding.
    package var url: URL
    /// `Range`, `If-Match` and the like; no credentials if redirects are followed: a request with `Authorization`,
    /// `Proxy-Authorization` or `Cookie` is refused.
    package var headers: HTTPHeaders
    /// If not, a redirect is the answer, so that credentials reach nobody but the server that they are for.
    package var followsRedirects = true
    package var hosts: HostPolicy
    /// If no byte arrives for this long, once there is a connection and while the sink takes bytes, the download has
    /// stalled.
    package var stallTimeout: Duration
    /// Fewer bytes per second than this, over the same time, are too slow. With `nil`, nothing that brings bytes is too
    /// slow.
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
