/// What was changed in the world by hand while it ran: the only part that takes memory.
struct WorldChanges: Sendable {
    /// By task.
    var added: [String: [SimulatedRecording]] = [:]
    /// By task: captures are not listed before this moment.
    var heldBack: [String: Moment] = [:]
    /// By task; the inner `nil` says that it is not known.
    var captureRequested: [String: Bool?] = [:]
    /// Recordings that were purged.
    var removed: Set<String> = []
    /// By recording: how often it was replaced by other audio.
    var versions: [String: Int] = [:]
    /// The faults of the listing; `nil` if there are none.
    var faults: FaultPlan?
}
