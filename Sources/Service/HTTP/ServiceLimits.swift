/// How much of everything the service takes on at once.
package struct ServiceLimits: Sendable {
    /// The longest body of a request.
    package var bodyBytes = 64 << 10
    /// The longest header, and the longest line of one; the path is one too.
    package var headerBytes = 16 << 10
    package var headerFieldBytes = 8 << 10
    package var headerCount = 100
    /// Open connections. More wait until one ends.
    package var connections = 1024
    /// Answers with audio that are under way at once.
    package var streams = 512
    /// A connection without a request, or with one that does not come to its end, is closed after this.
    package var idle = Duration.seconds(30)
    /// The same for a client that takes nothing of what is sent.
    package var stall = Duration.seconds(30)
    /// What is under way has so long to end once the service is to stop.
    package var grace = Duration.seconds(30)

    package init() {}
}
