/// What people find a call by: who spoke, for which queue, from and to which number, how long, and how it ended.
///
/// It is always made from the provider's own JSON, which the daily archive keeps, so a rebuilt manifest has the same.
/// Whatever is unknown, or empty, is `nil`.
package struct CallFacts: Hashable, Sendable {
    /// The last agent of the call.
    package var agent: Party?
    /// Earlier agents, and others who took part in the call, as far as the provider names them; never the last one.
    package var otherAgents: [Party]
    /// The call's last queue.
    package var queue: Party?
    package var site: Party?
    package var team: Party?
    /// Where the call came from (ANI), as the provider writes it.
    package var origin: String?
    /// What was called (DNIS).
    package var destination: String?
    /// `inbound`, `outbound` (a campaign), `outdial` (an agent).
    package var direction: String?
    /// From the task's creation to its end.
    package var durationMilliseconds: Int64?
    /// What the agent said the call was about.
    package var wrapUp: String?
    /// How it ended, such as `normal` or `abandoned`.
    package var termination: String?

    package init(
        agent: Party? = nil,
        otherAgents: [Party] = [],
        queue: Party? = nil,
        site: Party? = nil,
        team: Party? = nil,
        origin: String? = nil,
        destination: String? = nil,
        direction: String? = nil,
        durationMilliseconds: Int64? = nil,
        wrapUp: String? = nil,
        termination: String? = nil
    ) {
        self.agent = agent
        self.otherAgents = Self.distinct(otherAgents, besides: agent)
        self.queue = queue
        self.site = site
        self.team = team
        self.origin = Self.kept(origin)
        self.destination = Self.kept(destination)
        self.direction = Self.kept(direction)
        self.durationMilliseconds = durationMilliseconds.flatMap { Self.plausibleDurations.contains($0) ? $0 : nil }
        self.wrapUp = Self.kept(wrapUp)
        self.termination = Self.kept(termination)
    }

    /// Someone or something that the provider names by an identifier, by a name, or by both.
    package struct Party: Hashable, Sendable, Codable {
        package let id: String?
        package let name: String?

        /// - Returns: `nil` if there is neither an identifier nor a name.
        package init?(id: String?, name: String?) {
            self.id = CallFacts.kept(id)
            self.name = CallFacts.kept(name)
            if self.id == nil, self.name == nil { return nil }
        }

        /// Whether both are the same: by their identifiers if both have one, otherwise by their names.
        fileprivate func isSame(as other: Party?) -> Bool {
            guard let other else { return false }
            guard let id, let otherID = other.id else { return name != nil && name == other.name }
            return id == otherID
        }
    }

    /// These facts of the task list, replaced by those of Search where Search has them; except the direction, for which
    /// Search has other words.
    package func overlaid(with others: CallFacts) -> CallFacts {
        CallFacts(
            agent: others.agent ?? agent,
            otherAgents: otherAgents + others.otherAgents + [agent].compactMap(\.self),
            queue: others.queue ?? queue,
            site: others.site ?? site,
            team: others.team ?? team,
            origin: others.origin ?? origin,
            destination: others.destination ?? destination,
            direction: direction ?? others.direction,
            durationMilliseconds: others.durationMilliseconds ?? durationMilliseconds,
            wrapUp: others.wrapUp ?? wrapUp,
            termination: others.termination ?? termination
        )
    }

    /// Every agent of the call, the last one first.
    package var agents: [Party] { [agent].compactMap(\.self) + otherAgents }

    /// Adds agents to the others.
    package mutating func add(_ agents: [Party]) {
        otherAgents = Self.distinct(otherAgents + agents, besides: agent)
    }

    /// Each of these agents once, in an order of its own, without `last`.
    private static func distinct(_ agents: [Party], besides last: Party?) -> [Party] {
        var distinct: [Party] = []
        for agent in agents where !agent.isSame(as: last) && !distinct.contains(where: agent.isSame) {
            distinct.append(agent)
        }
        return distinct.sorted { ($0.name ?? "", $0.id ?? "") < ($1.name ?? "", $1.id ?? "") }
    }

    /// The number of the customer: where the call came from, or what was called if our side called.
    package var customerNumber: String? { Self.isOutgoing(direction) ? destination : origin }

    /// Whether our side called: then the customer's number is the destination, otherwise the origin.
    package static func isOutgoing(_ direction: String?) -> Bool {
        ["outbound", "outdial"].contains(direction?.lowercased())
    }

    /// Up to a year; no call is longer.
    private static let plausibleDurations: ClosedRange<Int64> = 0...31_622_400_000
    /// A provider's text may have any length; the archive has all of it.
    private static let longestText = 256

    /// The provider also writes empty strings for nothing (wxcc-api 5).
    private static func kept(_ text: String?) -> String? {
        guard let text = text?.withoutNUL, !text.isEmpty else { return nil }
        // One character may have any number of marks.
        return text.utf8.count > longestText ? String(text.unicodeScalars.prefix(longestText)) : text
    }
}
