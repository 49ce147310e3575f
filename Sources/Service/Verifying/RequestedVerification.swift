import Archiver
import DailyArchive
import Payloads
import Recordings

/// A requested verification: its scope, state and findings.
struct RequestedVerification: OrganizationWork {
    /// How many faults are listed at most. All are counted.
    static let mostFaults = 1000

    let id: String
    /// The organizations to check; `nil` for everything below the root.
    let organizations: [OrganizationName]?
    let day: ArchiveDay?
    /// Names, sizes and side files only.
    let isQuick: Bool
    /// The share of all bytes to read, as it was given; `nil` for all.
    let share: String?
    let actor: Actor
    let requestedTime: Timestamp
    var state = WorkState.waiting
    var begunTime: Timestamp?
    var endedTime: Timestamp?
    /// What was read so far.
    var summary = VerificationRun.Summary()
    /// The first faults.
    var faults: [ArchiveFault] = []
    /// Why it could not be finished; the service's log has more.
    var problem: Problem?
    var version = 0

    func isVisible(to caller: Caller) -> Bool {
        organizations?.allSatisfy(caller.sees) ?? (caller.organizations == nil)
    }

    /// Counts what was found about one archive.
    mutating func add(_ report: VerificationReport) {
        summary.archives += report.name == nil ? 0 : 1
        summary.add(report)
        faults += report.faults.prefix(max(0, Self.mostFaults - faults.count))
    }
}

/// `{"type":"verification", …}`.
struct VerificationLine: Encodable {
    let work: RequestedVerification

    private enum CodingKeys: String, CodingKey {
        case organizations, day, quick, share, summary, faults
        case begunTime = "begun_time"
    }

    func encode(to encoder: any Encoder) throws {
        try WorkHead(type: "verification", work: work).encode(to: encoder)
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(work.organizations, forKey: .organizations)
        try line.encode(work.day, forKey: .day)
        try line.encode(work.isQuick, forKey: .quick)
        try line.encode(work.share, forKey: .share)
        try line.encode(work.begunTime?.description, forKey: .begunTime)
        try line.encode(VerificationSummaryLine(work.summary, knownDamage: []), forKey: .summary)
        try line.encode(work.faults.map { ArchiveFaultLine($0) }, forKey: .faults)
    }
}
