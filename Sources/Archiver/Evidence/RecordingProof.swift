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
    package init(_ place: LogProofs.Place) throws(EvidenceError) {
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

    /// Finds the entry of a recording. If it is not where the manifest says, the whole log is searched, and the newest entry
    /// that a checkpoint has is taken.
    /// - Parameter leaf: the number of the entry according to the manifest; `nil` if it does not know.
    /// - Throws: `damaged` if the log does not yield a proof.
    package static func find(
        _ wanted: LogProofs.Wanted,
        at leaf: Int64?,
        in epochs: LogEpochs
    ) throws -> Finding {
        let proofs = LogProofs(epochs)
        if let leaf, let place = try proofs.place(of: wanted, at: leaf) { return try finding(place) }
        var found: LogProofs.Place?
        try proofs.search([wanted]) { _, place in
            if place.isPublished || found == nil { found = place }
        }
        return try found.map(finding) ?? .unknown
    }

    private static func finding(_ place: LogProofs.Place) throws -> Finding {
        place.isPublished ? .proven(try RecordingProof(place)) : .accepted
    }
}
