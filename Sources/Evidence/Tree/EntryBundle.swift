/// The entries of one tile in their format on the disk: each preceded by its length, 16 bits, big-endian
/// (c2sp.org/tlog-tiles).
package struct EntryBundle: Sendable {
    /// The longest entry that a bundle can hold.
    package static let longestEntry = 65_535

    /// The whole bundle.
    package private(set) var bytes: [UInt8]
    /// Where each entry is in ``bytes``.
    package private(set) var ranges: [Range<Int>]

    /// A bundle without entries.
    package init() {
        bytes = []
        ranges = []
    }

    /// Reads the first `count` entries.
    /// - Returns: `nil` if there are fewer, or if `isWhole` and something follows them.
    package init?(_ bytes: [UInt8], count: Int, isWhole: Bool) {
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(count)
        var position = 0
        while ranges.count < count {
            guard position + 2 <= bytes.count else { return nil }
            let begin = position + 2
            let end = begin + Int(bytes[position]) << 8 + Int(bytes[position + 1])
            guard end <= bytes.count else { return nil }
            ranges.append(begin..<end)
            position = end
        }
        guard !isWhole || position == bytes.count else { return nil }
        self.bytes = position == bytes.count ? bytes : Array(bytes[..<position])
        self.ranges = ranges
    }

    /// How many entries it has.
    package var count: Int { ranges.count }

    /// An entry's bytes.
    package subscript(position: Int) -> [UInt8] { Array(bytes[ranges[position]]) }

    /// The hashes of the entries as leaves.
    package var leaves: [TreeHash] {
        bytes.withUnsafeBytes { bytes in
            ranges.map { TreeHash.leaf(UnsafeRawBufferPointer(rebasing: bytes[$0])) }
        }
    }

    /// Appends an entry.
    /// - Precondition: it has at most ``longestEntry`` bytes.
    package mutating func append(_ entry: some Collection<UInt8>) {
        precondition(entry.count <= Self.longestEntry, "an entry's length has sixteen bits")
        bytes.append(UInt8(entry.count >> 8))
        bytes.append(UInt8(entry.count & 0xFF))
        let begin = bytes.count
        bytes.append(contentsOf: entry)
        ranges.append(begin..<bytes.count)
    }
}
