import Archiver
import Foundation
import Payloads
import Recordings

/// A requested pass: its scope, state and results.
struct RequestedPass: OrganizationWork {
    let id: String
    let organizations: [OrganizationName]
    let request: PassWindow.Request
    /// Whether to list nothing, and only to fetch what failed or has not arrived.
    let retriesFailed: Bool
    let actor: Actor
    let requestedTime: Timestamp
    var state = WorkState.waiting
    var begunTime: Timestamp?
    var endedTime: Timestamp?
    /// Its progress.
    var activity: PassActivity.Report?
    /// One result for each organization, once the pass has ended.
    var results: [Pass.Result] = []
    /// Why the pass failed; the service's log has more.
    var problem: Problem?
    var version = 0

    func isVisible(to caller: Caller) -> Bool { organizations.allSatisfy(caller.sees) }
}

/// `{"type":"pass", …}`.
struct PassLine: Encodable {
    let pass: RequestedPass

    private enum CodingKeys: String, CodingKey {
        case organizations, activity, results
        case begunTime = "begun_time"
    }

    func encode(to encoder: any Encoder) throws {
        try WorkHead(type: "pass", work: pass).encode(to: encoder)
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(pass.organizations, forKey: .organizations)
        try line.encode(pass.begunTime?.description, forKey: .begunTime)
        try line.encode(pass.activity, forKey: .activity)
        try line.encode(pass.results.map(PassSummaryLine.init), forKey: .results)
    }
}
