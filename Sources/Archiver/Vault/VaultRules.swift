import Recordings

/// What a pass does with the vault.
package struct VaultRules: Sendable, Hashable {
    /// How long after its day an archive that the vault has stays on the disk; `nil` for ever.
    package var keepLocal: Duration?
    /// How long after its first recording an archive of a day under way is sealed; `nil` for not before its day is over.
    package var sealAfterTime: Duration?
    /// From how many bytes on it is sealed; `nil` for not before its day is over.
    package var sealAfterBytes: Int64?
    /// How many archives are put at once. Each is read from the disk while it goes out, so more need no more memory than
    /// their parts.
    package var puts = 2

    package init(keepLocal: Duration? = nil, sealAfterTime: Duration? = nil, sealAfterBytes: Int64? = nil) {
        self.keepLocal = keepLocal
        self.sealAfterTime = sealAfterTime
        self.sealAfterBytes = sealAfterBytes
    }

    /// Whether archives of days under way are sealed in parts.
    var sealsParts: Bool { sealAfterTime != nil || sealAfterBytes != nil }

    /// Whether an open archive of a day under way is to be sealed.
    func seals(byteCount: Int64, firstReceived: Timestamp?, now: Timestamp) -> Bool {
        if let limit = sealAfterBytes, byteCount >= limit { return true }
        guard let sealAfterTime, let firstReceived else { return false }
        return now - firstReceived >= sealAfterTime
    }
}
