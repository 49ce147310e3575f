import Archiver
import Payloads
import Recordings

/// A requested forecast: what a pass would fetch, and how long it would take.
struct RequestedEstimate: OrganizationWork {
    let id: String
    let organizations: [OrganizationName]
    let request: PassWindow.Request
    /// Whether everything is counted instead of a sample.
    let isExact: Bool
    let actor: Actor
    let requestedTime: Timestamp
    var state = WorkState.waiting
    var endedTime: Timestamp?
    var estimates: [Estimate] = []
    /// Why the estimate failed; the service's log has more.
    var problem: Problem?
    var version = 0

    func isVisible(to caller: Caller) -> Bool { organizations.allSatisfy(caller.sees) }
}

/// `{"type":"forecast", …}`.
struct ForecastLine: Encodable {
    let work: RequestedEstimate

    private enum CodingKeys: String, CodingKey {
        case organizations, exact, estimates
    }

    func encode(to encoder: any Encoder) throws {
        try WorkHead(type: "forecast", work: work).encode(to: encoder)
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(work.organizations, forKey: .organizations)
        try line.encode(work.isExact, forKey: .exact)
        try line.encode(work.estimates.map { EstimateLine($0) }, forKey: .estimates)
    }
}
