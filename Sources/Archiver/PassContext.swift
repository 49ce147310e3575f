import DailyArchive
import Logging
import Manifest
import Recordings
import Synchronization
import Transfer

/// What the steps of a pass share.
struct PassContext: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest
    let writer: ArchiveWriter
    let engine: TransferEngine
    let budget: MemoryBudget
    let rules: PassRules
    let disk: DiskGuard
    let underWay = RecordingsUnderWay()
    let unusable = UnusableRecordings()
    let stop: StopRequest
    let observer: PassObserver
    let now: @Sendable () -> Timestamp
    let logger: Logger

    /// From where the manifest is judged at this moment.
    var standpoint: Standpoint {
        let now = now()
        return Standpoint(now: now, today: rules.day(of: now), horizon: rules.askSchedule.horizon)
    }

    /// Whether anything new may be begun.
    var takesWork: Bool { !stop.isMade && !disk.isLow }
}

/// How many recordings the provider listed without a way to their bytes. They have no row, and yet they keep a pass from
/// being complete.
final class UnusableRecordings: Sendable {
    private let counts = Mutex<[OrganizationName: Int]>([:])

    func add(_ organization: OrganizationName) {
        counts.withLock { $0[organization, default: 0] += 1 }
    }

    subscript(organization: OrganizationName) -> Int { counts.withLock { $0[organization, default: 0] } }
}
