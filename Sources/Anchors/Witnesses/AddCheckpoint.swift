import Evidence
import Foundation

/// A request to a witness (c2sp.org/tlog-witness, `add-checkpoint`) to cosign a checkpoint that continues from the last
/// one that it signed, as the hashes show. It is the body of an HTTP request, or a file.
package struct AddCheckpoint: Hashable, Sendable {
    /// The size of the checkpoint that the witness last signed; 0 if it signed none.
    package var oldSize: Int64
    /// The hashes that show that the log continues from there.
    package var proof: [TreeHash]
    /// The signed checkpoint.
    package var checkpoint: [UInt8]

    private static let maxHashes = 63

    /// The request for a state of a log.
    /// - Throws: ``EvidenceError`` with code `unknown` if the state has fewer entries than `oldSize`.
    package init(_ state: AnchoredState, from oldSize: Int64) throws(EvidenceError) {
        self.oldSize = oldSize
        proof = try state.consistency(with: oldSize)
        checkpoint = state.checkpoint
    }

    /// The body.
    package var bytes: [UInt8] {
        let lines = ["old \(oldSize)"] + proof.map(\.base64)
        return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint
    }

    /// - Throws: ``NoteFault`` if `body` is not in the form of a request. Nothing is verified yet.
    package init(_ body: [UInt8]) throws(NoteFault) {
        guard let gap = body.indices.dropLast().first(where: { body[$0] == 0x0A && body[$0 + 1] == 0x0A }) else {
            throw NoteFault("not a request to a witness: no empty line before the checkpoint")
        }
        let lines = String(decoding: body[..<gap], as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        guard let first = lines.first, first.hasPrefix("old "), let oldSize = LogPosition.number(first.dropFirst(4)),
            lines.count - 1 <= Self.maxHashes
        else { throw NoteFault("not a request to a witness: `old N` and at most 63 hashes are expected") }
        var proof: [TreeHash] = []
        for line in lines.dropFirst() {
            guard let hash = TreeHash(base64: line) else { throw NoteFault("a line of the request is not a hash") }
            proof.append(hash)
        }
        self.oldSize = oldSize
        self.proof = proof
        checkpoint = Array(body[(gap + 2)...])
    }
}
