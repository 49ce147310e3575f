/// How a body is cut into parts.
struct PartPlan: Hashable, Sendable {
    let byteCount: Int64
    /// The size of every part but the last.
    let partBytes: Int64

    /// S3's limits: no part but the last may be smaller, and there may not be more of them.
    static let leastPartBytes: Int64 = 5 << 20
    static let mostParts: Int64 = 10_000

    /// - Parameter wanted: the size of a part, as long as the limits allow it.
    init(byteCount: Int64, wanted: Int64) {
        let least = (byteCount + Self.mostParts - 1) / Self.mostParts
        self.byteCount = byteCount
        partBytes = max(wanted, least, Self.leastPartBytes)
    }

    /// How many parts there are; at least one, which may be empty.
    var count: Int { max(1, Int((byteCount + partBytes - 1) / partBytes)) }

    /// The bytes of a part.
    /// - Parameter number: from 1.
    func range(ofPart number: Int) -> Range<Int64> {
        let start = Int64(number - 1) * partBytes
        return start..<min(byteCount, start + partBytes)
    }
}
