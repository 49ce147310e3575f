/// Decides whether the copy of a recording in a found archive counts, and what that changes. It needs no database: the
/// manifest carries it out. Whether a copy's bytes are intact is checked before (`ArchiveAdopter.chooseCopies`).
package enum AdoptionPlan: Hashable, Sendable {
    /// The recording becomes known, and this copy counts.
    case insert
    /// No copy counts; from now on this one does.
    case enter
    /// This copy counts already.
    case keep
    /// This archive's copy counts already, but is at another offset or has other bytes.
    case correct
    /// This copy replaces one that was found damaged in an earlier archive.
    case replace
    /// Another archive has it, so this copy does not count.
    case duplicate

    /// The copy of a known recording that counts at present.
    package enum Counting: Hashable, Sendable {
        case none
        case here(ContentDigest, offset: Int64)
        /// In the archive of the same day with this sequence number.
        case elsewhere(sequence: Int)
    }

    /// - Parameters:
    ///   - sequence: the sequence number of the found archive.
    ///   - counting: the copy that counts; `nil` if the recording is not known.
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
