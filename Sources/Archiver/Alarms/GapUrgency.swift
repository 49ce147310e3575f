import Manifest
import Recordings

/// How close an unexplained gap is to its horizon.
package enum GapUrgency: Hashable, Sendable {
    /// The horizon has passed: passes do not ask for it again by themselves.
    case final
    /// The horizon passes soon.
    case near
    /// There is time, or no one has asked yet: a call that was never asked about is not known to lack a recording.
    case none

    /// - Parameter near: how close counts as near.
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
