import Recordings

/// Reads the tiles of a log of a given size, and returns the hashes of subtrees. Not for several threads at once.
package final class TileReader: SubtreeSource {
    /// How many tiles are cached: 8 KiB each.
    private static let maxRemembered = 64

    package let folder: LogFolder
    /// How many entries of the log are read.
    package let size: Int64
    private var remembered: [TilePlace: [TreeHash]] = [:]
    /// The entries that were read last. The next one that is read is usually near them.
    private var last: (tile: TilePlace, bundle: EntryBundle)?

    /// - Parameter size: how many entries count. Later ones are ignored.
    package init(_ folder: LogFolder, size: Int64) {
        self.folder = folder
        self.size = size
    }

    package func subtree(level: Int, index: Int64) throws(EvidenceError) -> TreeHash {
        let width = Int64(TilePlace.fullWidth)
        let (tileLevel, heightInTile) = level.quotientAndRemainder(dividingBy: 8)
        let first = index << Int64(heightInTile)
        guard let tile = TilePlace(.hashes(level: tileLevel), index: first / width, size: size) else {
            throw .damaged("a log of \(size) entries has no hash \(index) of level \(level)", folder.path)
        }
        let begin = Int(first % width)
        let end = begin + 1 << heightInTile
        guard end <= tile.width else {
            throw .damaged("a log of \(size) entries has no hash \(index) of level \(level)", folder.path)
        }
        return .root(ofComplete: try hashes(tile)[begin..<end])
    }

    /// The hashes of a tile.
    /// - Throws: `damaged` if it is missing or has another length.
    package func hashes(_ tile: TilePlace) throws(EvidenceError) -> [TreeHash] {
        if let known = remembered[tile] { return known }
        let (bytes, path, isWhole) = try bytes(tile)
        let wanted = tile.width * TreeHash.byteCount
        guard isWhole ? bytes.count == wanted : bytes.count == TilePlace.fullWidth * TreeHash.byteCount else {
            throw .damaged("\(bytes.count) bytes are not those of \(tile.width) hashes", path)
        }
        let hashes = bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: wanted, by: TreeHash.byteCount).map {
                TreeHash(raw: UnsafeRawBufferPointer(rebasing: bytes[$0..<($0 + TreeHash.byteCount)]))
            }
        }
        if remembered.count >= Self.maxRemembered { remembered.removeAll(keepingCapacity: true) }
        remembered[tile] = hashes
        return hashes
    }

    /// The entries of a tile.
    /// - Throws: `damaged` if it is missing or does not consist of that many entries.
    package func bundle(_ tile: TilePlace) throws(EvidenceError) -> EntryBundle {
        if let last, last.tile == tile { return last.bundle }
        let (bytes, path, isWhole) = try bytes(tile)
        guard let bundle = EntryBundle(bytes, count: tile.width, isWhole: isWhole) else {
            throw .damaged("its bytes are not those of \(tile.width) entries", path)
        }
        last = (tile, bundle)
        return bundle
    }

    /// Compares lines of a tail with the entries of the log.
    /// - Throws: `damaged`, with `path`, if they differ.
    func expect(
        _ lines: some Collection<LogTail.Line>,
        from start: Int64,
        at path: String
    ) throws(EvidenceError) {
        for (place, line) in lines.enumerated() {
            let index = start + Int64(place)
            guard try subtree(level: 0, index: index) == line.leaf else {
                throw .damaged("entry \(index) is another one in the checkpoint", path)
            }
        }
    }

    /// The bytes of a tile or, because a writer removes the partial states of a full tile, those of the full one.
    private func bytes(_ tile: TilePlace) throws(EvidenceError) -> (bytes: [UInt8], path: String, isWhole: Bool) {
        let path = folder.tilePath(tile)
        if let bytes = try LogFiles.read(path) { return (bytes, path, true) }
        let full = folder.tilePath(tile.full)
        if !tile.isFull, let bytes = try LogFiles.read(full) { return (bytes, full, false) }
        throw .damaged("missing", path)
    }
}
