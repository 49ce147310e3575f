import Recordings

extension APIDialect {
    /// Everything that the early-access platform of 2021 offers, by path below its base
    /// (`webexapis.com/v1/contactCenter`): its lab guide counts four endpoints. Agents' activities, sites and Search
    /// came with the current platform.
    private static let earlyAccessPaths: Set<String> = [
        "tasks", "captures/query", "agents/statistics", "queues/statistics",
    ]

    /// Whether the platform with this dialect has Search (wxcc-api 11).
    package var hasSearch: Bool { self == .current }

    /// The message for a platform without Search.
    package static let noSearch = "the early-access platform has no Search"

    /// Whether the platform with this dialect has this call.
    func offers(_ call: APICall) -> Bool {
        switch self {
        case .current: true
        case .earlyAccess: call.base == .api && Self.earlyAccessPaths.contains(call.path)
        }
    }

    /// Refuses a call that this platform does not have.
    /// - Throws: `notOffered`.
    func require(_ call: APICall) throws(ProviderError) {
        guard !offers(call) else { return }
        throw ProviderError(
            .notOffered,
            "\(call.name): the early-access platform has no such call",
            advice: "configure the organization with api_dialect: current and its region, where the tenant has moved"
        )
    }
}
