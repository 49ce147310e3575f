/// What a reading of an archive found.
package struct ReadingFinding: Hashable, Sendable {
    /// How many faults nothing makes up for.
    package var faults: Int
    /// How many of these no copy of a recording makes up for, because they are not faults of one recording.
    package var ownFaults: Int
    /// What the first of `ownFaults` is.
    package var ownFault: String?
    /// The recordings whose own bytes are damaged or gone.
    package var damaged: [DamagedRecording]
    /// The length of the file; `nil` if it is missing, or could not be read to its end.
    package var byteCount: Int64?
    /// Whether nothing at all was wrong, not even something that other archives make up for.
    package var isWhole: Bool

    package init(
        faults: Int = 0,
        ownFaults: Int = 0,
        ownFault: String? = nil,
        damaged: [DamagedRecording] = [],
        byteCount: Int64? = nil,
        isWhole: Bool = false
    ) {
        self.faults = faults
        self.ownFaults = ownFaults
        self.ownFault = ownFault
        self.damaged = damaged
        self.byteCount = byteCount
        self.isWhole = isWhole
    }
}
