import Recordings

/// One thing that is not as it should be in or about one sealed archive.
package struct ArchiveFault: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case archiveMissing = "archive_missing"
        /// It is a file of another kind.
        case notAnArchive = "not_an_archive"
        /// It could not be read to its end.
        case archiveUnreadable = "archive_unreadable"
        /// Not as long as the manifest says.
        case archiveSize = "archive_size"
        /// Not the checksum that the manifest or the side file says.
        case archiveDigest = "archive_digest"
        /// The file is named otherwise than what it holds.
        case archiveName = "archive_name"
        /// It could be written to: a warning, since its bytes hold.
        case archiveWritable = "archive_writable"
        /// Missing, not readable, or about another file or checksum.
        case sideFile = "side_file"
        /// A header block is damaged.
        case header
        /// It ends in the middle.
        case truncated
        /// Bytes between members, which must be zero, are not.
        case padding
        /// Its end is missing, or something follows it.
        case end
        case recordingMissing = "recording_missing"
        /// Its bytes are not those that were received.
        case recordingDamaged = "recording_damaged"
        /// Another name or size than the archive's metadata says.
        case recordingMisplaced = "recording_misplaced"
        /// A member that nothing lists.
        case memberUnexpected = "member_unexpected"
        case tagFileMissing = "tag_file_missing"
        case tagFileDamaged = "tag_file_damaged"
        /// A line of the metadata cannot be read.
        case metadataLine = "metadata_line"
        /// The bag's checksum file and its metadata say different things.
        case checksumList = "checksum_list"
        /// The bag's own count is not what is in it.
        case payloadCount = "payload_count"
        /// The manifest and the archive say different things of a recording.
        case manifest
        /// The manifest itself is damaged, or cannot be read.
        case manifestDamaged = "manifest_damaged"
        /// The journal of an open archive in the spool is not what was written.
        case journal
        /// A rebuild could not take it in.
        case notTakenIn = "not_taken_in"
    }

    package var kind: Kind
    package var archive: String
    /// The task concerned, where one is.
    package var taskID: TaskID?
    /// The member concerned: its path in the bag.
    package var member: String?
    /// Where in the archive, in bytes from its beginning.
    package var offset: Int64?
    /// One line for people.
    package var message: String
    /// The archive that has what is damaged here, whole; `nil` where nothing makes up for the fault.
    package var repairedBy: ArchiveName?
    /// Whether it is of recordings that are lost for good, which an operator has explained.
    package var isExplained: Bool

    /// States a fault.
    package init(
        kind: Kind,
        archive: String,
        taskID: TaskID? = nil,
        member: String? = nil,
        offset: Int64? = nil,
        message: String,
        repairedBy: ArchiveName? = nil,
        isExplained: Bool = false
    ) {
        self.kind = kind
        self.archive = archive
        self.taskID = taskID
        self.member = member
        self.offset = offset
        self.message = message
        self.repairedBy = repairedBy
        self.isExplained = isExplained
    }

    /// Whether it is for a person to mend, and says nothing against the archive's bytes.
    package var isWarning: Bool { kind == .archiveWritable }

    /// Whether it says that a recording's bytes are not what was archived.
    package var isOfRecording: Bool { [.recordingDamaged, .recordingMissing, .notTakenIn].contains(kind) }

    /// Whether nothing makes up for it, and no operator has explained it.
    package var isStanding: Bool { !isWarning && repairedBy == nil && !isExplained }

    /// The message, and what makes up for it.
    package var description: String {
        repairedBy.map { "\(message); repaired by \($0)" }
            ?? (isExplained ? "\(message); lost, and explained" : message)
    }
}

extension ArchiveFault {
    /// A file that is named as an archive, and stands where none of that name belongs.
    package init(misplaced name: ArchiveName, at path: String) {
        self.init(
            kind: .archiveName,
            archive: name.description,
            message:
                "\(path) is not where the archive \(name) belongs: \(name.relativePath) below the root; move it there,"
                + " or away"
        )
    }

    /// An archive that is gone from its place, as the checksum file says that is still there.
    package init(lost name: ArchiveName, at path: String) {
        self.init(
            kind: .archiveMissing,
            archive: name.description,
            message:
                "\(path) is missing, and its checksum file is not; put the archive back, or remove the checksum file if the"
                + " archive is lost for good"
        )
    }
}
