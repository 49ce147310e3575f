import Files
import Recordings

extension ArchiveCheck {
    /// Checks the tag files. One in `metadata/` that this version does not know is compared with its checksum like the
    /// others; it belongs there if `tagmanifest-sha256.txt` lists it.
    /// - Returns: the files that match `tagmanifest-sha256.txt`, or against which there is no evidence.
    mutating func checkTagFiles(_ index: ArchiveIndex) throws(ArchiveError) -> Set<String> {
        for file in BagLayout.tagFiles where index.tags[file] == nil {
            note(.tagFileMissing, "\(path) has no \(file)", member: file)
        }
        checkBeginning(index)
        var trusted = Set(index.tags.keys)
        try compareTagChecksums(index, &trusted)
        if let text = try text(of: BagLayout.declaration, index), text != Array(BagLayout.declarationText.utf8) {
            noteDamaged(BagLayout.declaration, index, "is not that of BagIt 1.0")
        }
        return trusted
    }

    /// Compares where the metadata begins with the offset that the manifest has.
    private mutating func checkBeginning(_ index: ArchiveIndex) {
        guard let known = expected?.metadataOffset, let member = index.tags[BagLayout.recordings]?.member,
            member.headerOffset != known
        else { return }
        note(
            .manifest,
            "the metadata of \(path) begins at offset \(member.headerOffset), not at \(known) as the manifest says",
            member: BagLayout.recordings,
            offset: member.headerOffset
        )
    }

    /// Compares the bag's own count with the actual one.
    mutating func checkPayloadCount(_ index: ArchiveIndex) throws(ArchiveError) {
        guard let text = try text(of: BagLayout.information, index) else { return }
        let bytes = index.places.reduce(0) { $0 + $1.byteCount }
        guard let payload = BagInformation(text).payload else {
            return noteDamaged(BagLayout.information, index, "has no Payload-Oxum")
        }
        guard payload != (bytes, index.places.count) else { return }
        let counted = "\(bytes).\(index.places.count)"
        note(
            .payloadCount,
            "\(path) holds \(counted) (bytes and files); its Payload-Oxum says \(payload.bytes).\(payload.files)",
            member: BagLayout.information,
            offset: index.tags[BagLayout.information]?.member.offset
        )
    }

    /// Reads every line of `metadata/tasks.jsonl`, as a rebuild does.
    mutating func checkTasks(_ index: ArchiveIndex) throws(ArchiveError) {
        guard let lines = lines(of: BagLayout.tasks, index) else { return }
        while let line = try lines.next() {
            taskCount += 1
            let task = try? TaskEntry(jsonLine: line.bytes)
            if task == nil || report.name.map({ $0.day != task?.day }) == true {
                noteUnreadable(line, in: BagLayout.tasks)
            }
        }
    }

    /// Compares the content of `bag-info.txt` with the archive.
    mutating func checkInformation(_ index: ArchiveIndex) throws(ArchiveError) {
        guard let text = try text(of: BagLayout.information, index), let name = report.name else { return }
        guard String(validating: text, as: UTF8.self) != nil else {
            return noteDamaged(BagLayout.information, index, "is not UTF-8")
        }
        let information = BagInformation(text)
        for (label, value) in BagLayout.information(name, organizationID: organizationID, taskCount: taskCount) {
            let said = information[label]
            guard said != value else { continue }
            noteDamaged(BagLayout.information, index, "says \(label): \(information.quoted(label)), not \(value)")
        }
        // Archives of versions without salts have none.
        if let salt = information[BagLayout.salt], Salt(salt) == nil {
            noteDamaged(BagLayout.information, index, "says \(BagLayout.salt): \(information.quoted(BagLayout.salt))")
        }
        for label in information.repeated where label.hasPrefix("Callark-") || label == "Payload-Oxum" {
            noteDamaged(BagLayout.information, index, "says \(label) twice")
        }
    }

    /// Reads the record of the day, as a rebuild does.
    mutating func checkDayClose(_ index: ArchiveIndex) throws(ArchiveError) {
        guard let text = try text(of: BagLayout.dayClose, index, limit: 64 << 20) else { return }
        guard let record = try? DayClose(json: text) else {
            return noteDamaged(BagLayout.dayClose, index, "cannot be read")
        }
        guard let name = report.name, record.organization != name.organization || record.day != name.day else { return }
        noteDamaged(BagLayout.dayClose, index, "is of \(record.organization) and \(record.day), not of this archive")
    }

    private mutating func compareTagChecksums(_ index: ArchiveIndex, _ trusted: inout Set<String>) throws(ArchiveError)
    {
        guard let text = try text(of: BagLayout.tagChecksums, index) else {
            // Nothing confirms the metadata then.
            if index.tags[BagLayout.tagChecksums] != nil { trusted = [] }
            return
        }
        var listed: [String: ContentDigest] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")) {
            guard let (digest, file) = ChecksumLine.read(Array(line)), listed[file] == nil else {
                noteDamaged(BagLayout.tagChecksums, index, "has a line that is not a checksum, or is listed twice")
                continue
            }
            listed[file] = digest
        }
        let present = index.tags.sorted { $0.value.member.headerOffset < $1.value.member.headerOffset }
        let seconds = report.name.map { BagLayout.secondsSince1970(atStartOf: $0.day) }
        for (file, tag) in present where seconds != nil && tag.member.secondsSince1970 != seconds {
            noteDamaged(file, index, "has a different time in its header from the archive's day")
        }
        for (file, tag) in present where file != BagLayout.tagChecksums {
            guard let digest = listed.removeValue(forKey: file) else {
                noteDamaged(BagLayout.tagChecksums, index, "does not list \(file)")
                continue
            }
            if !quick, tag.digest != digest {
                trusted.remove(file)
                noteDamaged(file, index, "does not have the checksum that \(BagLayout.tagChecksums) says")
            }
        }
        for file in listed.keys.sorted() where !BagLayout.tagFiles.contains(file) {
            noteDamaged(BagLayout.tagChecksums, index, "lists \(file), which is missing")
        }
    }

    private mutating func noteDamaged(_ file: String, _ index: ArchiveIndex, _ what: String) {
        note(
            .tagFileDamaged,
            "\(file) in \(path) \(what)",
            member: file,
            offset: index.tags[file]?.member.offset
        )
    }

    /// The content of a small file; `nil` if it is missing, or too long, which is a fault.
    private mutating func text(
        of file: String,
        _ index: ArchiveIndex,
        limit: Int64 = 1 << 20
    ) throws(ArchiveError) -> [UInt8]? {
        guard let member = index.tags[file]?.member, let source else { return nil }
        guard member.byteCount <= limit else {
            noteDamaged(file, index, "is far too long")
            return nil
        }
        return try source.bytes(in: member.offset..<(member.offset + member.byteCount))
    }
}
