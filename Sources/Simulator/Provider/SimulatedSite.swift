/// One site as the provider keeps it (wxcc-api 10.2).
struct SimulatedSite: Sendable {
    var id: String
    var name: String
    var isActive: Bool
    var profile: String
    var description: String?
    var version: Int64 = 0
    var isSystemDefault = false
    var created: Moment
    var updated: Moment
    /// Members that only newer providers know; a change without them loses them.
    var others: [(String, JSON)] = []

    func json(of organization: String) -> JSON {
        var members: [(String, JSON)] = [
            ("organizationId", .string(organization)), ("id", .string(id)), ("version", .integer(version)),
            ("name", .string(name)), ("active", .boolean(isActive)), ("multimediaProfileId", .string(profile)),
        ]
        if let description { members.append(("description", .string(description))) }
        members += [
            ("systemDefault", .boolean(isSystemDefault)), ("createdTime", .integer(created.milliseconds)),
            ("lastUpdatedTime", .integer(updated.milliseconds)),
        ]
        return .object(members + others)
    }
}

/// A site as a client sent it, checked.
struct WantedSite: Sendable {
    var id: String?
    var version: Int64?
    var name: String
    var isActive: Bool
    var profile: String
    var description: String?
    var others: [(String, JSON)]

    private static let known: Set<String> = [
        "organizationId", "id", "version", "name", "active", "multimediaProfileId", "description", "systemDefault",
        "createdTime", "lastUpdatedTime",
    ]

    /// - Throws: 400 that names what is wrong.
    init(_ body: JSON, organization: String, profiles: Set<String>) throws(SiteOffice.Refusal) {
        guard case .object(let members) = body else { throw .init(400, "the body is not a site") }
        guard let name = body["name"]?.text else { throw .missing("name") }
        guard let isActive = body["active"]?.truth else { throw .missing("active") }
        guard let profile = body["multimediaProfileId"]?.text else { throw .missing("multimediaProfileId") }
        guard (1...80).contains(name.utf16.count), name.wholeMatch(of: /[a-zA-Z0-9\-_ \t\n\u{0B}\f\r]+/) != nil else {
            throw .init(400, "name: has characters that are not allowed, or is too long", reason: "name")
        }
        guard profiles.contains(profile) else {
            throw .init(400, "multimediaProfileId: not found for given orgId.", reason: "multimediaProfileId")
        }
        guard body["organizationId"]?.text ?? organization == organization else {
            throw .init(400, "organizationId: is not that of the path", reason: "organizationId")
        }
        description = body["description"]?.text
        guard description?.utf16.count ?? 0 <= 255 else {
            throw .init(400, "description: size must be between 0 and 255", reason: "description")
        }
        id = body["id"]?.text
        version = body["version"]?.number
        (self.name, self.isActive, self.profile) = (name, isActive, profile)
        others = members.filter { !Self.known.contains($0.0) }
    }
}
