/// What a reading of an archive found.
package struct ReadingFinding: Hashable, Sendable {
    /// How many faults nothing makes up for.
    package var faults: Int
    /// How many of these are not a recording's own, so that no copy of a recording makes up for them.
    package var ownFaults: Int
    /// What the first of `ownFaults` is.
    package var ownFault: String?
    /// The recordings whose own bytes are damaged or gone.
    package var damaged: [DamagedRecording]

    package init(faults: Int = 0, ownFaults: Int = 0, ownFault: String? = nil, damaged: [DamagedRecording] = []) {
        self.faults = faults
        self.ownFaults = ownFaults
        self.ownFault = ownFault
        self.damaged = damaged
    }
}
