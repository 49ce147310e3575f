import Foundation
import Recordings

/// One call: its recordings on a time line, the facts, what proves it, and what happened to it.
struct CallView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }
    /// The codecs that browsers play out of a WAV file. Others are offered for download, with the reason.
    private static let played: Set<String> = ["pcm", "mulaw", "alaw", "mp3", "ogg", "opus", "flac", "aac", "float"]

    func made() async throws -> View {
        let organization = desk.visit.values["organization"] ?? ""
        let task = desk.visit.values["task_id"] ?? ""
        let api = "/api/v1/calls/\(organization.percentEncoded)/\(task.percentEncoded)"
        let call = try await desk.get(api)
        let recordings = call.list("recordings")
        let row = CallRow(call, desk).values
        let agents = call.list("agents").compactMap { $0.text("name") ?? $0.text("id") }
        let customer = row["customer"] as? String ?? ""
        let title =
            agents.isEmpty
            ? words("call_title_alone", ["customer": customer])
            : words("call_title", ["customer": customer, "agent": agents.joined(separator: ", ")])
        let day = call.day("day")
        let audio = recordings.filter { $0.text("kind") != "transcription" }.sorted(by: isBefore)
        let texts = recordings.filter { $0.text("kind") == "transcription" }
        let held = recordings.filter { $0.text("sha256") != nil }
        let order = Dictionary(audio.enumerated().map { ($1.text("file") ?? "", $0) }) { first, _ in first }
        let lanes = lanes(audio, api, call)
        let cases = desk.visit.person.mayListen ? try await caseNames() : nil
        return View(
            template: "call",
            title: title,
            script: "call.js",
            values: desk.values([
                "api": api, "title": title, "state": row["state"], "mark": row["mark"],
                "day": day.map { ["href": "/days/\(organization)/\($0)", "text": shown.long($0)] },
                "lead": lead(call), "task": task, "organization": organization,
                "zone": desk.visit.timeZone.name,
                "begin": audio.compactMap { $0.time("start_time") }.min()?.millisecondsSince1970.description,
                "lanes": lanes, "hasLanes": !audio.isEmpty,
                "texts": texts.map { text($0, api) }, "hasTexts": !texts.isEmpty,
                "gap": gap(call.member("gap"), try await GapLimits.of(organization, desk)),
                "facts": facts(call, recordings.first),
                "kept": held.sorted { order[$0.text("file") ?? ""] ?? .max < order[$1.text("file") ?? ""] ?? .max }.map
                { kept($0, lanes) }, "hasKept": !held.isEmpty,
                "since": held.isEmpty ? nil : words.count("bytes_kept", held.count),
                "cases": cases, "hasCases": cases != nil,
                "audit": desk.visit.person.mayAudit
                    ? "/evidence?organization=\(organization.percentEncoded)&task=\(task.percentEncoded)#audit-title"
                    : nil,
                "history": history(call), "hasHistory": !call.list("history").isEmpty,
            ])
        )
    }

    private func lead(_ call: JSONValue) -> String {
        var parts: [String] = []
        if let begin = call.time("created_time") {
            let end = call.number("duration_ms").map { begin + .milliseconds($0) }
            let span = [shown.clock(begin, seconds: true), end.map { shown.clock($0, seconds: true) }].compactMap(
                \.self
            )
            parts.append("\(span.joined(separator: "–")) (\(desk.visit.timeZone.name))")
        }
        if let length = call.number("duration_ms") { parts.append(shown.duration(length)) }
        if let direction = call.text("direction") { parts.append(words.code("direction", direction)) }
        if let queue = call.text("queue") { parts.append(queue) }
        if let outcome = call.text("outcome") { parts.append(words.code("call_outcome", outcome)) }
        return parts.joined(separator: " · ")
    }

    /// The main recording first, then by their beginnings.
    private func isBefore(_ one: JSONValue, _ other: JSONValue) -> Bool {
        func key(_ line: JSONValue) -> (Int, Int, String) {
            (
                line.text("call_type") == "main" ? 0 : 1, line.isTrue("segment") ? 1 : 0,
                line.text("start_time") ?? ""
            )
        }
        return key(one) < key(other)
    }

    /// The cases that the call can be added to; `nil` if the service has none.
    private func caseNames() async throws -> [String]? {
        do {
            return try await desk.get("/api/v1/cases", ["limit": "1000"]).list("cases").compactMap { $0.text("name") }
        } catch let problem as PageProblem where problem.status == 404 {
            return nil
        }
    }

    // MARK: The time line

    private func lanes(_ recordings: [JSONValue], _ api: String, _ call: JSONValue) -> [[String: Any]] {
        var numbers: [String: Int] = [:]
        let totals = Dictionary(grouping: recordings, by: label).mapValues(\.count)
        return recordings.map { line in
            let label = label(line)
            numbers[label, default: 0] += 1
            let name = totals[label] ?? 1 > 1 ? "\(label) \(numbers[label] ?? 1)" : label
            let audio = line.member("audio")
            let codec = audio?.text("codec")
            let isHeld = line.text("sha256") != nil && line.text("state") != "damaged"
            let isPlayed = isHeld && (codec.map(Self.played.contains) ?? true)
            let file = line.text("file") ?? ""
            var values: [String: Any] = [
                "name": name, "file": file, "href": "\(api)/\(file.percentEncoded)", "isHeld": isHeld,
                "isPlayed": isPlayed && desk.visit.person.mayListen,
                "state": words.code("state", line.text("state") ?? ""), "mark": CallRow.mark(line.text("state") ?? ""),
                "channels": audio?.count("channels") ?? 1, "sha256": line.text("sha256") ?? "",
                "start": line.time("start_time")?.millisecondsSince1970.description ?? "",
                "duration": audio?.number("duration_ms")?.description ?? "",
                "about": about(line, audio), "kind": line.text("call_type") ?? "",
            ]
            if isHeld, !isPlayed, desk.visit.person.mayListen {
                values["unplayed"] = words("codec_unplayed", ["codec": codec ?? "?"])
            }
            if !isHeld { values["reason"] = line.text("reason")?.withoutCodeMarks ?? words("not_held_yet") }
            values["suspect"] = line.text("suspect")?.withoutCodeMarks
            values["time"] = desk.time(line.time("start_time")) { shown.clock($0, seconds: true) }
            return values
        }
    }

    private func label(_ line: JSONValue) -> String {
        let type = words.code("call_type", line.text("call_type") ?? "unknown")
        return line.isTrue("segment") ? words("segment_of", ["type": type]) : type
    }

    private func about(_ line: JSONValue, _ audio: JSONValue?) -> String {
        var parts: [String] = []
        if let length = audio?.number("duration_ms") { parts.append(shown.duration(length)) }
        if let bytes = line.number("bytes") { parts.append(Shown.bytes(bytes)) }
        if let codec = audio?.text("codec") { parts.append(words.code("codec", codec)) }
        return parts.joined(separator: ", ")
    }

    private func text(_ line: JSONValue, _ api: String) -> [String: Any] {
        let file = line.text("file") ?? ""
        return [
            "file": file, "href": "\(api)/\(file.percentEncoded)",
            "isHeld": line.text("sha256") != nil && desk.visit.person.mayListen,
            "state": words.code("state", line.text("state") ?? ""),
        ]
    }

    private func gap(_ gap: JSONValue?, _ limits: GapLimits?) -> [String: Any]? {
        guard let gap, gap.isObject else { return nil }
        return GapRow(gap, desk, limits).values
    }

    // MARK: At the side

    private func facts(_ call: JSONValue, _ recording: JSONValue?) -> [[String: Any]] {
        func fact(_ key: String, _ value: String?) -> [String: Any]? {
            value.map { ["name": words("fact_\(key)"), "value": $0] }
        }
        let agents = call.list("agents").compactMap { $0.text("name") ?? $0.text("id") }.joined(separator: ", ")
        return [
            fact("agents", agents.ifNotEmpty),
            fact("queue", call.text("queue")),
            fact("site", recording?.text("site")),
            fact("team", recording?.text("team")),
            fact("origin", call.text("origin")),
            fact("destination", call.text("destination")),
            fact("direction", call.text("direction").map { words.code("direction", $0) }),
            fact("length", call.number("duration_ms").map(shown.duration)),
            fact("outcome", call.text("outcome").map { words.code("call_outcome", $0) }),
            fact("wrap_up", recording?.text("wrap_up")),
            fact("termination", recording?.text("termination")),
            fact("task", call.text("task_id")),
        ].compactMap(\.self)
    }

    private func kept(_ line: JSONValue, _ lanes: [[String: Any]]) -> [String: Any] {
        let path = line.text("archive") ?? ""
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let file = line.text("file") ?? ""
        let lane = lanes.first { $0["file"] as? String == file }?["name"] as? String
        var values: [String: Any] = [
            "file": file, "sha256": line.text("sha256") ?? "", "name": lane ?? words("transcript"),
            "archive": words("in_archive", ["archive": name]),
            "state": words.code("state", line.text("state") ?? ""), "mark": CallRow.mark(line.text("state") ?? ""),
            "bytes": line.number("bytes").map(Shown.bytes) ?? "",
        ]
        values["places"] = Copies.text(line.member("copies"), words)
        return values
    }

    private func history(_ call: JSONValue) -> [[String: Any]] {
        call.list("history").reversed().map { event in
            var values: [String: Any] = ["text": words.code("event", event.text("kind") ?? "")]
            values["time"] = desk.moment(event.time("time"))
            values["actor"] = event.member("actor")?.text("name")
            values["reason"] = event.member("detail")?.text("reason") ?? event.member("detail")?.text("note")
            return values
        }
    }
}
