/// A page: its path, its parameters, and what one needs to see it.
package enum PageKind: String, Sendable, CaseIterable {
    case overview, month, day, calls, call, gaps, passes, evidence, cases, matter, settings

    /// The path, as the service's routes have it.
    package var pattern: String {
        switch self {
        case .overview: "/"
        case .month: "/months/{organization}/{month}"
        case .day: "/days/{organization}/{day}"
        case .calls: "/calls"
        case .call: "/calls/{organization}/{task_id}"
        case .gaps: "/gaps"
        case .passes: "/passes"
        case .evidence: "/evidence"
        case .cases: "/cases"
        case .matter: "/cases/{name}"
        case .settings: "/settings"
        }
    }

    /// The query parameters that the page knows.
    package var parameters: Set<String> {
        switch self {
        case .overview: ["organization", "year"]
        case .month, .cases, .matter, .settings: []
        case .day: []
        case .calls: CallsQuery.parameters.union(["q", "cursor", "sort"])
        case .call: ["t"]
        case .gaps: ["organization", "explained", "reason", "day", "cursor"]
        case .passes: ["organization", "day"]
        case .evidence: ["organization", "task", "actor", "type", "from", "to", "cursor"]
        }
    }

    /// The entry of the navigation that is marked as current.
    var section: String {
        switch self {
        case .month, .day: PageKind.overview.rawValue
        case .call: PageKind.calls.rawValue
        case .cases, .matter: PageKind.evidence.rawValue
        default: rawValue
        }
    }

    /// The entries of the navigation, in their order.
    static let sections: [PageKind] = [.overview, .calls, .gaps, .passes, .evidence, .settings]
}
