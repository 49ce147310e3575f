import Recordings

extension APIDialect {
    /// All that the early-access platform of 2021 has, by path below its base (`webexapis.com/v1/contactCenter`): its
    /// lab guide counts four endpoints. Agents' activities, sites and Search came with the current platform.
    private static let earlyAccessPaths: Set<String> = [
        "tasks", "captures/query", "agents/statistics", "queues/statistics",
    ]

    /// Whether the platform that speaks this dialect has Search (wxcc-api 11).
    package var hasSearch: Bool { self == .current }

    /// What is said where it has none.
    package static let noSearch = "the early-access platform has no Search"

    /// Whether the platform that speaks this dialect has that call.
    func offers(_ call: APICall) -> Bool {
        switch self {
        case .current: true
        case .earlyAccess: call.base == .api && Self.earlyAccessPaths.contains(call.path)
        }
    }

    /// Refuses a call that would be asked at an address if there is nothing.
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
