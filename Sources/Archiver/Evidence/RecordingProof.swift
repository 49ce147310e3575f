import Evidence
import Recordings

/// The proof that a recording is in the evidence log. Reading takes no lock.
package struct RecordingProof: Sendable {
    package let proof: InclusionProof
    /// The entry that it proves, to the byte.
    package let entry: [UInt8]
    /// The state of the log that has the entry.
    package let position: LogPosition
    /// The verifier key of that log.
    package let vkey: String

    /// The recording to prove.
    package struct Wanted: Hashable, Sendable {
        /// In its archive: `data/<task id>/<file>`.
        package var path: String
        package var digest: ContentDigest
        package var archive: ArchiveName

        package init(path: String, digest: ContentDigest, archive: ArchiveName) {
            self.path = path
            self.digest = digest
            self.archive = archive
        }
    }

    /// What the log has of a recording.
    package enum Finding: Sendable {
        case proven(RecordingProof)
        /// The entry is accepted, and in no checkpoint yet.
        case accepted
        case unknown
    }

    /// Finds the entry of a recording: that of the archive that has it now, or else the last one of these bytes.
    /// - Throws: `damaged` if the log does not yield a proof.
    package static func find(_ wanted: Wanted, in epochs: LogEpochs) throws(EvidenceError) -> Finding {
        let sought = Array(wanted.digest.description.utf8)
        var isAccepted = false
        for reader in epochs.readers {
            var found: (index: Int64, isOfArchive: Bool)?
            try entries(in: reader) { index, bytes throws(EvidenceError) in
                guard ByteSearch.contains(sought, in: bytes), let entry = StoredEntry(bytes),
                    entry.path == wanted.path, entry.sha256 == wanted.digest.description
                else { return }
                let isOfArchive = entry.archive == wanted.archive.description
                if isOfArchive || found?.isOfArchive != true { found = (index, isOfArchive) }
            }
            if let found {
                return .proven(
                    RecordingProof(
                        proof: try reader.proof(of: found.index),
                        entry: try reader.entry(found.index),
                        position: reader.position,
                        vkey: reader.key.description
                    )
                )
            }
            for bytes in try reader.acceptedEntries() where ByteSearch.contains(sought, in: bytes) {
                if let entry = StoredEntry(bytes), entry.path == wanted.path { isAccepted = true }
            }
        }
        return isAccepted ? .accepted : .unknown
    }

    /// The entries of the checkpoint that may be of stored recordings, in order. `callark log prove` looks for its files with
    /// it too.
    package static func entries(
        in reader: LogReader,
        _ body: (_ index: Int64, _ entry: [UInt8]) throws(EvidenceError) -> Void
    ) throws(EvidenceError) {
        let type = Array(LogEntryType.recordingStored.rawValue.utf8)
        try reader.forEachEntry { index, bytes throws(EvidenceError) in
            if ByteSearch.contains(type, in: bytes) { try body(index, bytes) }
        }
    }
}
