import Recordings

/// A published state of a log, to be given to anchors.
package struct AnchoredState: Sendable {
    /// The log's folder.
    package let folder: LogFolder
    /// The position that the checkpoint states.
    package let position: LogPosition
    /// The checkpoint with only the log's own signature, to the byte: this is what is stamped, cosigned and sent.
    package let checkpoint: [UInt8]

    /// The hashes that show that an older state is a prefix of this one.
    /// - Throws: `unknown` if the older one is larger.
    package func consistency(with oldSize: Int64) throws(EvidenceError) -> [TreeHash] {
        guard (0...position.size).contains(oldSize) else {
            throw EvidenceError(
                .unknown,
                "\(folder.path): a state of \(position.size) entries does not extend one of \(oldSize)",
                path: folder.path
            )
        }
        return try TreeProof.consistency(
            of: oldSize,
            with: position.size,
            TileReader(folder, size: position.size)
        )
    }
}
