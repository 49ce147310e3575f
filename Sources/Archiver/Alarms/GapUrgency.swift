import Manifest
import Recordings

/// How an unexplained gap stands to its horizon.
package enum GapUrgency: Hashable, Sendable {
    /// The horizon has passed: it is not asked for again by itself.
    case final
    /// The horizon passes soon.
    case near
    /// There is time, or nobody has asked yet: a call that was never asked about is no call without a recording.
    case none

    /// - Parameter near: how soon is soon.
    package init(_ gap: Gap, at standpoint: Standpoint, near: Duration) {
        let horizon = gap.createdTime + standpoint.horizon
        let asks = gap.recording == nil ? gap.evidence.asks ?? 0 : .max
        if horizon <= standpoint.now {
            self = asks >= AskSchedule.fewestAsks ? .final : .none
        } else {
            self = horizon - near <= standpoint.now && asks > 0 ? .near : .none
        }
    }
}
