import Recordings

/// What is known about a log's past from places that a restored older copy does not overwrite, or that others have
/// seen: the state remembered beside the key, and the newest state given to anchors.
struct LogHistory: Sendable {
    private let folder: LogFolder
    private let organization: OrganizationName
    private let keyFile: LogKeyFile

    init(_ folder: LogFolder, _ organization: OrganizationName, _ keyFile: LogKeyFile) {
        self.folder = folder
        self.organization = organization
        self.keyFile = keyFile
    }

    /// Compares a log's state with what is known.
    /// - Throws: `rolledBack` if the log has fewer entries than were known, or others, or if nothing says how many it had.
    func expect(_ position: LogPosition, _ key: NoteKey) throws(EvidenceError) {
        let tiles = TileReader(folder, size: position.size)
        try keyFile.requireMemory(of: organization, at: position, in: folder)
        if let newest = try keyFile.newest(organization) {
            try expect(newest, in: position, tiles, from: keyFile.newestPath(organization))
        } else {
            // A crash came between the beginning of the log and its being remembered.
            try keyFile.remember(position, organization)
        }
        if let size = try folder.anchoredSizes().last {
            let path = folder.anchoredCheckpointPath(size)
            try expect(try anchored(path, key), in: position, tiles, from: path)
        }
    }

    private func anchored(_ path: String, _ key: NoteKey) throws(EvidenceError) -> LogPosition {
        guard let note = try LogFiles.read(path) else { throw .damaged("missing", path) }
        do throws(NoteFault) {
            return try LogPosition(signed: note, by: key)
        } catch {
            throw .damaged(error.description, path)
        }
    }

    private func expect(
        _ known: LogPosition,
        in position: LogPosition,
        _ tiles: TileReader,
        from path: String
    ) throws(EvidenceError) {
        guard known.origin == position.origin else {
            // An epoch that has just begun: its first entry has to continue from the known state.
            if let previous = try begun(tiles)?.previous, previous.origin == known.origin, previous.size >= known.size {
                return
            }
            throw rolledBack("\(path) knows a log \(known.origin), and this one is \(position.origin)")
        }
        guard known.size <= position.size else {
            throw rolledBack("the log had \(known.size) entries (\(path)) and has \(position.size)")
        }
        guard try TreeProof.root(of: known.size, tiles) == known.root else {
            throw rolledBack("the first \(known.size) entries are not those that were signed before (\(path))")
        }
    }

    private func begun(_ tiles: TileReader) throws(EvidenceError) -> LogEntry? {
        guard let tile = TilePlace(.entries, index: 0, size: tiles.size) else { return nil }
        return try? LogEntry(try tiles.bundle(tile)[0])
    }

    private func rolledBack(_ what: String) -> EvidenceError {
        EvidenceError(
            .rolledBack,
            "\(folder.path): \(what): an older state was restored; restore the newest copy, "
                + "or run `callark log recover`, which begins a new epoch",
            path: folder.path
        )
    }
}
