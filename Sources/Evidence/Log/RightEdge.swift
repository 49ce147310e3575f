import Recordings

/// The incomplete tiles at the right of the tree: all that a log needs of its past to grow.
struct RightEdge: Sendable {
    /// A changed file of the log.
    struct Change: Sendable {
        var tile: TilePlace
        var bytes: [UInt8]
    }

    /// How many entries the tree has.
    private(set) var size: Int64
    /// For each tile level, the hashes of its last tile, if it is incomplete.
    private var levels: [[TreeHash]]
    /// The entries of the last tile, if it is incomplete.
    private var bundle: EntryBundle

    /// The edge of a log without entries.
    init() {
        size = 0
        levels = []
        bundle = EntryBundle()
    }

    /// Reads the right edge of a log of `size` entries.
    /// - Throws: `damaged` if a tile is missing, has another length, or does not have the hashes of its entries.
    init(of size: Int64, _ tiles: TileReader) throws(EvidenceError) {
        self.init()
        self.size = size
        var level = 0
        while TilePlace.hashCount(level: level, size: size) > 0 {
            let count = TilePlace.hashCount(level: level, size: size)
            let width = Int(count % Int64(TilePlace.fullWidth))
            let index = count / Int64(TilePlace.fullWidth)
            levels.append(
                width == 0 ? [] : try tiles.hashes(TilePlace(.hashes(level: level), index: index, width: width))
            )
            level += 1
        }
        guard let leaves = levels.first, !leaves.isEmpty else { return }
        let place = TilePlace(.entries, index: size / Int64(TilePlace.fullWidth), width: leaves.count)
        bundle = try tiles.bundle(place)
        guard bundle.leaves == leaves else {
            throw .damaged("the entries are not what their hashes say", tiles.folder.tilePath(place))
        }
    }

    /// The root of the tree.
    var root: TreeHash {
        var peaks: [TreeHash] = []
        for hashes in levels.reversed() {
            var begin = 0
            for bit in stride(from: 7, through: 0, by: -1) where hashes.count & (1 << bit) != 0 {
                peaks.append(.root(ofComplete: hashes[begin..<(begin + 1 << bit)]))
                begin += 1 << bit
            }
        }
        return TreeFrontier(size: size, peaks: peaks).root
    }

    /// Adds an entry at the right.
    /// - Parameter write: called with each tile that is now full.
    mutating func append(
        _ line: LogTail.Line,
        _ write: (Change) throws(EvidenceError) -> Void
    ) throws(EvidenceError) {
        let width = Int64(TilePlace.fullWidth)
        bundle.append(line.entry)
        size += 1
        if bundle.count == TilePlace.fullWidth {
            try write(Change(tile: TilePlace(.entries, index: size / width - 1), bytes: bundle.bytes))
            bundle = EntryBundle()
        }
        var (level, hash) = (0, line.leaf)
        while true {
            if levels.count == level { levels.append([]) }
            levels[level].append(hash)
            guard levels[level].count == TilePlace.fullWidth else { return }
            let index = TilePlace.hashCount(level: level, size: size) / width - 1
            try write(Change(tile: TilePlace(.hashes(level: level), index: index), bytes: Self.bytes(levels[level])))
            hash = .root(ofComplete: levels[level][...])
            levels[level] = []
            level += 1
        }
    }

    /// The incomplete tiles that have changed since the log had `oldSize` entries.
    func partialTiles(since oldSize: Int64) -> [Change] {
        guard size > oldSize else { return [] }
        let width = Int64(TilePlace.fullWidth)
        var changes: [Change] = []
        if bundle.count > 0 {
            let tile = TilePlace(.entries, index: size / width, width: bundle.count)
            changes.append(Change(tile: tile, bytes: bundle.bytes))
        }
        for (level, hashes) in levels.enumerated() where !hashes.isEmpty {
            let count = TilePlace.hashCount(level: level, size: size)
            guard count > TilePlace.hashCount(level: level, size: oldSize) else { continue }
            let tile = TilePlace(.hashes(level: level), index: count / width, width: hashes.count)
            changes.append(Change(tile: tile, bytes: Self.bytes(hashes)))
        }
        return changes
    }

    /// The tiles of a log of `size` entries that are full and were not when it had `oldSize`.
    static func filled(from oldSize: Int64, to size: Int64) -> [TilePlace] {
        var tiles: [TilePlace] = []
        var level = 0
        while TilePlace.hashCount(level: level, size: oldSize) > 0 {
            let contents: [TilePlace.Content] = level == 0 ? [.entries, .hashes(level: 0)] : [.hashes(level: level)]
            let index = TilePlace.hashCount(level: level, size: oldSize) / Int64(TilePlace.fullWidth)
            for content in contents {
                guard let old = TilePlace(content, index: index, size: oldSize), !old.isFull,
                    let new = TilePlace(content, index: index, size: size), new.isFull
                else { continue }
                tiles.append(old)
            }
            level += 1
        }
        return tiles
    }

    private static func bytes(_ hashes: [TreeHash]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * TreeHash.byteCount)
        for hash in hashes { hash.append(to: &bytes) }
        return bytes
    }
}
