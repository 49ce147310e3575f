import Recordings

/// Reads a log as it was at one checkpoint, without its secret key and without a lock, so it works while another
/// process writes, and on a copy. Not for several threads at once.
package final class LogReader {
    /// The folder that holds its files.
    package let folder: LogFolder
    /// The key that the checkpoint was checked with.
    package let key: NoteKey
    /// The position that the checkpoint states.
    package let position: LogPosition
    /// The signed checkpoint, to the byte.
    package let checkpoint: [UInt8]
    private let tiles: TileReader

    /// Reads the newest checkpoint.
    /// - Parameter key: the key to check it with. Without one, the key that the log itself names is used, which only
    ///   shows that the log agrees with itself.
    /// - Throws: `missing` if there is no log; `damaged` if the checkpoint is invalid.
    package init(_ folder: LogFolder, key: NoteKey? = nil) throws(EvidenceError) {
        guard folder.exists else {
            throw EvidenceError(.missing, "\(folder.path): there is no log", path: folder.path)
        }
        self.folder = folder
        self.key = if let key { key } else { try folder.publishedKey() }
        guard let checkpoint = try LogFiles.read(folder.checkpointPath) else {
            throw .damaged("missing", folder.checkpointPath)
        }
        self.checkpoint = checkpoint
        do throws(NoteFault) {
            position = try LogPosition(signed: checkpoint, by: self.key)
        } catch {
            throw .damaged(error.description, folder.checkpointPath)
        }
        tiles = TileReader(folder, size: position.size)
    }

    /// Calls `body` with each entry of the checkpoint from `first` on, in order.
    /// - Throws: ``EvidenceError``; errors of `body`.
    package func forEachEntry(
        from first: Int64 = 0,
        _ body: (_ index: Int64, _ entry: [UInt8]) throws(EvidenceError) -> Void
    ) throws(EvidenceError) {
        let width = Int64(TilePlace.fullWidth)
        var index = max(first, 0)
        while let tile = TilePlace(.entries, index: index / width, size: position.size) {
            let bundle = try tiles.bundle(tile)
            for place in Int(index % width)..<bundle.count {
                try body(index, bundle[place])
                index += 1
            }
            // The last tile is not full: the next read would return it again.
            if !tile.isFull { return }
        }
    }

    /// Entries of the checkpoint from `first` on, at most `count`.
    package func entries(from first: Int64, count: Int64) throws(EvidenceError) -> [[UInt8]] {
        let (width, end) = (Int64(TilePlace.fullWidth), min(position.size, first + count))
        var entries: [[UInt8]] = []
        var index = first
        while index < end, let tile = TilePlace(.entries, index: index / width, size: position.size) {
            let bundle = try tiles.bundle(tile)
            let last = min(end, tile.index * width + Int64(bundle.count))
            guard last > index else { break }
            for place in Int(index % width)..<Int(last - tile.index * width) { entries.append(bundle[place]) }
            index = last
        }
        return entries
    }

    /// Calls `body` with each entry of the checkpoint, in order, and then with the accepted ones.
    /// - Throws: as ``forEachSignedEntry(_:)``.
    package func forEachProvenEntry(
        _ body: (_ index: Int64, _ entry: [UInt8]) throws(EvidenceError) -> Void
    ) throws(EvidenceError) {
        try forEachSignedEntry(body)
        for (place, entry) in try acceptedEntries().enumerated() { try body(position.size + Int64(place), entry) }
    }

    /// Calls `body` with each entry of the checkpoint, in order.
    /// - Throws: `damaged` if the entries are not those that the checkpoint signs, in which case nothing that `body`
    ///   was given is valid; errors of `body`.
    package func forEachSignedEntry(
        _ body: (_ index: Int64, _ entry: [UInt8]) throws(EvidenceError) -> Void
    ) throws(EvidenceError) {
        var tree = TreeFrontier()
        try forEachEntry { index, entry throws(EvidenceError) in
            tree.append(.leaf(entry))
            try body(index, entry)
        }
        guard tree.root == position.root else {
            throw .damaged(
                "its entries have root \(tree.root.base64), and it says \(position.root.base64)",
                folder.checkpointPath
            )
        }
    }

    /// Calls `body` with each entry of the checkpoint, newest first.
    /// - Parameter body: returns `false` to end it.
    /// - Returns: whether `body` has seen every entry.
    func forEachEntryBackwards(
        _ body: (_ index: Int64, _ entry: [UInt8]) throws(EvidenceError) -> Bool
    ) throws(EvidenceError) -> Bool {
        var rest = position.size
        let width = Int64(TilePlace.fullWidth)
        while rest > 0, let tile = TilePlace(.entries, index: (rest - 1) / width, size: position.size) {
            let bundle = try tiles.bundle(tile)
            for place in (0..<bundle.count).reversed() {
                guard try body(tile.index * width + Int64(place), bundle[place]) else { return false }
            }
            rest -= Int64(bundle.count)
        }
        return true
    }

    /// One entry of the checkpoint.
    /// - Throws: `unknown` if the checkpoint has none at `index`.
    package func entry(_ index: Int64) throws(EvidenceError) -> [UInt8] {
        let width = Int64(TilePlace.fullWidth)
        guard index >= 0, index < position.size,
            let tile = TilePlace(.entries, index: index / width, size: position.size)
        else { throw unknown(index) }
        return try tiles.bundle(tile)[Int(index % width)]
    }

    /// The proof that an entry is in the log.
    /// - Throws: `unknown` if the checkpoint has none at `index`; `damaged` if the tiles do not yield a proof.
    package func proof(of index: Int64) throws(EvidenceError) -> InclusionProof {
        guard index >= 0, index < position.size else { throw unknown(index) }
        let path = try TreeProof.inclusion(of: index, in: position.size, tiles)
        let proof = InclusionProof(index: index, path: path, checkpoint: checkpoint)
        let entry = try entry(index)
        do throws(NoteFault) {
            try proof.check(entry, key)
        } catch {
            throw .damaged(error.description, folder.path)
        }
        return proof
    }

    /// The log's first entry, which says what it goes on from; `nil` if a later version wrote it.
    /// - Throws: `damaged` if it is not the one that the checkpoint signs.
    package func begun() throws(EvidenceError) -> LogEntry? {
        _ = try proof(of: 0)
        return try? LogEntry(try entry(0))
    }

    /// Compares the log with a state from which a newer epoch goes on.
    /// - Returns: how many entries it has lost since then. Then nothing else can be compared.
    /// - Throws: `damaged` if it is another log.
    package func lost(since named: LogPosition) throws(EvidenceError) -> Int64 {
        guard position.origin == named.origin else {
            throw .damaged(
                "it is of a log \(position.origin), and the newer epoch continues \(named.origin)",
                folder.checkpointPath
            )
        }
        guard named.size <= position.size else { return named.size - position.size }
        let proof = try consistency(with: named.size)
        guard TreeProof.isConsistent(named.size, named.root, position.size, position.root, proof) else {
            throw .damaged("the newer epoch does not go on from its first \(named.size) entries", folder.checkpointPath)
        }
        return 0
    }

    /// The hashes that show that an older state is a prefix of this one.
    /// - Throws: `unknown` if the older one is larger.
    package func consistency(with oldSize: Int64) throws(EvidenceError) -> [TreeHash] {
        guard (0...position.size).contains(oldSize) else { throw unknown(oldSize) }
        return try TreeProof.consistency(of: oldSize, with: position.size, tiles)
    }

    /// The checkpoint of an earlier state, as it was given to anchors.
    /// - Throws: `damaged` if it is missing, or this state does not go on from it; `unknown` if this state has fewer entries.
    package func anchoredCheckpoint(ofSize size: Int64) throws(EvidenceError) -> [UInt8] {
        let (bytes, path) = (try folder.checkpointBytes(ofAnchoredSize: size), folder.anchoredCheckpointPath(size))
        let older: LogPosition
        do throws(NoteFault) {
            older = try LogPosition(signed: bytes, by: key)
        } catch {
            throw .damaged(error.description, path)
        }
        let proof = try consistency(with: size)
        guard older.size == size,
            TreeProof.isConsistent(size, older.root, position.size, position.root, proof)
        else { throw .damaged("the log does not go on from this state", path) }
        return bytes
    }

    /// Accepted entries that are not in the checkpoint: only this disk has them.
    /// - Returns: the entries in order; the first has the index `position.size`. An unfinished line is left out.
    /// - Throws: `damaged` if the tail is missing or cannot be read.
    package func acceptedEntries() throws(EvidenceError) -> [[UInt8]] {
        try tailLines().map(\.entry)
    }

    private func tailLines() throws(EvidenceError) -> ArraySlice<LogTail.Line> {
        guard let bytes = try LogFiles.read(folder.tailPath, most: LogFiles.largest) else {
            throw .damaged("missing: what was accepted after the checkpoint is lost", folder.tailPath)
        }
        guard let begin = LogTail.start(bytes) else {
            throw .damaged("its first line is not {\"start\":N}", folder.tailPath)
        }
        guard begin.index <= position.size else {
            // A writer may be publishing everything at this moment: the new checkpoint comes before the new tail.
            if try LogFiles.read(folder.checkpointPath) != checkpoint { return [] }
            throw .damaged(
                "it begins at entry \(begin.index), and the checkpoint has only \(position.size)",
                folder.tailPath
            )
        }
        let lines: [LogTail.Line]
        do throws(NoteFault) {
            lines = try LogTail.parse(Array(bytes[begin.byteCount...])).lines
        } catch {
            throw .damaged(error.description, folder.tailPath)
        }
        let published = Int(min(position.size - begin.index, Int64(lines.count)))
        try tiles.expect(lines.prefix(published), from: begin.index, at: folder.tailPath)
        return lines.dropFirst(published)
    }

    private func unknown(_ index: Int64) -> EvidenceError {
        EvidenceError(
            .unknown,
            "\(folder.path): the checkpoint has \(position.size) entries, and none at \(index)",
            path: folder.path
        )
    }
}
