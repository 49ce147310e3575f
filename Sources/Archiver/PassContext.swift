import DailyArchive
import Logging
import Manifest
import Recordings
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
