import Recordings

/// What an anchor has seen of the evidence log, in words.
struct AnchorRow {
    let values: [String: Any]

    /// - Parameter line: a member of an organization's `anchors` in `/api/v1/status`.
    init(_ line: JSONValue, _ desk: Desk) {
        let seen = line.time("seen_time")
        let text = seen.map { time in
            desk.words(
                "anchor_has_seen",
                ["time": desk.shown.moment(time), "n": Shown.number(line.count("size"))]
            )
        }
        values = [
            "name": line.text("name") ?? "", "kind": desk.words.code("anchor_kind", line.text("kind") ?? ""),
            "text": text ?? desk.words("anchor_has_seen_none"),
        ]
    }

    /// The anchors of an organization.
    static func all(of organization: String, _ desk: Desk) async throws -> [[String: Any]] {
        let lines = try await desk.get("/api/v1/status").list("organizations")
        let own = lines.first { $0.text("organization") == organization }
        return (own?.list("anchors") ?? []).map { AnchorRow($0, desk).values }
    }
}
