import Files
import Recordings

/// One thing that is wrong in or about one archive.
package struct ArchiveFault: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case archiveMissing = "archive_missing"
        /// A file of another kind.
        case notAnArchive = "not_an_archive"
        /// It could not be read to its end.
        case archiveUnreadable = "archive_unreadable"
        /// Its size is not the one that the manifest has.
        case archiveSize = "archive_size"
        /// Its checksum is not the one that the manifest or the side file has.
        case archiveDigest = "archive_digest"
        /// The file's name is not that of the archive in it.
        case archiveName = "archive_name"
        /// It can be written to. This is a warning, because its bytes are right.
        case archiveWritable = "archive_writable"
        /// Missing, not readable, or with another file name or checksum.
        case sideFile = "side_file"
        /// A header block is damaged.
        case header
        /// The file ends in the middle.
        case truncated
        /// Bytes between members, which must be zero, are not.
        case padding
        /// The tar's end is missing, or something follows it.
        case end
        case recordingMissing = "recording_missing"
        /// Its bytes are not those that were received.
        case recordingDamaged = "recording_damaged"
        /// Its name or size is not the one in the archive's metadata.
        case recordingMisplaced = "recording_misplaced"
        /// A member that nothing lists.
        case memberUnexpected = "member_unexpected"
        case tagFileMissing = "tag_file_missing"
        case tagFileDamaged = "tag_file_damaged"
        /// A line of the metadata cannot be read.
        case metadataLine = "metadata_line"
        /// The bag's checksum file and its metadata disagree.
        case checksumList = "checksum_list"
        /// The bag's own count is wrong.
        case payloadCount = "payload_count"
        /// The manifest and the archive disagree.
        case manifest
        /// The evidence log says something else, or is itself unsound.
        case evidence
        /// The manifest itself is damaged, or cannot be read.
        case manifestDamaged = "manifest_damaged"
        /// The journal of an open archive in the spool is not what was written.
        case journal
        /// It could not be adopted, and was skipped.
        case notTakenIn = "not_taken_in"
        /// Its copy in the vault is missing, or has other bytes.
        case vaultCopy = "vault_copy"
        /// Its copy in the vault can be deleted earlier than was confirmed.
        case vaultLock = "vault_lock"
    }

    package var kind: Kind
    package var archive: String
    /// The task concerned, if there is one.
    package var taskID: TaskID?
    /// The path in the bag of the member concerned.
    package var member: String?
    /// Where in the archive, in bytes from its beginning.
    package var offset: Int64?
    /// One line for people.
    package var message: String
    /// The archive that has an intact copy of what is damaged here; `nil` if nothing makes up for the fault.
    package var repairedBy: ArchiveName?
    /// Whether it concerns recordings that are lost for good, and whose loss an operator has explained.
    package var isExplained: Bool

    /// Describes a fault.
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

    /// Whether a person should correct it, although the archive's bytes are right.
    package var isWarning: Bool { kind == .archiveWritable }

    /// Whether it says that a recording's bytes are not those that were archived.
    package var isOfRecording: Bool { [.recordingDamaged, .recordingMissing, .notTakenIn].contains(kind) }

    /// Whether nothing makes up for it, and no operator has explained it.
    package var isStanding: Bool { !isWarning && repairedBy == nil && !isExplained }

    /// The message, and what makes up for the fault.
    package var description: String {
        repairedBy.map { "\(message); repaired by \($0)" }
            ?? (isExplained ? "\(message); lost, and explained" : message)
    }
}

extension ArchiveFault {
    /// A file that has the name of an archive, or of its side file, and is not where it belongs.
    package init(misplaced name: ArchiveName, at path: String) {
        let sideFile = SideFile.path(besides: name.relativePath)
        let (what, place) =
            path.hasSuffix(SideFile.path(besides: ".tar"))
            ? ("checksum file of the archive", sideFile) : ("archive", name.relativePath)
        self.init(
            kind: .archiveName,
            archive: name.description,
            message: "\(path) is not where the \(what) \(name) belongs: \(place) below the root; move it there, or away"
        )
    }

    /// An archive that is missing, although its side file still exists.
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
