import GRDB
import Recordings

/// A copy of a recording in an archive that does not count.
package struct DisplacedCopy: Hashable, Sendable {
    /// Why it does not count.
    package enum Reason: String, Hashable, Sendable {
        /// Its bytes were found damaged.
        case damaged
        /// Another archive has the same recording.
        case duplicate
    }

    package var row: RecordingRowID
    package var key: RecordingKey
    package var file: FileName
    package var reason: Reason
    /// The archive that has this copy.
    package var archive: ArchiveName
    package var offset: Int64
    package var byteCount: Int64
    package var digest: ContentDigest
    /// The copy that counts; `nil` if there is none, which means that the recording is damaged.
    package var counting: Place?
    /// Whether there is none, and an operator has explained that.
    package var isExplained: Bool

    /// Where a copy is.
    package struct Place: Hashable, Sendable {
        package var archive: ArchiveName
        package var offset: Int64
        package var byteCount: Int64
        package var digest: ContentDigest
        /// Whether a reading found it damaged.
        package var isDamaged: Bool
    }
}

extension DisplacedCopy {
    init(_ row: Row) throws {
        let key = try RecordingKey(row, taskID: try TaskID(stored: row["task_id"]))
        let organization = try OrganizationName(stored: row["name"])
        let day: ArchiveDay = try row["day"]
        var counting: Place?
        if let sequence: Int = try row["counting_sequence"] {
            counting = Place(
                archive: try ArchiveName(organization: organization, day: day, stored: sequence),
                offset: try row.amount("counting_offset"),
                byteCount: try row.amount("counting_bytes"),
                digest: try ContentDigest(stored: row["counting_digest"]),
                isDamaged: try row["counting_damaged"]
            )
        }
        self.init(
            row: RecordingRowID(task: try row["task_row"], ordinal: try row["ordinal"]),
            key: key,
            file: try FileName(stored: row["file"], key: key),
            reason: try Reason(stored: row["reason"]),
            archive: try ArchiveName(organization: organization, day: day, stored: try row["sequence"]),
            offset: try row.amount("offset"),
            byteCount: try row.amount("byte_count"),
            digest: try ContentDigest(stored: row["digest"]),
            counting: counting,
            isExplained: try row["is_explained"]
        )
    }
}
