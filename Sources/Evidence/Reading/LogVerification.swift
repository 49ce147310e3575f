import Recordings

/// Checks a whole log: recomputes every hash from its entries, and compares the tiles, the checkpoint and each earlier
/// known state. It uses the memory of a few tiles, however long the log is.
package struct LogVerification {
    private let folder: LogFolder
    private let key: NoteKey?
    /// States that the log or an epoch before it has to continue from, in addition to those that they have themselves.
    private var known: [(position: LogPosition, source: String)]

    /// - Parameters:
    ///   - key: the key to check signatures with; without one, the key that the log itself names.
    ///   - known: earlier states of the log, or of the epochs before it, each with the name of the file that it comes from.
    package init(_ folder: LogFolder, key: NoteKey? = nil, known: [(position: LogPosition, source: String)] = []) {
        self.folder = folder
        self.key = key
        self.known = known
    }

    /// Checks the log and its previous epochs.
    package func report() -> LogReport {
        var report = LogReport()
        do throws(EvidenceError) {
            let reader = try LogReader(folder, key: key)
            (report.position, report.key) = (reader.position, reader.key)
            let begun = try check(reader, &report)
            if let named = begun?.previous { addPrevious(named, &report) }
        } catch {
            report.add(error)
        }
        checkObjects(&report)
        return report
    }

    // MARK: - Tree

    /// - Returns: the first entry.
    private func check(_ reader: LogReader, _ report: inout LogReport) throws(EvidenceError) -> LogEntry? {
        let (position, tiles) = (reader.position, TileReader(folder, size: reader.position.size))
        var states = try knownStates(reader.key, &report)
        var edge = RightEdge()
        var begun: LogEntry?
        var referred: Set<ContentDigest> = []
        var index = Int64(0)
        expect(&states, edge, &report)
        while let tile = TilePlace(.entries, index: index, size: position.size) {
            for line in try lines(tile, tiles, &report) {
                if edge.size == 0 { begun = first(line, position, &report) }
                note(line.entry, &referred, &report)
                try edge.append(line) { change throws(EvidenceError) in compare(change, tiles, &report) }
                expect(&states, edge, &report)
            }
            index += 1
        }
        for change in edge.partialTiles(since: 0) { compare(change, tiles, &report) }
        if edge.root != position.root {
            report.add(
                folder.checkpointPath,
                "the entries have root \(edge.root.base64), and it says \(position.root.base64)"
            )
        }
        for state in states {
            report.add(state.source, "it knows \(state.position.size) entries, and the log has \(position.size)")
        }
        try checkTail(reader, &report, &referred)
        for digest in referred.sorted(by: { $0.description < $1.description }) {
            let path = folder.objectPath(digest)
            if try !LogFiles.exists(path) { report.add(path, "an entry names it, and it is missing") }
        }
        return begun
    }

    /// The entries of a tile. If they cannot be read, only their hashes, so that the rest of the log is checked too.
    private func lines(
        _ tile: TilePlace,
        _ tiles: TileReader,
        _ report: inout LogReport
    ) throws(EvidenceError) -> [LogTail.Line] {
        do throws(EvidenceError) {
            let bundle = try tiles.bundle(tile)
            if bundle.ranges.contains(where: \.isEmpty) { report.add(folder.tilePath(tile), "it has an empty entry") }
            return bundle.leaves.enumerated().map { LogTail.Line(entry: bundle[$0.offset], leaf: $0.element) }
        } catch  where error.code == .damaged {
            report.add(error)
            let hashes = TilePlace(.hashes(level: 0), index: tile.index, width: tile.width)
            return try tiles.hashes(hashes).map { LogTail.Line(entry: [], leaf: $0) }
        }
    }

    /// Compares a tile, as it should be, with the one on the disk.
    private func compare(_ change: RightEdge.Change, _ tiles: TileReader, _ report: inout LogReport) {
        // Tiles of entries are where the hashes come from.
        guard case .hashes(let level) = change.tile.content else { return }
        do throws(EvidenceError) {
            let found = try tiles.hashes(change.tile)
            let count = TreeHash.byteCount
            for (place, hash) in found.enumerated()
            where !change.bytes[(place * count)..<((place + 1) * count)].elementsEqual(hash.bytes) {
                let number = change.tile.index * Int64(TilePlace.fullWidth) + Int64(place)
                let what = level == 0 ? "entry \(number)" : "tile \(number) of level \(level - 1)"
                report.add(folder.tilePath(change.tile), "its hash of \(what) does not match")
            }
        } catch {
            report.add(error)
        }
    }

    private func first(
        _ line: LogTail.Line,
        _ position: LogPosition,
        _ report: inout LogReport
    ) -> LogEntry? {
        guard let entry = try? LogEntry(line.entry), entry.type == .logBegun,
            entry.text(.origin) == position.origin
        else {
            report.add(folder.path, "its first entry is not that of a log \(position.origin)")
            return nil
        }
        return entry
    }

    // MARK: - Earlier states

    private typealias Known = (position: LogPosition, source: String)

    /// The earlier states, ascending by size.
    private func knownStates(_ key: NoteKey, _ report: inout LogReport) throws(EvidenceError) -> [Known] {
        var states = known
        for size in try folder.anchoredSizes() {
            let path = folder.anchoredCheckpointPath(size)
            guard let note = try LogFiles.read(path) else {
                report.add(path, "missing")
                continue
            }
            do throws(NoteFault) {
                let position = try LogPosition(signed: note, by: key)
                states.append((position, path))
                if position.size != size { report.add(path, "it has \(position.size) entries, not \(size)") }
            } catch {
                report.add(path, error.description)
            }
        }
        let earlier = Set(folder.epochs.dropFirst().compactMap { try? $0.publishedKey().name })
        states.removeAll { $0.position.origin != key.name && earlier.contains($0.position.origin) }
        report.comparedStates = states.count
        for state in states where state.position.origin != key.name {
            report.add(state.source, "it is of a log \(state.position.origin), and this one is \(key.name)")
        }
        return states.filter { $0.position.origin == key.name }.sorted { $0.position.size < $1.position.size }
    }

    /// Compares the states that have as many entries as `edge`, and removes them from the list.
    private func expect(_ states: inout [Known], _ edge: RightEdge, _ report: inout LogReport) {
        while let state = states.first, state.position.size == edge.size {
            if state.position.root != edge.root {
                report.add(state.source, "the first \(edge.size) entries of the log are not those that it knows")
            }
            states.removeFirst()
        }
    }

    private func addPrevious(_ named: LogPosition, _ report: inout LogReport) {
        let previous = folder.previous
        guard previous.exists else {
            let what = "\(named.origin), of which \(named.size) entries were known, is not here"
            return report.add(previous.path, "the epoch before, \(what)")
        }
        // What is left of it may be less than was known: that is why there is a new epoch. It is not a fault of this
        // log.
        var known: [Known] = []
        if let size = try? LogReader(previous).position.size, size >= named.size { known = [(named, folder.path)] }
        let names = Set(previous.epochs.compactMap { try? $0.publishedKey().name })
        known += self.known.filter { names.contains($0.position.origin) }
        var older = LogVerification(previous, known: known).report()
        older.lost = older.position.map { max(0, named.size - $0.size) } ?? 0
        report.previous.append(older)
    }

    // MARK: - Tail and objects

    private func checkTail(
        _ reader: LogReader,
        _ report: inout LogReport,
        _ referred: inout Set<ContentDigest>
    ) throws(EvidenceError) {
        let accepted = try reader.acceptedEntries()
        report.acceptedEntries = accepted.count
        for entry in accepted { note(entry, &referred, &report) }
    }

    /// Records the files that an entry names. Entries of recordings, which are almost all, name none and are not
    /// parsed. Those that a later version wrote are passed over.
    private func note(_ entry: [UInt8], _ referred: inout Set<ContentDigest>, _ report: inout LogReport) {
        // An empty one could not be read, or is a fault of its tile.
        if entry.isEmpty || StoredEntry(entry) != nil { return }
        do throws(LogEntry.Fault) {
            let act = try LogEntry(entry)
            referred.formUnion(act.objects)
            if act.type == .anchorAdded { checkToken(act, &report) }
        } catch {
            guard case .ambiguous(let reason) = error else { return }
            report.add(folder.path, "an entry is not one: \(reason)")
        }
    }

    /// Compares a token with its entry.
    private func checkToken(_ entry: LogEntry, _ report: inout LogReport) {
        guard let path = entry.text(.file), let place = AnchorToken.Place(path: path),
            entry.number(.size) == place.size, entry.text(.kind) == place.kind.rawValue
        else {
            return report.add(folder.path, "an entry names \(entry.text(.file) ?? "") as what an anchor gave")
        }
        do throws(EvidenceError) {
            _ = try folder.bytes(of: place, as: entry.digest(.object))
        } catch {
            report.add(error)
        }
        report.anchors.append(
            LogReport.Anchored(
                place: place,
                certificates: entry.digest(.certificates),
                vkey: entry.text(.vkey)
            )
        )
    }

    private func checkObjects(_ report: inout LogReport) {
        var names: [String] = []
        do throws(EvidenceError) {
            names = try LogFiles.names(in: folder.objectsPath)
        } catch {
            report.add(error)
        }
        for name in names where !LogFiles.isDraft(name) {
            let path = "\(folder.objectsPath)/\(name)"
            report.objects += 1
            do throws(EvidenceError) {
                if try FileDigest.digest(ofFileAt: path).description != name {
                    report.add(path, "it is not what its name says")
                }
            } catch {
                report.add(error)
            }
        }
    }
}
