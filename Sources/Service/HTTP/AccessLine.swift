/// The access log's line of a request: the key, the route and the outcome. It contains no path, no query and no phone
/// number.
package struct AccessLine: Sendable {
    package let method: String
    /// The name of the key; `-` if there is none.
    package var who = "-"
    /// The pattern of the route: `/api/v1/calls/{organization}/{task_id}`; `-` if there is none.
    package var route = "-"
    package var status = 0
    /// How many bytes of the body were sent.
    package var bytes: Int64 = 0
    /// Whether the answer ended early.
    package var isCutShort = false
    private let begin: ContinuousClock.Instant

    init(method: String, begin: ContinuousClock.Instant) {
        // HTTP allows any word as a method; a long one would fill the log.
        self.method = method.utf8.count <= 16 ? method : "-"
        self.begin = begin
    }

    /// The milliseconds that the request has taken so far.
    package var milliseconds: Int64 {
        let duration = begin.duration(to: .now)
        return duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    }
}
