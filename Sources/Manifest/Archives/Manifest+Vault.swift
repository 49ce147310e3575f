import GRDB
import Recordings

extension Manifest {
    /// Sealed archives that are to be put into the vault and are not confirmed to be there, oldest day first.
    /// - Parameters:
    ///   - after: the archive after which to begin; `nil` for all.
    ///   - limit: how many at most.
    package func archivesToVault(
        organization: OrganizationName,
        after: ArchiveName? = nil,
        limit: Int
    ) async throws -> [ArchiveRow] {
        try await read { db in
            let select = """
                \(ArchiveRow.select) WHERE organization.name = :organization AND confirmed_time IS NULL
                    AND vault_copy.archive IS NOT NULL AND digest IS NOT NULL
                    AND (day, sequence) > (:day, :sequence) ORDER BY day, sequence LIMIT :limit
                """
            let arguments: StatementArguments = [
                "organization": organization.description, "day": after?.day.stored ?? .min,
                "sequence": after?.sequence ?? 0, "limit": limit,
            ]
            return try Row.fetchAll(db, sql: select, arguments: arguments).map(ArchiveRow.init(whole:))
        }
    }

    /// Notes that these sealed archives are to be put into the vault. One that is noted already stays as it is.
    /// - Parameter isRequired: whether they count as archived only once the vault has them.
    package func demandVault(_ names: [ArchiveName], isRequired: Bool) async throws {
        try await write(.machine) { db in
            for name in names {
                try VaultCopy.demand(try VaultCopy.row(of: name, in: db), isRequired: isRequired, in: db)
            }
        }
    }

    /// Forgets that archives are to be put into the vault if nothing in them counts any more, because a repair has replaced
    /// them.
    package func releaseSuperseded(organization: OrganizationName) async throws {
        try await write { db in
            let delete = """
                DELETE FROM vault_copy WHERE confirmed_time IS NULL AND EXISTS (SELECT 1 FROM archive
                    WHERE archive.row = vault_copy.archive AND digest IS NOT NULL AND \(KnownDamage.isSuperseded)
                        AND organization = (SELECT row FROM organization WHERE name = ?))
                """
            try db.execute(sql: delete, arguments: [organization.description])
        }
    }

    /// Notes that the vault has an archive: its bytes were read back, and its lock was confirmed. Durable; a repeated call
    /// changes nothing.
    /// - Throws: `conflict` if these are not the archive's bytes; `unknown`.
    package func noteVaulted(_ name: ArchiveName, _ copy: VaultedArchive, now: Timestamp) async throws {
        try await write(.machine) { db in
            guard let known = try ArchiveRow.find(name, in: db) else {
                throw ManifestError(.unknown, "the manifest knows no sealed archive \(name)")
            }
            guard known.digest == copy.digest, known.byteCount == copy.byteCount else {
                throw ManifestError(
                    .conflict,
                    "the vault has \(copy.byteCount) bytes with the SHA-256 \(copy.digest) as \(name), and the archive has "
                        + "\(known.byteCount) with \(known.digest)"
                )
            }
            let row = try VaultCopy.row(of: name, in: db)
            if known.vault?.confirmed == copy { return }
            try VaultCopy.demand(row, isRequired: false, in: db)
            try VaultCopy.confirm(row, copy, in: db)
            let detail = ["archive": name.description, "bytes": String(copy.byteCount)]
                .adding("retain_until", copy.retainedUntil?.description).adding("version", copy.tarVersion)
            try Event(time: now, kind: .archivePlaced, organization: name.organization, detail: detail).insert(in: db)
        }
    }

    /// Notes why an archive could not be put into the vault.
    package func noteVaultFailure(_ name: ArchiveName, _ reason: String, now: Timestamp) async throws {
        try await write { db in
            let update = """
                UPDATE vault_copy SET put_failure = ?, put_failed_time = ? WHERE archive = ? AND confirmed_time IS NULL
                """
            let row = try VaultCopy.row(of: name, in: db)
            try db.execute(sql: update, arguments: [reason.isEmpty ? "unknown" : reason, now.stored, row])
        }
    }

    /// Notes that the copy in the vault was read back whole, and its lock confirmed.
    package func noteVaultRead(_ name: ArchiveName, now: Timestamp) async throws {
        try await write { db in
            let update = "UPDATE vault_copy SET read_time = ? WHERE archive = ? AND confirmed_time IS NOT NULL"
            try db.execute(sql: update, arguments: [now.stored, try VaultCopy.row(of: name, in: db)])
        }
    }

    /// Notes that the copy in the vault does not hold, so that the archive is put there again. If it is not on the disk any
    /// more, its file is missing from now on.
    /// - Parameter isDamaged: whether its bytes are changed or gone; otherwise only its lock has to be confirmed again.
    package func noteVaultDamage(
        _ name: ArchiveName,
        _ reason: String,
        isDamaged: Bool = true,
        now: Timestamp
    ) async throws {
        try await write(.machine) { db in
            guard let known = try ArchiveRow.find(name, in: db), let copy = known.vault else { return }
            let version = isDamaged ? copy.confirmed?.tarVersion : nil
            let versions = copy.damagedVersions.union([version].compactMap(\.self)).sorted()
            let update = """
                UPDATE vault_copy SET confirmed_time = NULL, put_time = NULL, tar_version = NULL, side_version = NULL,
                    evicted_time = NULL, read_time = NULL, damaged_versions = ?, put_failure = ?, put_failed_time = ? WHERE archive = ?
                """
            try db.execute(
                sql: update,
                arguments: [
                    versions.isEmpty ? nil : versions.joined(separator: "\n"), reason, now.stored,
                    try VaultCopy.row(of: name, in: db),
                ]
            )
            let detail = ["archive": name.description, "reason": reason, "copy": "vault"]
            try Event(time: now, kind: .damageFound, organization: name.organization, detail: detail).insert(in: db)
        }
    }

    /// The copies in the vault that are not known to have a lock, oldest day first.
    package func unlockedCopies(organization: OrganizationName) async throws -> [ArchiveRow] {
        try await read { db in
            let select = """
                \(ArchiveRow.select) WHERE organization.name = ? AND confirmed_time IS NOT NULL AND retained_until IS NULL
                ORDER BY day, sequence
                """
            return try Row.fetchAll(db, sql: select, arguments: [organization.description]).map(ArchiveRow.init(whole:))
        }
    }

    /// Notes that a copy whose bytes hold has no lock, or too short a one: the next pass locks it.
    package func noteVaultUnlocked(_ name: ArchiveName, _ reason: String, now: Timestamp) async throws {
        try await write(.machine) { db in
            let update = "UPDATE vault_copy SET retained_until = NULL WHERE archive = ? AND confirmed_time IS NOT NULL"
            try db.execute(sql: update, arguments: [try VaultCopy.row(of: name, in: db)])
            guard db.changesCount == 1 else { return }
            let detail = ["archive": name.description, "reason": reason, "copy": "vault"]
            try Event(time: now, kind: .damageFound, organization: name.organization, detail: detail).insert(in: db)
        }
    }

    /// Notes that a copy is locked again.
    package func noteVaultLocked(_ name: ArchiveName, _ copy: VaultedArchive, now: Timestamp) async throws {
        try await write(.machine) { db in
            let update = "UPDATE vault_copy SET retained_until = ? WHERE archive = ? AND confirmed_time IS NOT NULL"
            let row = try VaultCopy.row(of: name, in: db)
            try db.execute(sql: update, arguments: [copy.retainedUntil?.stored, row])
            guard db.changesCount == 1 else { return }
            let detail = ["archive": name.description].adding("retain_until", copy.retainedUntil?.description)
            try Event(time: now, kind: .archiveLocked, organization: name.organization, detail: detail).insert(in: db)
        }
    }

    /// What the manifest knows of an archive's copy in the vault. Blocks: never call it on the cooperative pool.
    /// - Returns: `nil` if the vault is not known to have it.
    package func vaultedArchive(_ name: ArchiveName) throws(ManifestError) -> VaultedArchive? {
        do {
            return try reader.read { db in try ArchiveRow.find(name, in: db)?.vault?.confirmed }
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    /// How many sealed archives of an organization, or of all, are in the vault, and how many are not.
    package func vaultFigures(organization: OrganizationName? = nil) async throws -> VaultFigures {
        try await read { db in try VaultFigures(organization, in: db) }
    }

    /// Writes a consistent copy of this manifest at `path`, where no file may exist. Blocks. Others can write
    /// meanwhile.
    package func copy(to path: String) throws(ManifestError) {
        do {
            let copy = try DatabaseQueue(path: path)
            try reader.backup(to: copy)
            try copy.close()
        } catch {
            throw ManifestError(error, path: path)
        }
    }
}

// MARK: - Archives that are not on the disk

extension Manifest {
    /// The archives that the vault has and whose files may be removed from the disk: of days before `day`.
    package func archivesToEvict(
        organization: OrganizationName,
        before day: ArchiveDay
    ) async throws -> [ArchiveRow] {
        try await read { db in
            let select = """
                \(ArchiveRow.select) WHERE organization.name = ? AND day < ? AND confirmed_time IS NOT NULL
                    AND evicted_time IS NULL AND digest IS NOT NULL ORDER BY day, sequence
                """
            let arguments: StatementArguments = [organization.description, day.stored]
            return try Row.fetchAll(db, sql: select, arguments: arguments).map(ArchiveRow.init(whole:))
        }
    }

    /// The archives that were removed from the disk, by name.
    package func evictedArchives(organization: OrganizationName? = nil) async throws -> [ArchiveRow] {
        try await read { db in
            let select = """
                \(ArchiveRow.select) WHERE evicted_time IS NOT NULL
                    AND (:organization IS NULL OR organization.name = :organization) ORDER BY name, day, sequence
                """
            let arguments: StatementArguments = ["organization": organization?.description]
            return try Row.fetchAll(db, sql: select, arguments: arguments).map(ArchiveRow.init(whole:))
        }
    }

    /// Notes that a file is about to be removed from the disk: from now on, it is no damage if it is missing. Durable.
    /// - Returns: whether the vault has the archive; otherwise nothing is noted, and the file has to stay.
    package func noteEvicted(_ name: ArchiveName, now: Timestamp) async throws -> Bool {
        try await write(.machine) { db in
            let row = try VaultCopy.row(of: name, in: db)
            let update = """
                UPDATE vault_copy SET evicted_time = ? WHERE archive = ? AND confirmed_time IS NOT NULL
                    AND evicted_time IS NULL
                """
            try db.execute(sql: update, arguments: [now.stored, row])
            guard db.changesCount == 1 else { return false }
            let detail = ["archive": name.description]
            try Event(time: now, kind: .archiveEvicted, organization: name.organization, detail: detail).insert(in: db)
            return true
        }
    }

    /// Notes that a file is on the disk again: from now on, it is damage if it is missing. Durable.
    package func noteReturned(_ name: ArchiveName) async throws {
        try await write(.machine) { db in
            let update = "UPDATE vault_copy SET evicted_time = NULL WHERE archive = ?"
            try db.execute(sql: update, arguments: [try VaultCopy.row(of: name, in: db)])
        }
    }
}

extension VaultFigures {
    fileprivate init(_ organization: OrganizationName?, in db: Database) throws {
        let select = """
            SELECT CASE WHEN vault_copy.archive IS NULL THEN 0 WHEN confirmed_time IS NOT NULL
                    THEN iif(evicted_time IS NULL, 3, 4) WHEN is_required THEN 1 ELSE 2 END,
                count(*), sum(recordings), sum(archive.byte_count), min(sealed_time)
            FROM archive JOIN organization ON organization.row = archive.organization
            LEFT JOIN vault_copy ON vault_copy.archive = archive.row
            WHERE digest IS NOT NULL AND (:organization IS NULL OR organization.name = :organization) GROUP BY 1
            """
        let arguments: StatementArguments = ["organization": organization?.description]
        for row in try Row.fetchAll(db, sql: select, arguments: arguments) {
            var sum = Sum()
            (sum.archives, sum.recordings, sum.bytes) = (try row[1], Int(try row.amount(2)), try row.amount(3))
            switch try row[0] as Int {
            case 0: diskOnly = sum
            case 1:
                waiting = sum
                waitingSince = try row[4]
            case 2: offered = sum
            case 3: confirmed += sum
            default:
                evicted = sum
                confirmed += sum
            }
        }
        let failed = """
            SELECT put_failure, put_failed_time FROM vault_copy JOIN archive ON archive.row = vault_copy.archive
            JOIN organization ON organization.row = archive.organization
            WHERE put_failure IS NOT NULL AND confirmed_time IS NULL
                AND (:organization IS NULL OR organization.name = :organization)
            ORDER BY put_failed_time DESC LIMIT 1
            """
        if let row = try Row.fetchOne(db, sql: failed, arguments: arguments) {
            (failure, failedTime) = (try row[0], try row[1])
        }
    }
}

extension VaultFigures.Sum {
    /// Adds the counts of another sum.
    package static func += (lhs: inout Self, rhs: Self) {
        lhs.archives += rhs.archives
        lhs.recordings += rhs.recordings
        lhs.bytes += rhs.bytes
    }
}
