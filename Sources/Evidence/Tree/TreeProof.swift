/// A source of the hashes of complete subtrees.
package protocol SubtreeSource {
    /// The root of the complete subtree of 2^`level` leaves whose first leaf is `index` × 2^`level`.
    func subtree(level: Int, index: Int64) throws(EvidenceError) -> TreeHash
}

/// Proofs about a tree: which hashes they consist of, and what they prove.
package enum TreeProof {
    /// The hashes that lead from the leaf `index` to the root of the first `size` leaves (RFC 6962 section 2.1.1,
    /// `PATH`), the lowest first.
    /// - Precondition: `0 <= index < size`.
    package static func inclusion(
        of index: Int64,
        in size: Int64,
        _ source: some SubtreeSource
    ) throws(EvidenceError) -> [TreeHash] {
        precondition(0 <= index && index < size, "the leaf is not in the tree")
        var (begin, end) = (Int64(0), size)
        var path: [TreeHash] = []
        while end - begin > 1 {
            let middle = begin + split(end - begin)
            if index < middle {
                path.append(try root(of: middle..<end, source))
                end = middle
            } else {
                path.append(try root(of: begin..<middle, source))
                begin = middle
            }
        }
        return path.reversed()
    }

    /// The hashes that show that the first `oldSize` leaves are a prefix of the first `size` (RFC 6962 section 2.1.2,
    /// `PROOF`). There are none for an empty tree or two equal ones.
    /// - Precondition: `0 <= oldSize <= size`.
    package static func consistency(
        of oldSize: Int64,
        with size: Int64,
        _ source: some SubtreeSource
    ) throws(EvidenceError) -> [TreeHash] {
        precondition(0 <= oldSize && oldSize <= size, "the old tree is larger than the new one")
        guard oldSize > 0, oldSize < size else { return [] }
        var (begin, end) = (Int64(0), size)
        var isWhole = true
        var proof: [TreeHash] = []
        while oldSize < end {
            let middle = begin + split(end - begin)
            if oldSize <= middle {
                proof.append(try root(of: middle..<end, source))
                end = middle
            } else {
                proof.append(try root(of: begin..<middle, source))
                begin = middle
                isWhole = false
            }
        }
        if !isWhole { proof.append(try root(of: begin..<end, source)) }
        return proof.reversed()
    }

    /// The root of the first `size` leaves.
    package static func root(of size: Int64, _ source: some SubtreeSource) throws(EvidenceError) -> TreeHash {
        size == 0 ? .empty : try root(of: 0..<size, source)
    }

    /// The root that a proof of inclusion leads to (RFC 9162 section 2.1.3.2).
    /// - Returns: `nil` if the proof has too many or too few hashes.
    package static func root(leaf: TreeHash, index: Int64, size: Int64, path: [TreeHash]) -> TreeHash? {
        guard 0 <= index, index < size else { return nil }
        var (first, last) = (index, size - 1)
        var hash = leaf
        for other in path {
            guard last > 0 else { return nil }
            if first & 1 == 1 || first == last {
                hash = .node(other, hash)
                while first & 1 == 0, first != 0 { (first, last) = (first >> 1, last >> 1) }
            } else {
                hash = .node(hash, other)
            }
            (first, last) = (first >> 1, last >> 1)
        }
        return last == 0 ? hash : nil
    }

    /// Whether `proof` shows that a tree of `oldSize` leaves and `oldRoot` is a prefix of one of `size` leaves and
    /// `root` (RFC 9162 section 2.1.4.2).
    package static func isConsistent(
        _ oldSize: Int64,
        _ oldRoot: TreeHash,
        _ size: Int64,
        _ root: TreeHash,
        _ proof: [TreeHash]
    ) -> Bool {
        guard 0 <= oldSize, oldSize <= size else { return false }
        if oldSize == 0 { return proof.isEmpty && oldRoot == .empty }
        if oldSize == size { return proof.isEmpty && oldRoot == root }
        // The proof omits the old root itself if it is a node of the new tree.
        let path = oldSize & (oldSize - 1) == 0 ? [oldRoot] + proof : proof
        guard !proof.isEmpty, let start = path.first else { return false }
        var (first, last) = (oldSize - 1, size - 1)
        while first & 1 == 1 { (first, last) = (first >> 1, last >> 1) }
        var (old, new) = (start, start)
        for other in path.dropFirst() {
            guard last > 0 else { return false }
            if first & 1 == 1 || first == last {
                (old, new) = (.node(other, old), .node(other, new))
                while first & 1 == 0, first != 0 { (first, last) = (first >> 1, last >> 1) }
            } else {
                new = .node(new, other)
            }
            (first, last) = (first >> 1, last >> 1)
        }
        return last == 0 && old == oldRoot && new == root
    }

    /// The root of a range that is aligned to its length rounded up to a power of two.
    private static func root(
        of range: Range<Int64>,
        _ source: some SubtreeSource
    ) throws(EvidenceError) -> TreeHash {
        let count = range.upperBound - range.lowerBound
        if count & (count - 1) == 0 {
            return try source.subtree(level: count.trailingZeroBitCount, index: range.lowerBound / count)
        }
        let middle = range.lowerBound + split(count)
        return .node(
            try root(of: range.lowerBound..<middle, source),
            try root(of: middle..<range.upperBound, source)
        )
    }

    /// The largest power of two below `count`, which is at least two.
    private static func split(_ count: Int64) -> Int64 {
        1 << (Int64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
