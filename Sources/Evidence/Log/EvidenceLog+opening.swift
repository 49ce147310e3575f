import Files
import Recordings

extension EvidenceLog {
    /// What is needed to open or create a log.
    package struct Place: Sendable {
        /// `{root}/log`.
        package var logs: String
        /// The log's organization.
        package var organization: OrganizationName
        /// Where the key is; created with the first log.
        package var keyFile: LogKeyFile
        /// The beginning of a new log's origin: `archive.example/callark`. An existing log keeps its own.
        package var origin: String
        /// The actor who is logged as its creator.
        package var actor: Actor

        /// Sets every property.
        package init(
            logs: String,
            organization: OrganizationName,
            keyFile: LogKeyFile,
            origin: String,
            actor: Actor
        ) {
            self.logs = logs
            self.organization = organization
            self.keyFile = keyFile
            self.origin = origin
            self.actor = actor
        }

        /// The log's folder.
        package var folder: LogFolder { LogFolder(organization, in: logs) }
    }

    /// A log, and what had to be created for it.
    package struct Opened: Sendable {
        /// The log.
        package var log: EvidenceLog
        /// Whether it was created now.
        package var isNew = false
        /// Whether the key was created now.
        package var isKeyNew = false
    }

    /// Opens the log, or creates it if none exists.
    /// - Throws: as ``openExisting(_:)``.
    package static func open(_ place: Place, now: Timestamp) throws(EvidenceError) -> Opened {
        try withCreationLock(place) { () throws(EvidenceError) in
            if let log = try existing(place) { return Opened(log: log) }
            let (secret, isKeyNew) = try place.keyFile.keyOrNew()
            let log = try begin(
                place,
                secret,
                origin: "\(place.origin)/\(place.organization)/1",
                previous: nil,
                now: now
            )
            return Opened(log: log, isNew: true, isKeyNew: isKeyNew)
        }
    }

    /// Opens the log.
    /// - Returns: `nil` if there is none and never was.
    /// - Throws: `rolledBack` if an older log is there, or none although there was one; `key` if the key is missing or
    ///   not the log's; `damaged`.
    package static func openExisting(_ place: Place) throws(EvidenceError) -> EvidenceLog? {
        try withCreationLock(place) { () throws(EvidenceError) in try existing(place) }
    }

    /// Calls `body` while no one else creates a log, and after cleaning up what a crash left of that.
    static func withCreationLock<Result>(
        _ place: Place,
        _ body: () throws(EvidenceError) -> Result
    ) throws(EvidenceError) -> Result {
        try LogFiles.createFolder(place.logs)
        let lock = try LogFiles.lock(place.folder.beginningLockPath)
        defer { lock.release() }
        try finishBeginning(place)
        return try body()
    }

    /// Begins a new epoch of a log that was lost, rolled back or damaged, or whose key was lost. Its first entry names
    /// the last known state of the old one; what is left of the old one is kept as ``LogFolder/previous``.
    /// - Parameter reason: what the first entry says about why.
    /// - Throws: `missing` if there was no log.
    package static func beginEpoch(
        _ place: Place,
        because reason: String? = nil,
        now: Timestamp
    ) throws(EvidenceError) -> Opened {
        try withCreationLock(place) { () throws(EvidenceError) in
            guard let last = try lastKnown(place) else {
                throw EvidenceError(
                    .missing,
                    "\(place.folder.path): there is no log to go on from; the next pass begins one",
                    path: place.folder.path
                )
            }
            // The same origin, with the next number after the last slash.
            let parts = last.origin.split(separator: "/", omittingEmptySubsequences: false)
            let origin = (parts.dropLast() + ["\((last.epoch ?? 1) + 1)"]).joined(separator: "/")
            let (secret, isKeyNew) = try place.keyFile.keyOrNew()
            let log = try begin(place, secret, origin: origin, previous: last, because: reason, now: now)
            return Opened(log: log, isNew: true, isKeyNew: isKeyNew)
        }
    }

    /// The last known state of the log: the larger of the remembered one and the checkpoint's.
    private static func lastKnown(_ place: Place) throws(EvidenceError) -> LogPosition? {
        let newest = try place.keyFile.newest(place.organization)
        let last = lastSigned(place.folder)
        guard let newest, let last else { return newest ?? last }
        let isLater = (last.epoch ?? 1, last.size) > (newest.epoch ?? 1, newest.size)
        return isLater ? last : newest
    }

    /// What the log's checkpoint says. If it is damaged, nothing is known but whose it is: a new epoch signs no figures that may be
    /// the damage.
    private static func lastSigned(_ folder: LogFolder) -> LogPosition? {
        let note = try? LogFiles.read(folder.checkpointPath)
        let key = try? folder.publishedKey()
        if let note, let key, let position = try? LogPosition(signed: note, by: key) { return position }
        let origin = key?.name ?? note.flatMap { try? LogPosition(unverified: $0) }?.origin
        return origin.map { LogPosition(origin: $0, size: 0, root: .empty) }
    }

    private static func existing(_ place: Place) throws(EvidenceError) -> EvidenceLog? {
        let folder = place.folder
        guard folder.exists else {
            guard let known = try place.keyFile.newest(place.organization) else { return nil }
            throw EvidenceError(
                .rolledBack,
                "\(folder.path) is missing, and had \(known.size) entries; restore it from its copy, "
                    + "or run `callark log recover`, which begins a new epoch",
                path: folder.path
            )
        }
        guard let secret = try place.keyFile.key() else {
            throw EvidenceError(
                .key,
                "\(place.keyFile.path): the key of the log is missing; restore it from its copy, or, if it is lost, "
                    + "run `callark log recover`, which begins a new epoch with a new key",
                path: place.keyFile.path
            )
        }
        let key = try folder.publishedKey()
        guard key.publicKey == secret.publicKey else {
            throw EvidenceError(
                .key,
                "\(place.keyFile.path) is not the key that \(folder.path) was signed with; put that one back from its "
                    + "copy, or, if it is lost, run `callark log recover`, which begins a new epoch",
                path: place.keyFile.path
            )
        }
        let signer = try LogSigner(secret, origin: key.name)
        return try EvidenceLog(folder, place.organization, signer, place.keyFile)
    }

    /// Creates a log under another name, moves what exists of an old one into it, and gives it its own name. Whatever
    /// happens in between, a log with its own name is complete. What the old one has accepted and not published follows the
    /// first entry: nothing else would ever publish it.
    private static func begin(
        _ place: Place,
        _ secret: LogKey,
        origin: String,
        previous: LogPosition?,
        because reason: String? = nil,
        now: Timestamp
    ) throws(EvidenceError) -> EvidenceLog {
        let (folder, next) = (place.folder, place.folder.next)
        let signer = try LogSigner(secret, origin: origin)
        var values: [LogKeyword: LogValue] = [
            .origin: .text(signer.key.name), .vkey: .text(signer.key.description),
        ]
        values[.previous] = previous.map { .position($0) }
        values[.detail] = reason.map { .text($0) }
        let entry = try LogEntry(
            .logBegun,
            time: now,
            actor: place.actor,
            organization: place.organization,
            values
        ).encoded()
        // A process that still has the old log open accepts nothing more from here on.
        let lock = folder.exists ? try LogFiles.lock(folder.lockPath) : nil
        defer { lock?.release() }
        try LogFiles.createFolder(next.path)
        try LogFiles.placeDurably(Array("\(signer.key)\n".utf8), at: next.keyPath, mode: 0o640)
        let entries = [entry] + (try carried(from: folder, to: next))
        let publisher = LogPublisher(folder: next, signer: signer)
        let grown = try publisher.publish(
            entries.map { LogTail.Line(entry: $0, leaf: .leaf($0)) },
            onto: RightEdge()
        ).edge
        try publisher.beginTail(at: grown.size)
        let position = LogPosition(origin: signer.key.name, size: grown.size, root: grown.root)
        if folder.exists {
            try LogFiles.move(folder.path, to: next.previous.path)
            try LogFiles.flushFolder(next.path)
            try LogFiles.flushFolder(place.logs)
            try takePlace(place)
        } else {
            try LogFiles.move(next.path, to: folder.path)
            try LogFiles.flushFolder(place.logs)
        }
        try place.keyFile.remember(position, place.organization)
        return try EvidenceLog(folder, place.organization, signer, place.keyFile)
    }

    /// The accepted entries of a log that are in none of its checkpoints, if its checkpoint and its tail hold, with the
    /// objects that they name. Left out are those about anchors, whose tokens belong to states of the old log, and those whose
    /// objects are lost.
    private static func carried(from folder: LogFolder, to next: LogFolder) throws(EvidenceError) -> [[UInt8]] {
        guard let accepted = try? LogReader(folder).acceptedEntries() else { return [] }
        var entries: [[UInt8]] = []
        for bytes in accepted {
            let entry = try? LogEntry(bytes)
            guard entry?.type != .anchorAdded else { continue }
            var objects: [(digest: ContentDigest, bytes: [UInt8])] = []
            for digest in entry?.objects ?? [] {
                if let object = try? folder.objectBytes(digest) { objects.append((digest, object)) }
            }
            guard objects.count == entry?.objects.count ?? 0 else { continue }
            for object in objects {
                try LogFiles.createFolder(next.objectsPath)
                try LogFiles.placeDurably(object.bytes, at: next.objectPath(object.digest), mode: 0o440)
            }
            entries.append(bytes)
        }
        return entries
    }

    /// Finishes what a crash has left of ``begin(_:_:origin:previous:because:now:)`` or ``replace(_:with:)``, or removes it.
    private static func finishBeginning(_ place: Place) throws(EvidenceError) {
        let (folder, next) = (place.folder, place.folder.next)
        guard next.exists else { return }
        if !folder.exists, next.previous.exists || next.replaced.exists {
            try takePlace(place)
        } else {
            try LogFiles.removeFolder(next.path)
        }
    }

    /// Gives a complete log its name, after the old one was moved into it: from there on, a crash leads to the new log too. If
    /// nothing is remembered, its state is remembered first, because a log whose last state is unknown cannot be written to.
    static func takePlace(_ place: Place) throws(EvidenceError) {
        let (folder, next) = (place.folder, place.folder.next)
        if try place.keyFile.newest(place.organization) == nil, let position = try? LogReader(next).position {
            try place.keyFile.remember(position, place.organization)
        }
        try LogFiles.move(next.path, to: folder.path)
        try LogFiles.flushFolder(place.logs)
    }
}

extension LogFolder {
    /// The key that the log says it is signed with. Without the key from elsewhere, a check only shows that the log
    /// agrees with itself.
    /// - Throws: `damaged` if the file is missing or is not a key.
    package func publishedKey() throws(EvidenceError) -> NoteKey {
        guard let bytes = try LogFiles.read(keyPath) else { throw .damaged("missing", keyPath) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .damaged("not UTF-8", keyPath) }
        do throws(NoteFault) {
            return try NoteKey(vkey: text)
        } catch {
            throw .damaged(error.description, keyPath)
        }
    }
}
