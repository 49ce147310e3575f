import Files
import Recordings

/// Turns an open archive into a sealed one. Blocks while it writes the metadata and reads everything back.
struct ArchiveSealer: Sendable {
    var root: ArchiveRoot
    var name: ArchiveName
    /// How much of the tar and the journal counts.
    var extent: ArchiveExtent
    var tasks: ReceivedContent
    var taskCount: Int
    var salt: Salt
    /// The record of the day, if the archive closes it.
    var dayClose: DayClose?
    var dayCloseText: [UInt8]?
    /// Called with the archive that is about to be put in place.
    var announce: @Sendable (SealedArchive) throws -> Void

    private struct Survey {
        var recordingCount = 0
        var payloadBytes: Int64 = 0
        var organizationID: OrganizationID?
    }

    private struct TagFile {
        var path: String
        var content: ReceivedContent
    }

    /// The process can end at any step. The comment before each step says what it leaves in that case. The next start
    /// then calls recovery, which keeps what the manifest knows, and seals again.
    func seal(_ progress: ReadingProgress) throws -> SealedArchive {
        try root.archives.requireFree(name)

        // Leaves scratch files. Recovery removes them.
        let (survey, checksums) = try surveyJournal()
        let tags = try tagFiles(survey, checksums)
        let tagDigest = tags[tags.count - 1].content.digest

        // Leaves an open tar with some or all of the tag files after the known extent. Recovery cuts them off.
        let metadataOffset = try append(tags, to: root.openArchivePath(name), isEmpty: survey.recordingCount == 0)

        // Leaves the same.
        let (byteCount, digest) = try readBack(tags, progress)

        let sealed = SealedArchive(
            name: name,
            byteCount: byteCount,
            digest: digest,
            recordingCount: survey.recordingCount,
            payloadBytes: survey.payloadBytes,
            metadataOffset: metadataOffset,
            dayClose: dayClose,
            tagDigest: tagDigest
        )

        // Leaves the same, perhaps with mode 0440, and perhaps an entry in the evidence log about an archive that is not
        // in its place. Recovery makes it writable again, then cuts. It is sealed again, perhaps with other content; then
        // the later entry counts.
        try root.archives.put(root.openArchivePath(name), as: name, digest: digest) { try announce(sealed) }

        // Leaves the sealed archive, which the manifest does not know yet, and perhaps its journal and scratch files.
        // Recovery compares it with its side file, removes the rest and returns `sealed`.
        try FileSystem.remove(root.journalPath(name))
        try ArchiveRecovery.removeScratch(root, name)
        return sealed
    }

    /// Reads the journal once, for the bag's information and the payload's checksum file.
    private func surveyJournal() throws(ArchiveError) -> (Survey, checksums: ReceivedContent) {
        var survey = Survey()
        let scratch = try ScratchFile(root.scratchPath(name, .checksums))
        let journal = try JournalReader(root.journalPath(name), upTo: extent.journalBytes)
        var seen = RecordingsSeen()
        while let entry = try journal.nextEntry() {
            guard seen.insert(entry) else {
                let path = root.journalPath(name)
                throw .damaged("\(path) has \(entry.payloadPath) twice", path: path)
            }
            survey.recordingCount += 1
            survey.payloadBytes += entry.stored.byteCount
            survey.organizationID = survey.organizationID ?? entry.organizationID
            try scratch.append(Array(ChecksumLine.text(entry.stored.digest, entry.payloadPath).utf8))
        }
        return (survey, try scratch.finish())
    }

    private func tagFiles(_ survey: Survey, _ checksums: ReceivedContent) throws(ArchiveError) -> [TagFile] {
        let information = BagLayout.informationText(
            name,
            organizationID: survey.organizationID ?? dayClose?.organizationID,
            recordingCount: survey.recordingCount,
            payloadBytes: survey.payloadBytes,
            taskCount: taskCount,
            salt: salt
        )
        var tags = [
            TagFile(path: BagLayout.recordings, content: try journalContent()),
            TagFile(path: BagLayout.tasks, content: tasks),
        ]
        if let dayCloseText {
            tags.append(TagFile(path: BagLayout.dayClose, content: ReceivedContent(bytes: dayCloseText)))
        }
        tags += [
            TagFile(path: BagLayout.declaration, content: ReceivedContent(text: BagLayout.declarationText)),
            TagFile(path: BagLayout.information, content: ReceivedContent(text: information)),
            TagFile(path: BagLayout.checksums, content: checksums),
        ]
        let lines = tags.sorted { $0.path < $1.path }.map { ChecksumLine.text($0.content.digest, $0.path) }
        tags.append(TagFile(path: BagLayout.tagChecksums, content: ReceivedContent(text: lines.joined())))
        return tags
    }

    private func journalContent() throws(ArchiveError) -> ReceivedContent {
        let journal = try FileSource(root.journalPath(name))
        guard journal.byteCount == extent.journalBytes else {
            throw .damaged("\(journal.name) has changed while it was read", path: journal.name)
        }
        let storage = ReceivedContent.Storage.part(path: journal.name, prefix: [])
        return ReceivedContent(byteCount: extent.journalBytes, digest: try journal.digest(), storage: storage)
    }

    /// - Returns: where the first of them begins, with its header.
    private func append(_ tags: [TagFile], to path: String, isEmpty: Bool) throws(ArchiveError) -> Int64 {
        let file = try AlignedFileWriter(path: path, position: extent.tarBytes, creating: false)
        let writer = try TarWriter(writingTo: file)
        let time = BagLayout.secondsSince1970(atStartOf: name.day)
        if isEmpty {
            // A bag has a payload folder even if it is empty (RFC 8493 section 2.1.2).
            let folder = TarMemberHeader(
                path: "\(name)/\(BagLayout.payload)",
                byteCount: 0,
                secondsSince1970: time,
                isFolder: true
            )
            _ = try writer.begin(folder)
            try writer.endMember()
        }
        let begin = file.position
        for tag in tags {
            let header = TarMemberHeader(
                path: "\(name)/\(tag.path)",
                byteCount: tag.content.byteCount,
                secondsSince1970: time
            )
            _ = try writer.begin(header)
            try tag.content.forEachPiece { bytes throws(ArchiveError) in try writer.write(bytes) }
            try writer.endMember()
        }
        try writer.finish()
        try file.settle()
        return begin
    }

    /// Reads the finished tar from the disk and compares every member with what was received. It does so with the code
    /// that will read the archive later, not with the code that wrote it.
    private func readBack(
        _ tags: [TagFile],
        _ progress: ReadingProgress
    ) throws(ArchiveError) -> (byteCount: Int64, digest: ContentDigest) {
        let path = root.openArchivePath(name)
        let source = try SequentialReader(path, options: [.digesting, .fromDisk], progress: progress)
        var tar = TarReader(source, folder: name.description)
        let journal = try JournalReader(root.journalPath(name), upTo: extent.journalBytes)
        var expectedTags = tags[...]
        var hasEnded = false
        while let item = try tar.next() {
            switch item {
            case .damage(let damage): throw .damaged("\(path) is damaged at offset \(damage.offset)", path: path)
            case .end: hasEnded = true
            case .member(let member) where !member.isPlain:
                throw .damaged("\(path) has a header at offset \(member.headerOffset) that was not written", path: path)
            case .member(let member) where member.isFolder && extent == .empty: continue
            case .member(let member):
                let digest = try tar.digestOfContent()
                if let entry = try journal.nextPlace() {
                    try require(
                        member,
                        digest,
                        "\(name)/\(entry.payloadPath)",
                        entry.stored.byteCount,
                        entry.stored.digest
                    )
                    guard member.offset == entry.offset else {
                        throw .damaged("\(member.path) is not at its offset in \(path)", path: path)
                    }
                } else if let tag = expectedTags.popFirst() {
                    try require(member, digest, "\(name)/\(tag.path)", tag.content.byteCount, tag.content.digest)
                } else {
                    throw .damaged("\(path) has an unexpected member \(member.path)", path: path)
                }
            }
        }
        guard hasEnded, try journal.nextPlace() == nil, expectedTags.isEmpty, source.position == source.end else {
            throw .damaged("\(path) ends before everything in it was seen", path: path)
        }
        return (source.end, source.digest)
    }

    private func require(
        _ member: TarMember,
        _ digest: ContentDigest?,
        _ path: String,
        _ byteCount: Int64,
        _ expected: ContentDigest
    ) throws(ArchiveError) {
        guard member.path == path, member.byteCount == byteCount, digest == expected else {
            let tar = root.openArchivePath(name)
            let what = member.path == path ? path : "\(member.path), where \(path) should be,"
            throw .damaged("\(what) in \(tar) at offset \(member.offset) is not what was written", path: tar)
        }
    }
}

extension ReceivedContent {
    fileprivate init(text: String) {
        self.init(bytes: Array(text.utf8))
    }
}

extension TarReader {
    /// The digest of the current member's bytes; `nil` if some are missing.
    mutating func digestOfContent() throws(ArchiveError) -> ContentDigest? {
        var digester = Digester()
        let isWhole = try readContent { digester.update($0) }
        return isWhole ? digester.digest : nil
    }
}
