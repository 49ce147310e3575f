/// Limits that keep clients from exhausting the service.
package struct ServiceLimits: Sendable {
    /// The size of a request's body.
    package var bodyBytes = 64 << 10
    /// The size of all headers, and of a single one. The path counts as a header.
    package var headerBytes = 16 << 10
    package var headerFieldBytes = 8 << 10
    package var headerCount = 100
    /// The number of open connections. Further ones wait until one ends.
    package var connections = 1024
    /// The number of audio answers that are sent at once. Further ones wait.
    package var streams = 512
    /// How long a connection may have no request, or an incomplete one, before it is closed.
    package var idle = Duration.seconds(30)
    /// How long a client may read nothing of an answer before its connection is closed.
    package var stall = Duration.seconds(30)
    /// How long requests in progress may take to finish when the service stops.
    package var grace = Duration.seconds(30)

    package init() {}
}
