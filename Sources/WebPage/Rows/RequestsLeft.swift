import Recordings

/// The text about how many requests to the provider are left of the quota.
enum RequestsLeft {
    /// - Parameter status: the answer of `/api/v1/status`.
    /// - Returns: `nil` if the status has no figures for the organization.
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
