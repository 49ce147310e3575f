import Manifest
import Payloads
import Recordings

extension CallRow {
    /// Its state for people; if nothing was to be recorded, the reason.
    var stateText: String {
        guard state == .none else { return state.rawValue }
        return outcome == Self.abandoned ? Self.abandoned : Self.nothingToRecord
    }

    /// The provider's term for a call that ended before an agent took it.
    static let abandoned = "abandoned"
    /// The state of other calls of which nothing was to be recorded, for people.
    static let nothingToRecord = "nothing to record"
}
