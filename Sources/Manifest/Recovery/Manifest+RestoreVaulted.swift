import GRDB
import Recordings

/// For a manifest that is made anew out of what a vault has.
extension Manifest {
    /// Notes that the vault has a sealed archive, which nobody has just put there.
    /// - Parameter isOnDisk: whether its file is on the disk too.
    /// - Throws: `conflict` if these are not the archive's bytes; `unknown`.
    package func restoreVaulted(
        _ name: ArchiveName,
        _ copy: VaultedArchive,
        isOnDisk: Bool,
        now: Timestamp
    ) async throws {
        try await write { db in
            guard let known = try ArchiveRow.find(name, in: db) else {
                throw ManifestError(.unknown, "the manifest knows no sealed archive \(name)")
            }
            guard known.digest == copy.digest, known.byteCount == copy.byteCount else {
                throw ManifestError(
                    .conflict,
                    "the vault has \(copy.byteCount) bytes with the SHA-256 \(copy.digest) as \(name), and the disk has "
                        + "\(known.byteCount) with \(known.digest)"
                )
            }
            let row = try VaultCopy.row(of: name, in: db)
            try VaultCopy.demand(row, isRequired: true, in: db)
            try VaultCopy.confirm(row, copy, in: db)
            guard !isOnDisk else { return }
            try db.execute(
                sql: "UPDATE vault_copy SET evicted_time = ? WHERE archive = ?",
                arguments: [now.stored, row]
            )
        }
    }

    /// The bounds of what is listed without a hole.
    package struct ListingBounds: Hashable, Sendable {
        /// `nil` if that is not known.
        package var from: Timestamp?
        package var through: Timestamp
    }

    /// What counts as listed for an organization if everything is lost that is in no archive in the vault.
    /// - Returns: the listing, up to the first task that is not in an archive as it is now, that has a recording in none,
    ///   or of whose day the vault does not have an archive. `nil` if nothing was listed.
    package func listingAfterLoss(_ organization: OrganizationName) async throws -> ListingBounds? {
        try await read { db in
            let select = """
                SELECT listed_from, listed_through, (SELECT min(created_time) FROM task
                    WHERE task.organization = organization.row AND (
                        task.row IN (SELECT task FROM unsealed_task)
                        OR task.row IN (SELECT recording.task FROM recording
                            LEFT JOIN archive ON archive.row = recording.archive
                            WHERE NOT coalesce(\(VaultRule.isArchived()), 0))
                        OR (task.organization, task.day) IN (SELECT archive.organization, archive.day FROM archive
                            WHERE digest IS NOT NULL
                                AND NOT \(VaultRule.isInVault()) AND NOT \(KnownDamage.isSuperseded))))
                FROM organization WHERE name = ? AND listed_through IS NOT NULL
                """
            guard let row = try Row.fetchOne(db, sql: select, arguments: [organization.description]) else { return nil }
            let (through, first): (Timestamp, Timestamp?) = (try row[1], try row[2])
            return ListingBounds(from: try row[0], through: first.map { min($0, through) } ?? through)
        }
    }
}
