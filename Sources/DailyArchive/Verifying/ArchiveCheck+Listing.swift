import Files
import Recordings

extension ArchiveCheck {
    /// Compares the archive's own metadata, its checksum file and the manifest's rows with each other and with the
    /// members in the tar. All three lists are in the order of the archive, so they are read side by side.
    mutating func checkListing(_ index: ArchiveIndex, trusted: Set<String>) throws(ArchiveError) {
        var walk = EntryWalk(
            index: index,
            trusted: trusted,
            rows: expected?.recordings.sorted { $0.offset < $1.offset }
        )
        let checksums = lines(of: BagLayout.checksums, index)
        if walk.trustsMetadata {
            try compareEntries(index, checksums, &walk)
        } else {
            // A damaged list would make sound recordings look damaged, so the best of the other lists is used.
            try noteUnreadableLines(index)
            if walk.rows == nil, trusted.contains(BagLayout.checksums) {
                while let line = try checksums?.next() { try checkUnlisted(line, &walk) }
            } else if walk.rows == nil {
                try compareEntries(index, nil, &walk)
            }
        }
        try checkRows(before: .max, &walk)
        finishListing(walk, index)
        try checkPayloadCount(index)
    }

    private mutating func compareEntries(
        _ index: ArchiveIndex,
        _ checksums: borrowing LineReader?,
        _ walk: inout EntryWalk
    ) throws(ArchiveError) {
        guard let entries = lines(of: BagLayout.recordings, index) else { return }
        while let line = try entries.next() {
            let checksum = try checksums?.next()
            guard let entry = try? RecordingEntry(jsonLine: line.bytes) else {
                if walk.trustsMetadata { noteUnreadable(line) }
                try checkUnlisted(checksum, &walk)
                continue
            }
            if !agree(entry, checksum), walk.comparesChecksums {
                // Reported once: after a missing line, every later one would be reported too.
                walk.comparesChecksums = false
                noteChecksumList(checksum, index)
            }
            try check(entry, &walk)
        }
        if walk.comparesChecksums, let line = try checksums?.next() { noteChecksumList(line, index) }
    }

    private mutating func noteUnreadableLines(_ index: ArchiveIndex) throws(ArchiveError) {
        guard let entries = lines(of: BagLayout.recordings, index) else { return }
        while let line = try entries.next() {
            if (try? RecordingEntry(jsonLine: line.bytes)) == nil { noteUnreadable(line) }
        }
    }

    mutating func noteUnreadable(_ line: Line, in file: String = BagLayout.recordings) {
        note(
            .metadataLine,
            "\(file) in \(path) has a line at offset \(line.offset) that cannot be read, or belongs to another day",
            member: file,
            offset: line.offset
        )
    }

    private mutating func check(_ entry: RecordingEntry, _ walk: inout EntryWalk) throws(ArchiveError) {
        try checkRows(before: entry.offset, &walk)
        var listed = ListedRecording(
            path: entry.payloadPath,
            taskID: entry.key.taskID,
            offset: entry.offset,
            byteCount: entry.stored.byteCount,
            digests: walk.trustsMetadata ? [entry.stored.digest] : [],
            secondsSince1970: BagLayout.secondsSince1970(of: entry)
        )
        if let name = report.name, entry.organization != name.organization || entry.day != name.day {
            note(.metadataLine, listed, "is of \(entry.organization) and \(entry.day), not of this archive")
        }
        if !walk.named.insert(entry) { note(.metadataLine, listed, "is listed twice") }
        if walk.trustsMetadata {
            organizationID = organizationID ?? entry.organizationID
            if entry.organizationID != organizationID {
                note(.metadataLine, listed, "is of a different organization from the recordings before it")
            }
        }
        let row = walk.takeRow(at: entry.offset)
        if let row {
            let isSame =
                row.byteCount == entry.stored.byteCount && row.digest == entry.stored.digest
                && row.payloadPath == entry.payloadPath
            if !isSame, walk.trustsMetadata { noteRow(row, "differs from its metadata") }
            // If the archive as a whole is as the manifest says, a differing row is a fault of the row, not of these
            // bytes.
            if !isAsManifestSays || listed.digests.isEmpty { listed.digests.append(row.digest) }
            listed.replacedBy = row.replacedBy
            listed.isExplained = row.isExplained
        }
        if walk.rows != nil, walk.trustsMetadata, row?.payloadPath != entry.payloadPath {
            note(.manifest, listed, "is not in the manifest")
        }
        if listed.digests.isEmpty { listed.digests = [entry.stored.digest] }
        try check(listed, &walk)
    }

    /// The manifest's rows that the archive's metadata has left out.
    private mutating func checkRows(before offset: Int64, _ walk: inout EntryWalk) throws(ArchiveError) {
        while let row = walk.rows?.first, row.offset < offset {
            walk.rows?.removeFirst()
            if walk.trustsMetadata { noteRow(row, "is not in its metadata") }
            try check(ListedRecording(row), &walk)
        }
    }

    /// A recording that only the checksum file still names. If there are manifest rows, these are checked instead.
    private mutating func checkUnlisted(_ line: Line?, _ walk: inout EntryWalk) throws(ArchiveError) {
        guard walk.rows == nil, let line, let (digest, path) = ChecksumLine.read(line.bytes) else { return }
        guard let place = walk.place(of: path) else {
            return note(.recordingMissing, "\(path) is not in \(self.path)", member: path)
        }
        let listed = ListedRecording(
            path: path,
            taskID: path.split(separator: "/").dropFirst().first.flatMap { TaskID($0) },
            offset: place.offset,
            byteCount: place.byteCount,
            digests: [digest]
        )
        try check(listed, &walk)
    }

    private mutating func check(_ listed: ListedRecording, _ walk: inout EntryWalk) throws(ArchiveError) {
        report.recordingCount += 1
        let damages = walk.damages(before: listed.end)
        for damage in damages { note(damage, in: listed.path, listed.taskID) }
        let hasDamagedHeader = damages.contains { $0.kind == .header && $0.offset < listed.offset }
        var digest: ContentDigest?
        if let number = walk.index.place(at: listed.offset) {
            walk.seen[number] = true
            let place = walk.index.places[number]
            if place.byteCount == listed.byteCount { digest = place.digest }
            if place.byteCount != listed.byteCount || place.pathHash != ArchiveIndex.hash(listed.path) {
                note(.recordingMisplaced, listed, "has a different name or size in the tar")
            } else if let seconds = listed.secondsSince1970, seconds != place.secondsSince1970 {
                note(.header, listed, "has different times in the tar and in the metadata")
            }
        } else if !hasDamagedHeader {
            note(.recordingMissing, listed, "is not at its offset")
        }
        // If the archive as a whole is as the manifest says, a row without a member in it says nothing about bytes.
        guard !quick, digest != nil || !isAsManifestSays else { return }
        if digest == nil { digest = try self.digest(of: listed) }
        guard let digest, listed.digests.allSatisfy({ $0 == digest }) else {
            return note(.recordingDamaged, listed, "does not have the checksum that was recorded")
        }
    }

    /// Reads a recording's bytes and returns their digest.
    /// - Returns: `nil` if they are not all there.
    func digest(of listed: ListedRecording) throws(ArchiveError) -> ContentDigest? {
        try source?.digest(at: listed.offset, byteCount: listed.byteCount, progress: progress)
    }

    /// Reports what belongs to no recording: members that no list names, and damage after the last one.
    private mutating func finishListing(_ walk: EntryWalk, _ index: ArchiveIndex) {
        for damage in walk.remainingDamages {
            let owner = index.tags.first { $1.member.headerOffset <= damage.offset && damage.offset < $1.member.end }
            note(damage, in: owner?.key, nil)
        }
        guard walk.trustsMetadata else { return }
        for (place, seen) in zip(index.places, walk.seen) where !seen {
            note(
                .memberUnexpected,
                "\(path) has a recording at offset \(place.offset) that its metadata does not list",
                offset: place.offset
            )
        }
    }

    func lines(of file: String, _ index: ArchiveIndex) -> LineReader? {
        guard let member = index.tags[file]?.member, let source else { return nil }
        let range = member.offset..<(member.offset + member.byteCount)
        return LineReader(SequentialReader(source, range: range, progress: progress))
    }

    private func agree(_ entry: RecordingEntry, _ line: Line?) -> Bool {
        guard let line, let (digest, path) = ChecksumLine.read(line.bytes) else { return false }
        return digest == entry.stored.digest && path == entry.payloadPath
    }

    mutating func note(_ kind: ArchiveFault.Kind, _ listed: ListedRecording, _ what: String) {
        let message = "\(listed.path) in \(path), at offset \(listed.offset), \(what)"
        // Another copy makes up for damaged bytes, and for nothing else.
        let isOfBytes = kind == .recordingDamaged || kind == .recordingMissing
        note(
            kind,
            message,
            taskID: listed.taskID,
            member: listed.path,
            offset: listed.offset,
            repairedBy: isOfBytes ? listed.replacedBy : nil,
            isExplained: isOfBytes && listed.isExplained
        )
    }

    private mutating func noteRow(_ row: ExpectedRecording, _ what: String) {
        note(
            .manifest,
            "\(row.payloadPath), which the manifest has at offset \(row.offset) of \(path), \(what)",
            taskID: row.taskID,
            member: row.payloadPath,
            offset: row.offset
        )
    }

    private mutating func noteChecksumList(_ line: Line?, _ index: ArchiveIndex) {
        note(
            .checksumList,
            "\(BagLayout.checksums) and \(BagLayout.recordings) in \(path) do not list the same",
            member: BagLayout.checksums,
            offset: line?.offset ?? index.tags[BagLayout.checksums]?.member.offset
        )
    }

    private mutating func note(_ damage: TarDamage, in member: String?, _ taskID: TaskID?) {
        let (kind, what): (ArchiveFault.Kind, String) =
            switch damage.kind {
            case .header: (.header, "has a damaged header")
            case .truncated: (.truncated, "ends too early")
            case .padding: (.padding, "has bytes where there should be zeros")
            case .end: (.end, "does not end where it should")
            }
        let place = member.map { ", at \($0)" } ?? ""
        note(
            kind,
            "\(path) \(what) at offset \(damage.offset)\(place)",
            taskID: taskID,
            member: member,
            offset: damage.offset
        )
    }
}
