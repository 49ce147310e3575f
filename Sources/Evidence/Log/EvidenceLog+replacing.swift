import Files

extension EvidenceLog {
    /// Replaces the log with a copy. The copy has to be sound, and to continue from every known state: the one
    /// remembered beside the key, and the one in the present log. The present log is kept as ``LogFolder/replaced``.
    /// - Throws: `missing` if there is no copy; `key` if it was signed with another key than the key file's; `damaged`
    ///   or `rolledBack` if it is not sound, or lacks something that is known.
    package static func replace(_ place: Place, with copy: LogFolder) throws(EvidenceError) {
        try withCreationLock(place) { () throws(EvidenceError) in
            let key = try publishedKey(of: copy, confirmedBy: place.keyFile)
            try requireWhole(copy, key, knowing: try knownStates(place, key))
            let (folder, next) = (place.folder, place.folder.next)
            try copyFiles(of: copy.path, to: next.path, leavingOut: [copy.replaced.name, "lock"])
            if folder.exists {
                let lock = try LogFiles.lock(folder.lockPath)
                defer { lock.release() }
                try LogFiles.move(folder.path, to: next.replaced.path)
                try LogFiles.flushFolder(next.path)
                try LogFiles.flushFolder(place.logs)
                try takePlace(place)
            } else {
                try LogFiles.move(next.path, to: folder.path)
                try LogFiles.flushFolder(place.logs)
            }
            if try place.keyFile.newest(place.organization) == nil {
                try place.keyFile.remember(LogReader(folder, key: key).position, place.organization)
            }
        }
    }

    private static func publishedKey(
        of copy: LogFolder,
        confirmedBy keyFile: LogKeyFile
    ) throws(EvidenceError) -> NoteKey {
        guard copy.exists else {
            throw EvidenceError(.missing, "\(copy.path): there is no log", path: copy.path)
        }
        let key = try copy.publishedKey()
        guard let secret = try keyFile.key(), secret.publicKey == key.publicKey else {
            throw EvidenceError(
                .key,
                "\(copy.path) was signed with another key than that of \(keyFile.path); restore the log's key from its copy",
                path: copy.path
            )
        }
        return key
    }

    /// The states that a copy has to continue from, each with its source.
    private static func knownStates(
        _ place: Place,
        _ key: NoteKey
    ) throws(EvidenceError) -> [(position: LogPosition, source: String)] {
        var known: [(position: LogPosition, source: String)] = []
        if let newest = try place.keyFile.newest(place.organization) {
            known.append((newest, place.keyFile.newestPath(place.organization)))
        }
        if let checkpoint = try LogFiles.read(place.folder.checkpointPath),
            let present = try? LogPosition(signed: checkpoint, by: key)
        {
            known.append((present, place.folder.checkpointPath))
        }
        return known
    }

    private static func requireWhole(
        _ copy: LogFolder,
        _ key: NoteKey,
        knowing known: [(position: LogPosition, source: String)]
    ) throws(EvidenceError) {
        let report = LogVerification(copy, key: key, known: known).report()
        guard let fault = report.faults.first else { return }
        let isOlder = known.contains { $0.position.size > report.position?.size ?? 0 }
        throw EvidenceError(
            isOlder ? .rolledBack : .damaged,
            "\(copy.path) cannot take the log's place: \(fault)",
            path: copy.path
        )
    }

    /// Copies a folder with everything in it, durably.
    private static func copyFiles(
        of source: String,
        to destination: String,
        leavingOut names: Set<String>
    ) throws(EvidenceError) {
        try LogFiles.createFolder(destination)
        for name in try LogFiles.names(in: source) where !names.contains(name) && !LogFiles.isDraft(name) {
            let (from, to) = ("\(source)/\(name)", "\(destination)/\(name)")
            guard let status = try LogFiles.status(of: from) else { continue }
            if status.isFolder {
                try copyFiles(of: from, to: to, leavingOut: [])
            } else if let bytes = try LogFiles.read(from, most: LogFiles.largest) {
                try LogFiles.place(bytes, at: to, mode: status.mode & 0o777)
            }
        }
        try LogFiles.flushFolder(destination)
    }
}
