import GRDB
import Recordings

/// What the manifest knows about an archive's copy in the vault.
package struct VaultCopy: Hashable, Sendable {
    /// Whether the archive counts as archived only once the vault has it.
    package var isRequired: Bool
    /// The copy, once it is confirmed.
    package var confirmed: VaultedArchive?
    /// When the archive was removed from the disk because the vault has it; `nil` if it is on the disk.
    package var evictedTime: Timestamp?
    /// When the copy was last read back whole; `nil` if it is not confirmed.
    package var readTime: Timestamp?
    /// The versions in the vault that were found damaged.
    package var damagedVersions: Set<String> = []
    /// Why the last put failed, and when; `nil` if none failed since the last success.
    package var failure: String?
    package var failedTime: Timestamp?

    /// Whether its archive does not count as archived yet.
    package var isWaiting: Bool { isRequired && confirmed == nil }
}

extension VaultCopy {
    /// For `archive` with a left join of `vault_copy`.
    static let columns = """
        is_required, tar_version, side_version, vault_copy.byte_count AS vault_byte_count, retained_until, epoch, put_time,
        confirmed_time, evicted_time, read_time, damaged_versions, put_failure, put_failed_time
        """

    /// - Parameter digest: that of the archive.
    /// - Returns: `nil` without a row of `vault_copy`.
    init?(_ row: Row, digest: ContentDigest) throws {
        guard let isRequired: Bool = try row["is_required"] else { return nil }
        self.isRequired = isRequired
        if let confirmed: Timestamp = try row["confirmed_time"] {
            self.confirmed = VaultedArchive(
                tarVersion: try row["tar_version"],
                sideVersion: try row["side_version"],
                byteCount: try row.amount("vault_byte_count"),
                digest: digest,
                retainedUntil: try row["retained_until"],
                epoch: try row["epoch"],
                putTime: try row["put_time"],
                confirmedTime: confirmed
            )
        }
        evictedTime = try row["evicted_time"]
        readTime = try row["read_time"]
        damagedVersions = Set(try (row["damaged_versions"] as String?)?.split(separator: "\n").map(String.init) ?? [])
        failure = try row["put_failure"]
        failedTime = try row["put_failed_time"]
    }

    /// Notes that an archive has to get into the vault, unless that is known.
    static func demand(_ archive: Int64, isRequired: Bool, in db: Database) throws {
        let insert = "INSERT OR IGNORE INTO vault_copy (archive, is_required) VALUES (?, ?)"
        try db.cachedStatement(sql: insert).execute(arguments: [archive, isRequired])
    }

    /// Notes that the vault has an archive.
    static func confirm(_ archive: Int64, _ copy: VaultedArchive, in db: Database) throws {
        let update = """
            UPDATE vault_copy SET tar_version = ?, side_version = ?, byte_count = ?, retained_until = ?, epoch = ?,
                put_time = ?, confirmed_time = ?, read_time = ?, put_failure = NULL, put_failed_time = NULL
            WHERE archive = ?
            """
        try db.cachedStatement(sql: update)
            .execute(
                arguments: [
                    copy.tarVersion, copy.sideVersion, copy.byteCount, copy.retainedUntil?.stored, copy.epoch,
                    copy.putTime.stored, copy.confirmedTime.stored, copy.confirmedTime.stored, archive,
                ]
            )
    }

    /// The row of a sealed archive.
    /// - Throws: `unknown` if the manifest has none of this name.
    static func row(of name: ArchiveName, in db: Database) throws -> Int64 {
        let select = """
            SELECT archive.row FROM archive JOIN organization ON organization.row = archive.organization
            WHERE name = ? AND day = ? AND sequence = ? AND digest IS NOT NULL
            """
        let arguments: StatementArguments = [name.organization.description, name.day.stored, name.sequence]
        guard let row = try Int64.fetchOne(db.cachedStatement(sql: select), arguments: arguments) else {
            throw ManifestError(.unknown, "the manifest knows no sealed archive \(name)")
        }
        return row
    }
}
