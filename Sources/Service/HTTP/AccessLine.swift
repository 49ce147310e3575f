/// What is noted of each request: who asked for which kind of thing, and what came of it. No path, no query, no number.
package struct AccessLine: Sendable {
    package let method: String
    /// The name of the key; `-` for nobody.
    package var who = "-"
    /// The pattern of the route: `/api/v1/calls/{organization}/{task_id}`; `-` if there is none.
    package var route = "-"
    package var status = 0
    /// How many bytes of the body were sent.
    package var bytes: Int64 = 0
    /// Whether the answer ended before all of it was sent.
    package var isCutShort = false
    private let begin: ContinuousClock.Instant

    init(method: String, begin: ContinuousClock.Instant) {
        // A method is whatever the request calls it.
        self.method = method.utf8.count <= 16 ? method : "-"
        self.begin = begin
    }

    /// How long it has taken so far, in milliseconds.
    package var milliseconds: Int64 {
        let duration = begin.duration(to: .now)
        return duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    }
}
