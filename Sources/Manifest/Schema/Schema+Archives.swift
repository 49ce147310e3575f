/// Daily archives, and what is known about their bytes.
extension Schema {
    /// An archive is either open or sealed, never both. An open one has `tar_bytes` and `journal_bytes`: how many bytes
    /// of its files in `spool` count. A sealed one has `byte_count` and `digest`.
    ///
    /// `task_mark` is the last `unsealed_task` that the sealing includes. The sealing writes `salt` into
    /// `bag-info.txt`; the row keeps it so that a repeated sealing writes the same bytes. `metadata_offset` is where
    /// the metadata of a sealed archive begins, NULL if the archive was damaged when it was adopted. `taking_in` marks
    /// a sealed archive that is being adopted: it has no digest yet, but it is not an open archive of its day.
    /// `logged_archive` has the sealed archives that the evidence log is known to have.
    static let archives = """
        CREATE TABLE archive (
            row INTEGER PRIMARY KEY,
            organization INTEGER NOT NULL REFERENCES organization,
            day INTEGER NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            recordings INTEGER NOT NULL DEFAULT 0 CHECK (recordings >= 0),
            tar_bytes INTEGER CHECK (tar_bytes >= 0),
            journal_bytes INTEGER CHECK (journal_bytes >= 0),
            spool BLOB CHECK (length(spool) = 16),
            task_mark INTEGER,
            salt BLOB CHECK (length(salt) = 16),
            byte_count INTEGER CHECK (byte_count > 0),
            digest BLOB CHECK (length(digest) = 32),
            metadata_offset INTEGER CHECK (metadata_offset >= 0),
            sealed_time INTEGER,
            taking_in INTEGER CHECK (taking_in = 1),
            UNIQUE (organization, day, sequence),
            CHECK ((tar_bytes IS NULL) = (journal_bytes IS NULL)),
            CHECK ((tar_bytes IS NULL) = (spool IS NULL)),
            CHECK ((byte_count IS NULL) = (digest IS NULL)),
            CHECK ((tar_bytes IS NULL) <> (digest IS NULL)),
            CHECK (sealed_time IS NULL OR digest IS NOT NULL),
            CHECK (salt IS NULL OR digest IS NULL),
            CHECK (metadata_offset IS NULL OR (digest IS NOT NULL AND metadata_offset < byte_count))
        ) STRICT;
        CREATE UNIQUE INDEX archive_open_once_a_day ON archive (organization, day, spool)
        WHERE digest IS NULL AND taking_in IS NULL;
        CREATE TABLE logged_archive (archive INTEGER PRIMARY KEY REFERENCES archive) STRICT;
        """

    /// A copy of a recording that does not count, because it was found damaged in that archive, or another archive has
    /// the same recording. While the row exists, the recording is in another archive, or wanted. The row has everything
    /// that is needed to make this copy count again if its bytes turn out to be intact.
    static let displacements = """
        CREATE TABLE displacement (
            archive INTEGER NOT NULL REFERENCES archive,
            task INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 1),
            found_time INTEGER NOT NULL,
            offset INTEGER NOT NULL CHECK (offset >= 0),
            byte_count INTEGER NOT NULL CHECK (byte_count >= 0),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            audio_format INTEGER REFERENCES audio_format,
            duration_ms INTEGER CHECK (duration_ms >= 0),
            suspicion TEXT,
            received_time INTEGER NOT NULL,
            PRIMARY KEY (archive, task, ordinal),
            CHECK ((audio_format IS NULL) = (duration_ms IS NULL)),
            FOREIGN KEY (task, ordinal) REFERENCES recording
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX displacement_of_recording ON displacement (task, ordinal);

        CREATE TRIGGER displacement_is_of_the_archive BEFORE INSERT ON displacement
        WHEN NOT EXISTS (SELECT 1 FROM recording WHERE task = NEW.task AND ordinal = NEW.ordinal
                AND archive = NEW.archive AND offset = NEW.offset AND byte_count = NEW.byte_count
                AND digest = NEW.digest)
            AND NOT EXISTS (
                SELECT 1 FROM archive JOIN task ON task.organization = archive.organization AND task.day = archive.day
                WHERE archive.row = NEW.archive AND archive.digest IS NULL AND task.row = NEW.task)
        BEGIN SELECT RAISE(ABORT, 'a copy that does not count was in that archive'); END;
        CREATE TRIGGER displacement_stays BEFORE UPDATE ON displacement
        BEGIN SELECT RAISE(ABORT, 'a copy that does not count stays as it was noted'); END;
        CREATE TRIGGER displacement_is_kept BEFORE DELETE ON displacement
        WHEN EXISTS (SELECT 1 FROM archive WHERE row = OLD.archive AND digest IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM recording WHERE task = OLD.task AND ordinal = OLD.ordinal
                AND archive = OLD.archive)
        BEGIN SELECT RAISE(ABORT, 'a copy in a sealed archive is not forgotten'); END;
        """

    /// A row of `damage` is a recording that was held and whose bytes are known to be changed or gone. The recording is
    /// `damaged` while the row exists. The row stays when the recording leaves its damaged archive (`displacement`),
    /// and is deleted with the next copy that counts, however that copy arrives. `archive` is where the damage was
    /// found, NULL if that archive is not known any more.
    static let damage = """
        CREATE TABLE damage (
            task INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            archive INTEGER REFERENCES archive ON DELETE SET NULL,
            found_time INTEGER NOT NULL,
            reason TEXT NOT NULL CHECK (reason <> ''),
            PRIMARY KEY (task, ordinal),
            FOREIGN KEY (task, ordinal) REFERENCES recording ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX damage_of_archive ON damage (archive);

        CREATE TRIGGER damage_ends_with_a_copy AFTER UPDATE OF archive ON recording WHEN NEW.archive IS NOT NULL
        BEGIN DELETE FROM damage WHERE task = NEW.task AND ordinal = NEW.ordinal; END;

        CREATE TRIGGER damage_stays_without_a_copy AFTER UPDATE OF archive ON recording
        WHEN NEW.archive IS NULL AND OLD.archive IS NOT NULL
        BEGIN
            DELETE FROM damage WHERE task = NEW.task AND ordinal = NEW.ordinal AND NOT EXISTS (SELECT 1 FROM displacement
                WHERE task = NEW.task AND ordinal = NEW.ordinal AND reason = 0);
            INSERT OR IGNORE INTO damage (task, ordinal, archive, found_time, reason)
            SELECT task, ordinal, archive, found_time, \(damageFound) FROM displacement
            WHERE task = NEW.task AND ordinal = NEW.ordinal AND reason = 0 ORDER BY archive DESC LIMIT 1;
        END;
        """

    /// When a sealed archive was last read from end to end, and how many faults it had then. `own_faults` counts those
    /// that no copy of a recording makes up for, because they are not faults of one recording; `own_fault` describes
    /// the first of them. `byte_count` is the length of the file, if it could be read to its end: the finding holds for
    /// a file of that size. `is_whole` says that nothing at all was wrong, not even something that other archives make
    /// up for. `superseded_by` is set if the archive is damaged and has no recordings: it is the archive that has the
    /// lines of the same tasks; or if only the evidence log knew the archive, and others have what it had.
    static let readings = """
        CREATE TABLE reading (
            archive INTEGER PRIMARY KEY REFERENCES archive,
            time INTEGER NOT NULL,
            faults INTEGER NOT NULL CHECK (faults >= 0),
            own_faults INTEGER CHECK (own_faults >= 0),
            own_fault TEXT CHECK (own_fault <> ''),
            byte_count INTEGER CHECK (byte_count >= 0),
            is_whole INTEGER NOT NULL DEFAULT 0 CHECK (is_whole IN (0, 1)),
            superseded_by INTEGER REFERENCES archive
        ) STRICT;
        """

    /// The reason for damage that was found before reasons were stored.
    static let damageFound = "'its bytes were found damaged'"
}
