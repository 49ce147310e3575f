import Recordings

/// A gap as a row shows it: in words.
struct GapRow {
    /// How much a gap presses, the most first.
    enum Urgency: String, CaseIterable {
        case damaged, missing, pending, explained
    }

    let values: [String: Any]
    let urgency: Urgency

    /// - Parameter gap: a line of `/api/v1/gaps`.
    init(_ gap: JSONValue, _ desk: Desk) {
        let (words, shown) = (desk.words, desk.shown)
        let reason = gap.text("reason") ?? ""
        let explanation = gap.member("explanation")
        urgency =
            switch reason {
            case _ where explanation?.isObject == true: .explained
            case "damaged", "lost", "damaged_at_provider": .damaged
            case "not_asked_yet", "not_yet_available": .pending
            default: .missing
            }
        let created = gap.time("created_time")
        let who = [gap.text("agent"), gap.text("queue")].compactMap(\.self).joined(separator: ", ")
        let what = gap.number("duration_ms").map { words("gap_call_of", ["length": shown.duration($0)]) }
        let title = words(
            gap.text("recording_id") == nil ? "gap_no_recording" : "gap_one_recording",
            [
                "call": what ?? words("gap_call"), "time": created.map(shown.moment) ?? "—",
                "who": who.isEmpty ? "" : " (\(who))",
            ]
        )
        let file = gap.text("call_type").map { words.code("call_type", $0) }
        var values: [String: Any] = [
            "href": CallRow.path(gap), "task": gap.text("task_id") ?? "",
            "organization": gap.text("organization") ?? "", "day": gap.text("day") ?? "", "title": title,
            "reason": words.code("gap", reason),
            "evidence": Self.evidence(gap, desk), "isExplained": urgency == .explained,
            "mark": urgency == .pending ? "wait" : urgency == .explained ? "none" : "bad",
        ]
        values["detail"] = gap.text("detail")?.asSentence
        values["part"] = gap.isTrue("segment") ? file.map { words("segment_of", ["type": $0]) } : file
        if let explanation, explanation.isObject {
            values["explanation"] = words.code("explanation", explanation.text("reason") ?? "")
            values["note"] = explanation.text("note")
            values["author"] = explanation.text("author")
            values["explained"] = desk.moment(explanation.time("time"))
        }
        self.values = values
    }

    /// What proves the gap, in one sentence.
    private static func evidence(_ gap: JSONValue, _ desk: Desk) -> String {
        let (words, shown) = (desk.words, desk.shown)
        guard let evidence = gap.member("evidence") else { return "" }
        var parts: [String] = []
        let asks = evidence.count("asks")
        if asks > 0 {
            let last = evidence.time("last_asked_time").map(shown.distance) ?? "—"
            parts.append(words.count("evidence_asked", asks, ["last": last]))
        }
        let attempts = evidence.count("attempts")
        if attempts > 0 { parts.append(words.count("evidence_attempts", attempts)) }
        if let damage = evidence.text("damage")?.withoutCodeMarks {
            let found = evidence.time("damage_found_time").map(shown.moment) ?? "—"
            parts.append(words("evidence_damage", ["damage": damage, "time": found]))
        }
        if let next = evidence.time("next_ask_time") {
            let isDue = next <= desk.visit.now
            parts.append(isDue ? words("evidence_next_due") : words("evidence_next", ["time": shown.moment(next)]))
        }
        if let id = evidence.text("tracking_id") { parts.append(words("evidence_tracking", ["id": id])) }
        return parts.isEmpty ? words("evidence_none") : parts.joined(separator: " ")
    }
}
