/// Where the agents of an organization sit and what its calls come in by.
extension Staff {
    /// A team and the site that it belongs to.
    struct Team: Sendable, Hashable {
        var member: Member
        var site: Member
    }

    /// The team of that agent, which is the same always.
    func team(of agent: Member) -> Team {
        teams[Int(agent.id.hashed % UInt64(teams.count))]
    }

    /// What a call to that line, or a message to that address, comes in by.
    func entryPoint(of destination: String) -> Member {
        entryPoints[Int(destination.hashed % UInt64(entryPoints.count))]
    }

    /// Which sites, teams, entry points and wrap-up codes there are.
    struct Places: Sendable {
        let sites: [Member]
        let teams: [Team]
        let entryPoints: [Member]
        let wrapUpCodes: [Member]

        /// Drawn from a sequence of its own: the agents' and the queues' identifiers do not depend on it.
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
            wrapUpCodes = members(["Resolved", "Call Back", "Sale", "Complaint", "Wrong Number"], &random)
        }
    }
}
