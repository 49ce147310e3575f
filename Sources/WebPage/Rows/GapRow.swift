import Recordings

/// A gap as a row shows it: in words.
struct GapRow {
    /// How much a gap presses, the most first.
    enum Urgency: String, CaseIterable {
        /// The provider deletes it soon.
        case purge
        /// Passes give it up soon.
        case horizon
        case damaged, missing, pending, explained
    }

    let values: [String: Any]
    let urgency: Urgency

    /// - Parameters:
    ///   - gap: a line of `/api/v1/gaps`.
    ///   - limits: how much time there is; `nil` if that is not known.
    init(_ gap: JSONValue, _ desk: Desk, _ limits: GapLimits?) {
        let (words, shown) = (desk.words, desk.shown)
        let reason = gap.text("reason") ?? ""
        let explanation = gap.member("explanation")
        let created = gap.time("created_time")
        let isExplained = explanation?.isObject == true
        urgency = isExplained ? .explained : Self.urgency(reason, created, desk.visit.now, limits)
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
            "evidence": Self.evidence(gap, desk, isExplained ? nil : limits), "isExplained": isExplained,
            "mark": isExplained ? "none" : Self.isPending(reason) ? "wait" : "bad",
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

    /// Reasons that say by themselves that the provider has nothing more.
    private static let gone = ["purged_upstream", "lost"]

    private static func isPending(_ reason: String) -> Bool { ["not_asked_yet", "not_yet_available"].contains(reason) }

    private static func urgency(
        _ reason: String,
        _ created: Timestamp?,
        _ now: Timestamp,
        _ limits: GapLimits?
    ) -> Urgency {
        if let created, let limits {
            if limits.isPurgedSoon(created, now) { return .purge }
            if isPending(reason), limits.isGivenUpSoon(created, now) { return .horizon }
        }
        if ["damaged", "lost", "damaged_at_provider"].contains(reason) { return .damaged }
        return isPending(reason) ? .pending : .missing
    }

    /// What proves the gap, in some sentences.
    /// - Parameter limits: `nil` if it does not matter how much time there is.
    private static func evidence(_ gap: JSONValue, _ desk: Desk, _ limits: GapLimits?) -> String {
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
        if parts.isEmpty { parts.append(words("evidence_none")) }
        if let limits, let created = gap.time("created_time"), !gone.contains(gap.text("reason") ?? "") {
            let purge = created + limits.retention
            let day = shown.short(ArchiveDay(purge, in: shown.timeZone))
            parts.append(
                purge > desk.visit.now ? words("evidence_kept", ["day": day]) : words("evidence_deleted", ["day": day])
            )
        }
        return parts.joined(separator: " ")
    }
}
