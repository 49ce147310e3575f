/// The sites of one organization, and the rules for changing them (wxcc-api 10).
struct SiteOffice: Sendable {
    /// A refusal, before it is written as an answer.
    struct Refusal: Error {
        var status: Int
        var description: String
        /// The field that it is about.
        var reason: String?
        /// What prevents the change.
        var references: [Staff.Member] = []

        init(_ status: Int, _ description: String, reason: String? = nil, references: [Staff.Member] = []) {
            (self.status, self.description) = (status, description)
            (self.reason, self.references) = (reason, references)
        }

        static func missing(_ field: String) -> Refusal {
            Refusal(400, "\(field): is required", reason: field)
        }

        static var systemMade: Refusal { Refusal(400, "System generated entities cannot be changed or deleted") }
        static var unknown: Refusal { Refusal(404, "Resource not found or URI is invalid") }
    }

    let organization: String
    /// In the order in which they were created.
    private(set) var sites: [SimulatedSite]
    private let profiles: [String]
    private let teams: [Staff.Team]
    private var random: SeededRandom

    /// The sites at which calls are handled, one that the provider created, and one that is not in use.
    init(_ world: SimulatedWorld, organization: Int, now: Moment) {
        self.organization = world.organizations[organization].id
        let staff = world.staff[organization]
        teams = staff.teams
        var random = SeededRandom(world.seed, 0x7369_7465, UInt64(organization))
        let profiles = (0..<3).map { _ in Identifier.random(&random) }
        self.profiles = profiles
        let made = now.advanced(by: -90 * 86_400_000)
        func site(_ id: String, _ name: String, _ description: String?) -> SimulatedSite {
            SimulatedSite(
                id: id,
                name: name,
                isActive: true,
                profile: profiles[0],
                description: description,
                created: made,
                updated: made
            )
        }
        var standard = site(Identifier.random(&random), "Default_Site", "System generated")
        standard.isSystemDefault = true
        var depot = site(Identifier.random(&random), "Old Depot", nil)
        (depot.isActive, depot.version, depot.profile) = (false, 3, profiles[1])
        depot.others = [("externalReference", "D-17"), ("labels", ["closed", "2024"])]
        sites = [standard] + staff.sites.map { site($0.id, $0.name, "Calls of \($0.name)") } + [depot]
        self.random = random
    }

    func site(_ id: String) -> SimulatedSite? { sites.first { $0.id == id } }

    private func wanted(_ body: JSON) throws(Refusal) -> WantedSite {
        try WantedSite(body, organization: organization, profiles: Set(profiles))
    }

    mutating func create(_ body: JSON, now: Moment) throws(Refusal) -> SimulatedSite {
        let wanted = try wanted(body)
        guard wanted.id == nil else { throw Refusal(400, "A new configuration cannot have an id", reason: "id") }
        try requireFree(wanted.name)
        let site = SimulatedSite(
            id: Identifier.random(&random),
            name: wanted.name,
            isActive: wanted.isActive,
            profile: wanted.profile,
            description: wanted.description,
            created: now,
            updated: now,
            others: wanted.others
        )
        sites.append(site)
        return site
    }

    mutating func replace(
        _ id: String,
        with body: JSON,
        refusingStale: Bool,
        now: Moment
    ) throws(Refusal) -> SimulatedSite {
        guard let index = sites.firstIndex(where: { $0.id == id }) else { throw .unknown }
        let wanted = try wanted(body)
        guard wanted.id == id else { throw Refusal(400, "id: has to be that of the path", reason: "id") }
        var site = sites[index]
        guard !site.isSystemDefault else { throw .systemMade }
        if refusingStale, wanted.version != site.version {
            throw Refusal(409, "The version is not the newest", reason: "version")
        }
        try requireFree(wanted.name, except: id)
        if site.isActive, !wanted.isActive { try requireUnused(id) }
        (site.name, site.isActive, site.profile) = (wanted.name, wanted.isActive, wanted.profile)
        (site.description, site.others) = (wanted.description, wanted.others)
        (site.version, site.updated) = (site.version + 1, now)
        sites[index] = site
        return site
    }

    mutating func delete(_ id: String) throws(Refusal) {
        guard let index = sites.firstIndex(where: { $0.id == id }) else { throw .unknown }
        guard !sites[index].isSystemDefault else { throw .systemMade }
        try requireUnused(id)
        sites.remove(at: index)
    }

    /// As in a bulk call: an identifier alone is taken for a system-made entity.
    mutating func delete(_ body: JSON) throws(Refusal) {
        guard let id = try? wanted(body).id else { throw .systemMade }
        try delete(id)
    }

    private func requireFree(_ name: String, except id: String? = nil) throws(Refusal) {
        guard !sites.contains(where: { $0.name == name && $0.id != id }) else {
            throw Refusal(409, "Similar entity is already present", reason: "name")
        }
    }

    private func requireUnused(_ id: String) throws(Refusal) {
        let users = teams.filter { $0.site.id == id }.map(\.member)
        guard users.isEmpty else {
            throw Refusal(412, "Resource referred in other entity(s).", reason: "dependency exists", references: users)
        }
    }
}
