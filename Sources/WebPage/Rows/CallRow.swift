import Recordings

/// A call as a row shows it.
struct CallRow {
    let values: [String: Any]

    /// - Parameter call: a line of `/api/v1/calls`.
    init(_ call: JSONValue, _ desk: Desk) {
        let (words, shown) = (desk.words, desk.shown)
        let direction = call.text("direction") ?? ""
        let isOut = direction.hasPrefix("out")
        let agents = call.list("agents").compactMap { $0.text("name") ?? $0.text("id") }
        let (recordings, transcripts) = (call.count("recordings"), call.count("transcripts"))
        let created = call.time("created_time")
        let state = call.text("state") ?? "none"
        let parts = [
            recordings > 0 ? words.count("recordings", recordings) : nil,
            transcripts > 0 ? words.count("transcripts", transcripts) : nil,
        ].compactMap(\.self)
        var values: [String: Any] = [
            "href": Self.path(call), "api": "/api/v1\(Self.path(call))",
            "arrow": direction.isEmpty ? "·" : isOut ? "→" : "←",
            "direction": direction.isEmpty ? words("direction_unknown") : words.code("direction", direction),
            "customer": call.text(isOut ? "destination" : "origin") ?? words("number_unknown"),
            "agents": agents.isEmpty ? "—" : agents.joined(separator: ", "), "queue": call.text("queue") ?? "—",
            "length": call.number("duration_ms").map(shown.duration) ?? "—",
            "parts": parts.isEmpty ? "—" : parts.joined(separator: ", "),
            "state": words.code("state", state), "mark": Self.mark(state), "hasAudio": recordings > 0,
        ]
        values["time"] = desk.time(created) { "\(shown.short(ArchiveDay($0, in: shown.timeZone))) \(shown.clock($0))" }
        self.values = values
    }

    /// The path of a call's page; that of the API is the same below `/api/v1`.
    static func path(_ call: JSONValue) -> String {
        let organization = (call.text("organization") ?? "").percentEncoded
        return "/calls/\(organization)/\((call.text("task_id") ?? "").percentEncoded)"
    }

    /// The class of a state: what it looks like.
    static func mark(_ state: String) -> String {
        switch state {
        case "complete", "archived", "sound": "good"
        case "pending", "stored", "failed": "wait"
        case "missing", "damaged": "bad"
        default: "none"
        }
    }
}
