import Recordings

/// What the vault has of each sealed archive.
extension Schema {
    /// The migration `vault`. A row is made when an archive is sealed while a vault is configured (`is_required`), or when
    /// one that was sealed before is to be put there too. The columns up to `confirmed_time` are NULL until the copy is
    /// confirmed. `evicted_time` says that the file was removed from the disk because the vault has it: since then, a
    /// missing file is no damage. `read_time` is when the copy was last read back whole. `damaged_versions` are versions of the object that were found damaged, one a line.
    /// `put_failure` is why the last put failed.
    ///
    /// An archive whose row is required and not confirmed does not count as archived: its recordings are `stored`
    /// (``VaultRule``).
    static let vault = """
        CREATE TABLE vault_copy (
            archive INTEGER PRIMARY KEY REFERENCES archive,
            is_required INTEGER NOT NULL CHECK (is_required IN (0, 1)),
            tar_version TEXT,
            side_version TEXT,
            byte_count INTEGER CHECK (byte_count > 0),
            retained_until INTEGER,
            epoch INTEGER CHECK (epoch >= 0),
            put_time INTEGER,
            confirmed_time INTEGER,
            evicted_time INTEGER,
            read_time INTEGER,
            damaged_versions TEXT CHECK (damaged_versions <> ''),
            put_failure TEXT CHECK (put_failure <> ''),
            put_failed_time INTEGER,
            CHECK (confirmed_time IS NULL OR (byte_count IS NOT NULL AND epoch IS NOT NULL AND put_time IS NOT NULL)),
            CHECK (evicted_time IS NULL OR confirmed_time IS NOT NULL),
            CHECK ((put_failure IS NULL) = (put_failed_time IS NULL)),
            CHECK (put_failure IS NULL OR confirmed_time IS NULL)
        ) STRICT;
        CREATE INDEX vault_copy_waiting ON vault_copy (archive) WHERE confirmed_time IS NULL;
        CREATE INDEX vault_copy_evicted ON vault_copy (archive) WHERE evicted_time IS NOT NULL;

        CREATE TRIGGER vault_copy_is_of_sealed BEFORE INSERT ON vault_copy
        WHEN NOT EXISTS (SELECT 1 FROM archive WHERE row = NEW.archive AND digest IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'only a sealed archive is put into the vault'); END;
        CREATE TRIGGER vault_copy_has_all_bytes BEFORE UPDATE OF byte_count ON vault_copy
        WHEN NEW.byte_count <> (SELECT byte_count FROM archive WHERE row = NEW.archive)
        BEGIN SELECT RAISE(ABORT, 'a copy in the vault has as many bytes as the archive'); END;

        CREATE VIEW vault_copies_readable AS
        SELECT \(archiveName) AS archive, is_required, confirmed_time IS NOT NULL AS is_confirmed, tar_version, side_version,
            vault_copy.byte_count AS bytes, \(time("retained_until")) AS retained_until, epoch, \(time("put_time")) AS put,
            \(time("confirmed_time")) AS confirmed, \(time("evicted_time")) AS evicted, \(time("read_time")) AS read, damaged_versions, put_failure,
            \(time("put_failed_time")) AS put_failed
        FROM vault_copy JOIN archive ON archive.row = vault_copy.archive
        JOIN organization ON organization.row = archive.organization;
        """

    /// Part of the same migration: the views show states, which now depend on the vault.
    static let vaultViews = """
        DROP VIEW archives_readable;
        CREATE VIEW archives_readable AS
        SELECT \(archiveName) AS archive, organization.name AS organization, \(day("archive.day")) AS day, sequence,
            iif(digest IS NULL, 'open', 'sealed') AS state, recordings, tar_bytes, journal_bytes, archive.byte_count,
            \(identifier("spool")) AS spool,
            lower(hex(digest)) AS sha256, metadata_offset, \(time("sealed_time")) AS sealed,
            confirmed_time IS NOT NULL AS in_vault, evicted_time IS NOT NULL AS evicted
        FROM archive JOIN organization ON organization.row = archive.organization
        LEFT JOIN vault_copy ON vault_copy.archive = archive.row;

        DROP VIEW recordings_readable;
        \(recordingsView(isStored: "archive.digest IS NULL OR \(VaultRule.isWaiting())"))
        """
}
