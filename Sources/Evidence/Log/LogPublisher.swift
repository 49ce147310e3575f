import Recordings

/// Writes entries into the tiles of a log and signs the resulting state: the steps of a fold, in order. The caller must
/// hold the log's lock.
struct LogPublisher: Sendable {
    var folder: LogFolder
    var signer: LogSigner

    /// Writes the tiles of `lines`, continuing from `edge`, and then the checkpoint. The entries are published once the
    /// checkpoint's name is durable, and everything that it refers to is durable before that.
    ///
    /// After a crash at any point, doing it again repairs it: the same lines make the same tiles.
    /// - Returns: the right edge of the grown log, and the checkpoint.
    func publish(
        _ lines: some Sequence<LogTail.Line>,
        onto edge: RightEdge
    ) throws(EvidenceError) -> (edge: RightEdge, checkpoint: [UInt8]) {
        var edge = edge
        let oldSize = edge.size
        var folders: [String] = []
        for line in lines {
            try edge.append(line) { change throws(EvidenceError) in try write(change, &folders) }
        }
        for change in edge.partialTiles(since: oldSize) { try write(change, &folders) }
        for folder in folders { try LogFiles.flushFolder(folder) }
        let position = LogPosition(origin: signer.key.name, size: edge.size, root: edge.root)
        let checkpoint = try signer.checkpoint(position)
        try LogFiles.placeDurably(checkpoint, at: folder.checkpointPath, mode: 0o640)
        return (edge, checkpoint)
    }

    private func write(_ change: RightEdge.Change, _ folders: inout [String]) throws(EvidenceError) {
        let path = folder.tilePath(change.tile)
        let parent = LogFiles.folder(of: path)
        if !folders.contains(parent) {
            try LogFiles.createFolder(parent)
            folders.append(parent)
        }
        try LogFiles.place(change.bytes, at: path, mode: 0o440)
    }

    /// Removes the partial states of tiles that have become full since the log had `oldSize` entries.
    func removeFormerStates(from oldSize: Int64, to size: Int64) throws(EvidenceError) {
        for tile in RightEdge.filled(from: oldSize, to: size) {
            let states = "\(folder.path)/\(tile.partialFolder)"
            guard try LogFiles.exists(states) else { continue }
            try LogFiles.removeFolder(states)
            try LogFiles.flushFolder(LogFiles.folder(of: states))
        }
    }

    /// Begins a new tail after everything that is published.
    /// - Returns: how many bytes it has.
    @discardableResult func beginTail(at size: Int64) throws(EvidenceError) -> Int {
        let header = LogTail.header(start: size)
        try LogFiles.placeDurably(header, at: folder.tailPath, mode: 0o640)
        return header.count
    }
}
