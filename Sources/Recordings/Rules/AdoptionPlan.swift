/// Which copy of a recording counts if an archive that was found has one: what that changes. It needs no database: the
/// manifest carries it out. Whether a copy's bytes are intact is found out before (`ArchiveIntake.chooseCopies`).
package enum AdoptionPlan: Hashable, Sendable {
    /// The recording becomes known, and this copy counts.
    case insert
    /// No copy counts: this one does from now on.
    case enter
    /// This copy counts already.
    case keep
    /// This archive's copy counts already; it stands in another place, or has other bytes.
    case correct
    /// This copy counts in the place of one that was found damaged in an earlier archive.
    case replace
    /// Another archive has it; this copy does not count.
    case duplicate

    /// The copy of a known recording that counts.
    package enum Counting: Hashable, Sendable {
        case none
        case here(ContentDigest, offset: Int64)
        /// In the archive of the same day with this sequence number.
        case elsewhere(sequence: Int)
    }

    /// - Parameters:
    ///   - sequence: of the archive that was found.
    ///   - counting: which copy counts; `nil` for a recording that is not known.
    package init(_ entry: RecordingEntry, in sequence: Int, counting: Counting?) {
        switch counting {
        case nil: self = .insert
        case .some(.none): self = .enter
        case .here(let digest, let offset):
            self = digest == entry.stored.digest && offset == entry.offset ? .keep : .correct
        case .elsewhere(let holder):
            self = entry.replaces != nil && holder < sequence ? .replace : .duplicate
        }
    }
}
