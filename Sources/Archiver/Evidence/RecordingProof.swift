import Evidence
import Recordings

/// The proof that an entry, such as that of a recording, is in the evidence log. Reading takes no lock.
package struct RecordingProof: Sendable {
    package let proof: InclusionProof
    /// The entry that it proves, to the byte.
    package let entry: [UInt8]
    /// The state of the log that has the entry.
    package let position: LogPosition
    /// The verifier key of that log.
    package let vkey: String

    /// - Throws: `unknown` if no checkpoint has the entry; `damaged` if the log does not yield a proof.
    package init(_ place: EntrySearch.Place) throws(EvidenceError) {
        proof = try place.reader.proof(of: place.index)
        entry = try place.reader.entry(place.index)
        position = place.reader.position
        vkey = place.reader.key.description
    }

    /// What the log has of a recording.
    package enum Finding: Sendable {
        case proven(RecordingProof)
        /// The entry is accepted, and in no checkpoint yet.
        case accepted
        case unknown
    }

    /// Finds the entry of a recording. If it is not where the manifest says, the log is searched from the newest epoch back, and
    /// the last entry of the first epoch that proves the recording is taken.
    /// - Parameter leaf: the number of the entry according to the manifest; `nil` if it does not know.
    /// - Returns: the finding, and what is wrong with epochs that it does not need, one line each.
    /// - Throws: `damaged` if the entry's epoch does not yield a proof, or if nothing was found and not everything can be read.
    package static func find(
        _ wanted: EntrySearch.Wanted,
        at leaf: Int64?,
        in epochs: LogEpochs
    ) throws -> (finding: Finding, faults: [String]) {
        var search = EntrySearch(epochs)
        var place = try leaf.flatMap { try search.place(of: wanted, at: $0) }
        if place == nil { place = try search.newest(of: wanted) }
        guard let place else {
            guard let fault = search.faults.first else { return (.unknown, search.losses) }
            throw EvidenceError(.damaged, "no entry of \(wanted.path) can be found: \(fault)", path: "")
        }
        return (try finding(place), search.faults + search.losses)
    }

    private static func finding(_ place: EntrySearch.Place) throws -> Finding {
        place.isPublished ? .proven(try RecordingProof(place)) : .accepted
    }
}
