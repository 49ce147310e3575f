import Archiver
import Foundation
import Manifest
import Recordings
import Settings

/// `{"type":"gap", …}`: something that should exist and is not held; with what is known of the call, whoever looks into it
/// knows whom to ask.
struct GapLine: Encodable {
    let type = "gap"
    private let gap: Gap
    private let call: KnownCall?

    init(_ gap: Gap, call: KnownCall? = nil) {
        self.gap = gap
        self.call = call
    }

    enum CodingKeys: String, CodingKey {
        case type, organization, day, reason, detail, archive, segment, evidence, explanation
        case taskID = "task_id"
        case recordingID = "recording_id"
        case callType = "call_type"
        case createdTime = "created_time"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(gap.taskID, forKey: .taskID)
        try line.encode(gap.organization, forKey: .organization)
        try line.encode(gap.day, forKey: .day)
        try line.encode(gap.createdTime.description, forKey: .createdTime)
        try line.encode(gap.reason, forKey: .reason)
        try line.encodeIfPresent(gap.detail, forKey: .detail)
        try line.encodeIfPresent(gap.archive?.description, forKey: .archive)
        try line.encodeIfPresent(gap.recording?.recordingID, forKey: .recordingID)
        try line.encodeIfPresent(gap.recording?.callType, forKey: .callType)
        try line.encodeIfPresent(gap.recording?.isSegment, forKey: .segment)
        try line.encode(Evidence(gap.evidence), forKey: .evidence)
        try line.encodeIfPresent(gap.explanation.map(Explanation.init), forKey: .explanation)
        if let call { try CallFields(call, unknownAsNull: false).encode(to: encoder) }
    }

    private struct Evidence: Encodable {
        var firstAsked: String?
        var lastAsked: String?
        var asks: Int?
        var found: Int?
        var attempts: Int?
        var trackingID: String?
        /// From when on the next pass asks again; absent if none does.
        var nextAsk: String?
        var damage: String?
        var damageFound: String?

        init(_ evidence: GapEvidence) {
            firstAsked = evidence.firstAsked?.description
            lastAsked = evidence.lastAsked?.description
            asks = evidence.asks
            found = evidence.found
            attempts = evidence.attempts
            trackingID = evidence.trackingID
            nextAsk = evidence.nextAsk?.description
            damage = evidence.damage
            damageFound = evidence.damageFound?.description
        }

        enum CodingKeys: String, CodingKey {
            case asks, found, attempts, damage
            case damageFound = "damage_found_time"
            case firstAsked = "first_asked_time"
            case lastAsked = "last_asked_time"
            case trackingID = "tracking_id"
            case nextAsk = "next_ask_time"
        }
    }

    private struct Explanation: Encodable {
        var reason: ExplanationReason
        var note: String
        var author: String
        var authorUID: UInt32?
        var authorClaims: [String: String]?
        var time: String

        init(_ explanation: GapExplanation) {
            reason = explanation.reason
            note = explanation.note
            author = explanation.author
            authorUID = explanation.authorUID
            authorClaims = explanation.authorClaims
            time = explanation.time.description
        }

        enum CodingKeys: String, CodingKey {
            case reason, note, author, time
            case authorUID = "author_uid"
            case authorClaims = "author_claims"
        }
    }
}

extension Gap {
    /// A line for people, whatever operators and the provider have written.
    func line(in timeZone: TimeZone) -> String {
        let place = recording.map { " \($0.recordingID)" } ?? ""
        let words = ownDetail.map { ": \($0)" } ?? ""
        let explained = explanation.map { "; explained: \($0.text(in: timeZone))" } ?? ""
        return VisibleText.escaped(
            "\(day)  \(organization)  \(taskID)\(place)  \(reason.words)\(words); "
                + "\(evidenceText(in: timeZone))\(explained)"
        )
    }

    /// Its detail, unless that is what the evidence says already.
    var ownDetail: String? { detail == evidence.damage ? nil : detail }

    /// What is known of it, for people: `damaged in acme-2025-11-20-001: its file is missing`.
    func evidenceText(in timeZone: TimeZone) -> String {
        guard wasHeld else {
            guard isPending, let next = evidence.nextAsk else { return evidence.text(in: timeZone) }
            return "\(evidence.text(in: timeZone)), asked again by the next pass after \(next.text(in: timeZone))"
        }
        let place = archive.map { " in \($0)" } ?? ""
        let found = evidence.damageFound.map { "found damaged\(place) on \($0.text(in: timeZone))" }
        let damage = "\(found ?? "damaged\(place)"): \(evidence.damage ?? "its bytes are changed or gone")"
        guard reason != .damaged else { return damage }
        // How often it was downloaded before it was damaged is no evidence.
        var asked = evidence
        asked.attempts = nil
        let text = asked.asks == nil ? "" : asked.text(in: timeZone)
        return text.isEmpty ? damage : "\(damage); \(text)"
    }
}

extension GapEvidence {
    /// What is known of it, for people.
    func text(in timeZone: TimeZone) -> String {
        var parts: [String] = []
        if let asks, asks > 0 {
            let times = asks == 1 ? "once" : "\(asks) times"
            let first = firstAsked.map { $0 == lastAsked ? "" : "\($0.text(in: timeZone)) to " } ?? ""
            let span = lastAsked.map { " (\(first)\($0.text(in: timeZone)))" } ?? ""
            let answer = (found ?? 0) == 0 ? "no recording" : Readable.count(found ?? 0, "recording")
            parts.append("asked \(times)\(span): the provider had \(answer)")
            if let trackingID { parts.append("tracking ID \(trackingID)") }
        } else if attempts == nil {
            parts.append("not asked about yet")
        }
        if let attempts { parts.append("\(Readable.count(attempts, "download attempt"))") }
        return parts.joined(separator: ", ")
    }
}

extension GapExplanation {
    /// For people.
    func text(in timeZone: TimeZone) -> String { "\(reason.words), by \(by), \(time.text(in: timeZone)): \(note)" }

    /// `ann (uid 1000)`, `root (uid 0; SUDO_USER claims ann)`, `uid 10001`.
    private var by: String {
        guard let authorUID else { return "\(author) (as the environment said; the account was not recorded)" }
        let number = "uid \(authorUID)"
        let claims = (authorClaims ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) claims \($0.value)" }
        let (name, details) = author == String(authorUID) ? (number, claims) : (author, [number] + claims)
        return details.isEmpty ? name : "\(name) (\(details.joined(separator: "; ")))"
    }
}
