import Files
import Recordings

extension EvidenceLog {
    /// What a log is opened or begun with.
    package struct Place: Sendable {
        /// `{root}/log`.
        package var logs: String
        /// Whose log.
        package var organization: OrganizationName
        /// Where the key is; made with the first log.
        package var keyFile: LogKeyFile
        /// What the origin of a new log begins with: `archive.example/callark`. One that is there keeps its own.
        package var origin: String
        /// Who is noted to have begun it.
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

    /// A log, and what had to be made for it.
    package struct Opened: Sendable {
        /// The log.
        package var log: EvidenceLog
        /// Whether it was begun now.
        package var isNew = false
        /// Whether the key was made now.
        package var isKeyNew = false
    }

    /// Opens the log, or begins it if there was none.
    /// - Throws: as ``openExisting(_:)``.
    package static func open(_ place: Place, now: Timestamp) throws(EvidenceError) -> Opened {
        try beginningAlone(place) { () throws(EvidenceError) in
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
    /// - Throws: `rolledBack` if there is none, or an older one, and there was; `key` if the key is missing or another
    ///   one; `damaged`.
    package static func openExisting(_ place: Place) throws(EvidenceError) -> EvidenceLog? {
        try beginningAlone(place) { () throws(EvidenceError) in try existing(place) }
    }

    /// Calls `body` while nobody else begins a log, and after what a crash has left of that.
    static func beginningAlone<Result>(
        _ place: Place,
        _ body: () throws(EvidenceError) -> Result
    ) throws(EvidenceError) -> Result {
        try LogFiles.createFolder(place.logs)
        let lock = try LogFiles.lock(place.folder.beginningLockPath)
        defer { lock.release() }
        try finishBeginning(place.folder)
        return try body()
    }

    /// Begins a new epoch of a log that was lost, rolled back or damaged, or whose key was lost. Its first entry names the
    /// last state of the old one that is known; what is left of the old one is kept as ``LogFolder/previous``.
    /// - Throws: `missing` if there was no log.
    package static func beginEpoch(_ place: Place, now: Timestamp) throws(EvidenceError) -> Opened {
        try beginningAlone(place) { () throws(EvidenceError) in
            guard let last = try lastKnown(place) else {
                throw EvidenceError(
                    .missing,
                    "\(place.folder.path): there is no log to go on from; the next pass begins one",
                    path: place.folder.path
                )
            }
            // Another number behind the last slash.
            let parts = last.origin.split(separator: "/", omittingEmptySubsequences: false)
            let origin = (parts.dropLast() + ["\(epoch(of: last.origin) + 1)"]).joined(separator: "/")
            let (secret, isKeyNew) = try place.keyFile.keyOrNew()
            let log = try begin(place, secret, origin: origin, previous: last, now: now)
            return Opened(log: log, isNew: true, isKeyNew: isKeyNew)
        }
    }

    /// The last state of the log that is known: the larger of what is remembered and of what the checkpoint says.
    private static func lastKnown(_ place: Place) throws(EvidenceError) -> LogPosition? {
        let newest = try place.keyFile.newest(place.organization)
        let signed = try? LogFiles.read(place.folder.checkpointPath)
        let last = signed.flatMap { try? LogPosition(unverified: $0) }
        guard let newest, let last else { return newest ?? last }
        let isLater = (epoch(of: last.origin), last.size) > (epoch(of: newest.origin), newest.size)
        return isLater ? last : newest
    }

    private static func existing(_ place: Place) throws(EvidenceError) -> EvidenceLog? {
        let folder = place.folder
        guard folder.exists else {
            guard let known = try place.keyFile.newest(place.organization) else { return nil }
            throw EvidenceError(
                .rolledBack,
                "\(folder.path) is missing, and had \(known.size) entries; put it back from its copy, "
                    + "or run `callark log recover`, which begins a new epoch",
                path: folder.path
            )
        }
        guard let secret = try place.keyFile.key() else {
            throw EvidenceError(
                .key,
                "\(place.keyFile.path): the key of the log is missing; put it back from its copy, or, if it is lost, "
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

    /// Makes a log under another name, moves what there was of an old one into it, and gives it its own name: whatever
    /// happens meanwhile, a log that has its name is whole.
    private static func begin(
        _ place: Place,
        _ secret: LogKey,
        origin: String,
        previous: LogPosition?,
        now: Timestamp
    ) throws(EvidenceError) -> EvidenceLog {
        let (folder, next) = (place.folder, place.folder.next)
        let signer = try LogSigner(secret, origin: origin)
        var values: [LogKeyword: LogValue] = [
            .origin: .text(signer.key.name), .vkey: .text(signer.key.description),
        ]
        values[.previous] = previous.map { .position($0) }
        let entry = try LogEntry(
            .logBegun,
            time: now,
            actor: place.actor,
            organization: place.organization,
            values
        ).encoded()
        try LogFiles.createFolder(next.path)
        try LogFiles.placeDurably(Array("\(signer.key)\n".utf8), at: next.keyPath, mode: 0o640)
        let publisher = LogPublisher(folder: next, signer: signer)
        _ = try publisher.publish([LogTail.Line(entry: entry, leaf: .leaf(entry))], onto: RightEdge())
        try publisher.beginTail(at: 1)
        if folder.exists {
            let lock = try LogFiles.lock(folder.lockPath)
            defer { lock.release() }
            try LogFiles.move(folder.path, to: next.previous.path)
            try LogFiles.flushFolder(next.path)
            try LogFiles.flushFolder(place.logs)
        }
        try LogFiles.move(next.path, to: folder.path)
        try LogFiles.flushFolder(place.logs)
        let log = try EvidenceLog(folder, place.organization, signer, place.keyFile)
        try place.keyFile.remember(
            LogPosition(origin: signer.key.name, size: 1, root: .leaf(entry)),
            place.organization
        )
        return log
    }

    /// Finishes what a crash has left of ``begin(_:_:previous:now:)``, or takes it away.
    private static func finishBeginning(_ folder: LogFolder) throws(EvidenceError) {
        guard folder.next.exists else { return }
        if !folder.exists, folder.next.previous.exists || folder.next.replaced.exists {
            try LogFiles.move(folder.next.path, to: folder.path)
            try LogFiles.flushFolder(LogFiles.folder(of: folder.path))
        } else {
            try LogFiles.removeFolder(folder.next.path)
        }
    }

    /// The number at the end of an origin.
    private static func epoch(of origin: String) -> Int64 {
        origin.split(separator: "/").last.flatMap(LogPosition.number) ?? 1
    }
}

extension LogFolder {
    /// The key that the log says it is signed with. Who gets it from nowhere else knows only that the log agrees with itself.
    /// - Throws: `damaged` if the file is missing or is no key.
    package func publishedKey() throws(EvidenceError) -> NoteKey {
        guard let bytes = try LogFiles.read(keyPath) else { throw .damaged("missing", keyPath) }
        do throws(NoteFault) {
            return try NoteKey(vkey: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw .damaged(error.description, keyPath)
        }
    }
}
