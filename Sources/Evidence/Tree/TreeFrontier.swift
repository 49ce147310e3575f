/// The right edge of a growing tree: the roots of its complete subtrees, which determine its root.
package struct TreeFrontier: Sendable {
    /// How many leaves the tree has.
    package private(set) var size: Int64
    /// One for each bit of ``size`` that is set, the largest first.
    private var peaks: [TreeHash]

    /// The frontier of a tree without leaves.
    package init() {
        size = 0
        peaks = []
    }

    /// - Parameter peaks: the roots of the complete subtrees of a tree of `size` leaves, the largest first.
    init(size: Int64, peaks: [TreeHash]) {
        precondition(peaks.count == size.nonzeroBitCount, "one peak for each bit")
        self.size = size
        self.peaks = peaks
    }

    /// Appends a leaf.
    package mutating func append(_ leaf: TreeHash) {
        var hash = leaf
        var rest = size
        while rest & 1 == 1 {
            hash = .node(peaks.removeLast(), hash)
            rest >>= 1
        }
        peaks.append(hash)
        size += 1
    }

    /// The root of the tree.
    package var root: TreeHash {
        guard var hash = peaks.last else { return .empty }
        for peak in peaks.dropLast().reversed() { hash = .node(peak, hash) }
        return hash
    }
}
