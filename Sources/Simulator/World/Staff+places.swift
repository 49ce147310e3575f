/// The places of an organization's agents, and the entry points of its calls.
extension Staff {
    /// A team and the site that it belongs to.
    struct Team: Sendable, Hashable {
        var member: Member
        var site: Member
    }

    /// The team of that agent, which never changes.
    func team(of agent: Member) -> Team {
        teams[Int(agent.id.hashed % UInt64(teams.count))]
    }

    /// The entry point of a call to that line, or of a message to that address.
    func entryPoint(of destination: String) -> Member {
        entryPoints[Int(destination.hashed % UInt64(entryPoints.count))]
    }

    /// The sites, teams, entry points and wrap-up codes.
    struct Places: Sendable {
        let sites: [Member]
        let teams: [Team]
        let entryPoints: [Member]
        let wrapUpCodes: [Member]

        /// Drawn from a separate sequence: the identifiers of agents and queues do not depend on it.
        init(seed: UInt64, organization: Int) {
            var random = SeededRandom(seed, 0x706C_6163, UInt64(organization))
            func members(_ names: [String], _ random: inout SeededRandom) -> [Member] {
                names.map { Member(id: Identifier.random(&random), name: $0) }
            }
            let sites = members(["Main", "Harbour", "Hillside"], &random)
            self.sites = sites
            let named = members((1...6).map { "Team \($0)" }, &random)
            teams = named.enumerated().map { Team(member: $0.element, site: sites[$0.offset % sites.count]) }
            entryPoints = members(["Welcome", "Customers", "Orders", "After Hours"], &random)
            wrapUpCodes = members(["Resolved", "Call Back", "Sale", "Diagnostics", "Wrong Number"], &random)
        }
    }
}
