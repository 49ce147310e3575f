import Crypto
import Files
import Recordings

extension EvidenceLog {
    /// Publishes accepted entries, and returns the newest state. If it has been given to anchors before, it is returned
    /// with the bytes that were sent then.
    package func stateToAnchor() throws(EvidenceError) -> AnchoredState {
        try fold()
        let reader = try LogReader(folder, key: key)
        if let sent = try LogFiles.read(folder.anchoredCheckpointPath(reader.position.size)) {
            return try state(of: sent)
        }
        return try state(of: reader.checkpoint)
    }

    /// Waits until no other process gives checkpoints of this log to anchors. A witness that gets two states in the
    /// wrong order would take the older one for a log that was rolled back.
    /// - Returns: a lock that is released with the value.
    package func anchoringLock() throws(EvidenceError) -> FileLock { try LogFiles.lock(folder.anchoringLockPath) }

    /// The state in a checkpoint of this log, for example one that was sent to a witness by hand.
    /// - Throws: `damaged` if it is not one of this log's.
    package func state(of checkpoint: [UInt8]) throws(EvidenceError) -> AnchoredState {
        let (position, note): (LogPosition, SignedNote)
        do throws(NoteFault) {
            (position, note) = (try LogPosition(signed: checkpoint, by: key), try SignedNote(checkpoint))
        } catch {
            throw .damaged("a checkpoint that is not the log's: \(error)", folder.path)
        }
        let newest = try LogReader(folder, key: key).position
        guard position.size <= newest.size,
            try TreeProof.root(of: position.size, TileReader(folder, size: newest.size)) == position.root
        else { throw .damaged("a checkpoint of \(position.size) entries that are not the log's", folder.path) }
        let own = note.signatures(of: key.name, key.id).prefix(1)
        let bare = note.text + Array(("\n" + own.map(\.line).joined()).utf8)
        return AnchoredState(folder: folder, position: position, checkpoint: bare)
    }

    /// Durably keeps the evidence that a state was known outside, and logs it, so that the next time stamp covers it.
    /// If the state already has a token of that kind and name, that one stays.
    ///
    /// A crash leaves nothing, a state without a token, or a token that no entry names: each is harmless.
    /// - Returns: whether it was kept.
    @discardableResult package func keep(
        _ token: AnchorToken,
        of state: AnchoredState,
        by actor: Actor,
        now: Timestamp
    ) throws(EvidenceError) -> Bool {
        guard let digest = ContentDigest(bytes: SHA256.hash(data: token.bytes)), AnchorToken.isName(token.name) else {
            throw EvidenceError(.bug, "\(token.name) is not the name of an anchor", path: "")
        }
        let place = AnchorToken.Place(size: state.position.size, kind: token.kind, name: token.name)
        var values: [LogKeyword: LogValue] = [
            .size: .number(place.size), .kind: .text(place.kind.rawValue), .file: .text(place.path),
            .object: .digest(digest),
        ]
        if let certificates = token.certificates { values[.certificates] = .digest(try keep(certificates)) }
        if let key = token.key { values[.vkey] = .text(key.description) }
        guard try write(token, at: place, of: state) else { return false }
        let entry = LogEntry(.anchorAdded, time: now, actor: actor, organization: organization, values)
        try append([entry], at: (now, { actor }))
        return true
    }

    private func write(
        _ token: AnchorToken,
        at place: AnchorToken.Place,
        of state: AnchoredState
    ) throws(EvidenceError) -> Bool {
        let lock = try LogFiles.lock(folder.lockPath)
        defer { lock.release() }
        try beginAnchors(of: state)
        let path = "\(folder.path)/\(place.path)"
        if try LogFiles.exists(path) { return false }
        if let request = token.request {
            try LogFiles.placeDurably(request, at: "\(folder.path)/\(place.requestPath)", mode: 0o440)
        }
        try LogFiles.placeDurably(token.bytes, at: path, mode: 0o440)
        if token.kind == .witness { try addSignature(token.bytes, to: state) }
        return true
    }

    /// Creates the folder of a state, with the checkpoint in it. A folder without one would look like a log that was
    /// rolled back.
    private func beginAnchors(of state: AnchoredState) throws(EvidenceError) {
        let path = folder.anchoredCheckpointPath(state.position.size)
        guard try !LogFiles.exists(path) else { return }
        let (final, draft) = (LogFiles.folder(of: path), "\(folder.anchorsPath)/.next")
        try LogFiles.removeFolder(draft)
        try LogFiles.createFolder(draft)
        try LogFiles.placeDurably(state.checkpoint, at: "\(draft)/checkpoint", mode: 0o440)
        try LogFiles.move(draft, to: final)
        try LogFiles.flushFolder(folder.anchorsPath)
    }

    /// Appends a cosignature to the newest checkpoint, if that is still of the same state, so that proofs contain it
    /// too.
    private func addSignature(_ line: [UInt8], to state: AnchoredState) throws(EvidenceError) {
        guard let checkpoint = try LogFiles.read(folder.checkpointPath), let newest = try? SignedNote(checkpoint),
            let sent = try? SignedNote(state.checkpoint), newest.text == sent.text
        else { return }
        try LogFiles.placeDurably(checkpoint + line, at: folder.checkpointPath, mode: 0o640)
    }
}

extension LogFolder {
    /// Every token, the newest state first.
    package func anchorTokens() throws(EvidenceError) -> [AnchorToken.Place] {
        var places: [AnchorToken.Place] = []
        for size in try anchoredSizes().reversed() { places += try anchorTokens(ofSize: size) }
        return places
    }

    /// The tokens of one state, by name.
    package func anchorTokens(ofSize size: Int64) throws(EvidenceError) -> [AnchorToken.Place] {
        try LogFiles.names(in: "\(anchorsPath)/\(size)").compactMap {
            AnchorToken.Place(path: "anchors/\(size)/\($0)")
        }
    }

    /// The newest tokens of anchors, searched from the newest state back.
    /// - Parameter anchors: their kinds and names; the search ends when all are found.
    package func newestTokens(
        of anchors: Set<AnchorToken.Place.Anchor>
    ) throws(EvidenceError) -> [AnchorToken.Place.Anchor: AnchorToken.Place] {
        var found: [AnchorToken.Place.Anchor: AnchorToken.Place] = [:]
        for size in try anchoredSizes().reversed() {
            if found.count == anchors.count { break }
            for place in try anchorTokens(ofSize: size) where anchors.contains(place.anchor) {
                if found[place.anchor] == nil { found[place.anchor] = place }
            }
        }
        return found
    }

    /// The size of the newest state, among those of a log of `size` entries, that has a token of one of these kinds.
    /// - Returns: `nil` if none has.
    package func newestAnchoredSize(
        by kinds: Set<AnchorToken.Kind>,
        within size: Int64
    ) throws(EvidenceError) -> Int64? {
        for anchored in try anchoredSizes().reversed() where anchored <= size {
            if try anchorTokens(ofSize: anchored).contains(where: { kinds.contains($0.kind) }) { return anchored }
        }
        return nil
    }

    /// The bytes of a token.
    /// - Parameter digest: what the token's entry says; `nil` to compare nothing.
    /// - Throws: `damaged` if they are missing, or are not what the entry says.
    package func bytes(
        of place: AnchorToken.Place,
        as digest: ContentDigest? = nil
    ) throws(EvidenceError) -> [UInt8] {
        let file = "\(path)/\(place.path)"
        let bytes = try present(file)
        if let digest, try FileDigest.digest(of: bytes) != digest {
            throw .damaged("it is not what its entry says", file)
        }
        return bytes
    }

    /// The request that a time stamp answers; `nil` if it is missing.
    package func requestBytes(of place: AnchorToken.Place) throws(EvidenceError) -> [UInt8]? {
        try LogFiles.read("\(path)/\(place.requestPath)")
    }

    /// The checkpoint of a state that was given to anchors.
    /// - Throws: `damaged` if it is missing.
    package func checkpointBytes(ofAnchoredSize size: Int64) throws(EvidenceError) -> [UInt8] {
        try present(anchoredCheckpointPath(size))
    }

    /// A list or a text that an entry names.
    /// - Throws: `damaged` if it is missing, or is not what its name says.
    package func objectBytes(_ digest: ContentDigest) throws(EvidenceError) -> [UInt8] {
        let path = objectPath(digest)
        let bytes = try present(path, most: LogFiles.largest)
        guard try FileDigest.digest(of: bytes) == digest else { throw .damaged("it is not what its name says", path) }
        return bytes
    }

    private func present(_ path: String, most: Int = LogFiles.most) throws(EvidenceError) -> [UInt8] {
        guard let bytes = try LogFiles.read(path, most: most) else { throw .damaged("missing", path) }
        return bytes
    }
}

extension AnchorToken.Place {
    /// The anchor that made a token, whatever its state.
    package struct Anchor: Hashable, Sendable {
        package var kind: AnchorToken.Kind
        package var name: String

        /// Sets every property.
        package init(_ kind: AnchorToken.Kind, _ name: String) {
            self.kind = kind
            self.name = name
        }
    }

    /// The anchor that made it.
    package var anchor: Anchor { Anchor(kind, name) }
}
