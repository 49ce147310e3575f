/// A self-contained proof that an entry is in a log (c2sp.org/tlog-proof, version 1): the entry's index, the hashes
/// from it to the root, and the signed checkpoint with the root.
package struct InclusionProof: Sendable {
    private static let header = "c2sp.org/tlog-proof@v1"

    /// The index of the entry, from 0.
    package var index: Int64
    /// The hashes to the root, the lowest first.
    package var path: [TreeHash]
    /// The signed checkpoint, to the byte.
    package var checkpoint: [UInt8]

    /// Sets every property.
    package init(index: Int64, path: [TreeHash], checkpoint: [UInt8]) {
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    /// The file's content.
    package var bytes: [UInt8] {
        let lines = [Self.header, "index \(index)"] + path.map(\.base64)
        return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint
    }

    /// - Throws: ``NoteFault`` if `file` is not such a proof, or has the extra data that the format allows but
    ///   Callark's proofs do not have. Nothing is verified yet.
    package init(_ file: [UInt8]) throws(NoteFault) {
        guard let gap = file.indices.dropLast().first(where: { file[$0] == 0x0A && file[$0 + 1] == 0x0A }) else {
            throw NoteFault("not a proof: no empty line before the checkpoint")
        }
        let lines = String(decoding: file[..<gap], as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        guard lines.count >= 2, lines[0] == Self.header, lines[1].hasPrefix("index "),
            let index = LogPosition.number(lines[1].dropFirst(6))
        else { throw NoteFault("not a proof: \(Self.header) and an index are expected") }
        var path: [TreeHash] = []
        for line in lines.dropFirst(2) {
            guard let hash = TreeHash(base64: line) else { throw NoteFault("a line of the proof is not a hash") }
            path.append(hash)
        }
        self.init(index: index, path: path, checkpoint: Array(file[(gap + 2)...]))
    }

    /// Verifies that `entry` is in the log that `key` signs for, at ``index``.
    /// - Returns: the state of the log that contains it.
    /// - Throws: ``NoteFault`` if it is not, or if the checkpoint is invalid.
    @discardableResult package func check(_ entry: [UInt8], _ key: NoteKey) throws(NoteFault) -> LogPosition {
        let position = try LogPosition(signed: checkpoint, by: key)
        let root = TreeProof.root(leaf: .leaf(entry), index: index, size: position.size, path: path)
        guard root == position.root else { throw NoteFault("the entry is not in the log at index \(index)") }
        return position
    }
}
