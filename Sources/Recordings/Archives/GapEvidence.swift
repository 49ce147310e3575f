/// What proves a gap: what was asked, and what was answered.
package struct GapEvidence: Hashable, Sendable, Codable {
    /// When the provider was first asked about the task's captures; `nil` if it was not asked, or if the time is
    /// unknown.
    package var firstAsked: Timestamp?
    package var lastAsked: Timestamp?
    /// How many times it was asked.
    package var asks: Int?
    /// How many recordings the last answer had, usable or not.
    package var found: Int?
    /// The provider's name for its last answer, for a support case.
    package var trackingID: String?
    /// How many downloads of the recording were started.
    package var attempts: Int?
    /// What is wrong with the bytes of a recording that was held; `nil` if it was not.
    package var damage: String?
    /// When that was found; `nil` if only the current state of the disk shows it.
    package var damageFound: Timestamp?
    /// From when on the next pass asks again; `nil` if none does. It is a plan and no evidence, so no record has it.
    package var nextAsk: Timestamp?

    package init(
        firstAsked: Timestamp? = nil,
        lastAsked: Timestamp? = nil,
        asks: Int? = nil,
        found: Int? = nil,
        trackingID: String? = nil,
        attempts: Int? = nil,
        damage: String? = nil,
        damageFound: Timestamp? = nil,
        nextAsk: Timestamp? = nil
    ) {
        self.firstAsked = firstAsked
        self.lastAsked = lastAsked
        self.asks = asks
        self.found = found
        self.trackingID = trackingID
        self.attempts = attempts
        self.damage = damage
        self.damageFound = damageFound
        self.nextAsk = nextAsk
    }

    enum CodingKeys: String, CodingKey {
        case asks, found, attempts, damage
        case damageFound = "damage_found_time"
        case firstAsked = "first_asked_time"
        case lastAsked = "last_asked_time"
        case trackingID = "tracking_id"
    }
}
