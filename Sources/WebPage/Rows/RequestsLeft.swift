import Recordings

/// What is left of the quota of requests to the provider, in words.
enum RequestsLeft {
    /// - Parameter status: the answer of `/api/v1/status`.
    /// - Returns: `nil` if it says nothing about the organization.
    static func text(_ status: JSONValue, _ organization: String, _ desk: Desk) -> String? {
        guard let line = status.list("requests").first(where: { $0.text("organization") == organization }) else {
            return nil
        }
        if let seconds = line.number("paused_seconds") {
            return desk.words("requests_paused", ["time": desk.shown.duration(seconds * 1000)])
        }
        let figures = ["left": Shown.number(line.count("left")), "all": Shown.number(line.count("per_minute"))]
        return desk.words("requests_left", figures)
    }
}
