import Archiver
import Recordings

/// `{"type":"summary", …}` of `archive --dry-run`: the totals of all organizations.
package struct EstimateSummaryLine: Encodable {
    let type = "summary"
    let isDryRun = true
    var organizations = 0
    var tasks = 0
    var recordings = 0
    package private(set) var bytes: Int64 = 0
    var requests = 0
    var seconds = 0
    /// Why an organization could not be estimated.
    package var error: String?

    /// The totals before any organization is added.
    package init() {}

    private enum CodingKeys: String, CodingKey {
        case type, organizations, tasks, recordings, bytes, requests, seconds, error
        case isDryRun = "dry_run"
    }

    /// Adds one organization.
    package mutating func add(_ estimate: Estimate) {
        organizations += 1
        tasks += estimate.tasks.listed.rounded
        recordings += estimate.recordings.expected.rounded
        bytes = bytes.addingWithSaturation(Int64(clamping: estimate.bytes.value.rounded()))
        requests += estimate.requests.total.rounded
        // One machine works on the organizations concurrently.
        seconds = max(seconds, Int(estimate.duration.seconds.rounded(.up)))
    }
}
