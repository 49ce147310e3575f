import Manifest
import Recordings

/// `{"type":"gap", …}`: something that should exist and is not held. It includes what is known about the call, so that
/// a person who investigates knows whom to ask.
package struct GapLine: Encodable {
    let type = "gap"
    private let gap: Gap
    private let call: KnownCall?

    package init(_ gap: Gap, call: KnownCall? = nil) {
        self.gap = gap
        self.call = call
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, reason, detail, archive, segment, evidence, explanation
        case taskID = "task_id"
        case recordingID = "recording_id"
        case callType = "call_type"
        case createdTime = "created_time"
    }

    package func encode(to encoder: any Encoder) throws {
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
        /// The time from which the next pass asks again; absent if none does.
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
