/// A tile of the log (c2sp.org/tlog-tiles): 256 hashes of one level of the tree or the entries below them, or fewer at
/// the end.
package struct TilePlace: Hashable, Sendable {
    /// What a tile holds.
    package enum Content: Hashable, Sendable {
        /// Hashes; level L has the roots of complete subtrees of 256^L leaves.
        case hashes(level: Int)
        /// Entries, each preceded by its length.
        case entries
    }

    /// How many hashes or entries a full tile has.
    package static let fullWidth = 256

    /// What it holds.
    package var content: Content
    /// The index within its level, from 0.
    package var index: Int64
    /// How many hashes or entries it has.
    package var width: Int

    /// Sets every property.
    package init(_ content: Content, index: Int64, width: Int = Self.fullWidth) {
        precondition((1...Self.fullWidth).contains(width), "a tile has 1 to 256 of them")
        self.content = content
        self.index = index
        self.width = width
    }

    /// How many hashes of a tile level a tree of `size` leaves has.
    package static func hashCount(level: Int, size: Int64) -> Int64 { size >> (8 * Int64(level)) }

    /// The tile at `index` of a tree of `size` leaves.
    /// - Returns: `nil` if such a tree has none there.
    package init?(_ content: Content, index: Int64, size: Int64) {
        let level = if case .hashes(let level) = content { level } else { 0 }
        let rest = Self.hashCount(level: level, size: size) - index * Int64(Self.fullWidth)
        guard index >= 0, rest > 0 else { return nil }
        self.init(content, index: index, width: Int(min(rest, Int64(Self.fullWidth))))
    }

    /// Whether it has 256.
    package var isFull: Bool { width == Self.fullWidth }

    /// The same tile once it is full.
    var full: TilePlace { TilePlace(content, index: index) }

    /// Below the log's folder: `tile/0/x001/x234/067`, or `tile/0/x001/x234/067.p/12` if it is not full yet.
    package var path: String { isFull ? fullPath : "\(partialFolder)/\(width)" }

    /// The folder of the tile's states until it is full.
    var partialFolder: String { "\(fullPath).p" }

    private var fullPath: String {
        let kind =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        return "tile/\(kind)/\(Self.number(index))"
    }

    /// Groups of three digits, all but the last preceded by `x`.
    private static func number(_ index: Int64) -> String {
        var text = padded(index % 1000)
        var rest = index / 1000
        while rest > 0 {
            text = "x\(padded(rest % 1000))/\(text)"
            rest /= 1000
        }
        return text
    }

    private static func padded(_ number: Int64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
