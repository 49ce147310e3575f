/// The second migration: what becomes of damage, and which archive was read when.
extension Schema {
    /// A copy of a recording in an archive that does not count: it was found damaged there, or another archive has the
    /// same recording. As long as it is here, the recording is another archive's, or wanted. It is kept with all that it
    /// takes to have the recording back in that archive, where its bytes turn out to be whole.
    ///
    /// `taking_in` marks a sealed archive on its way into the manifest, which is no open archive of its day.
    static let damage = """
        ALTER TABLE archive ADD COLUMN taking_in INTEGER CHECK (taking_in = 1);
        DROP INDEX archive_open_once_a_day;
        CREATE UNIQUE INDEX archive_open_once_a_day ON archive (organization, day)
        WHERE digest IS NULL AND taking_in IS NULL;

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

        DROP TRIGGER recording_stays_archived;
        CREATE TRIGGER recording_stays_archived BEFORE UPDATE ON recording
        WHEN EXISTS (SELECT 1 FROM archive WHERE row = OLD.archive AND digest IS NOT NULL)
            AND NOT (NEW.archive IS NULL AND EXISTS (SELECT 1 FROM displacement
                WHERE archive = OLD.archive AND task = OLD.task AND ordinal = OLD.ordinal))
        BEGIN SELECT RAISE(ABORT, 'an archived recording never changes'); END;
        DROP TRIGGER recording_enters_its_own_day;
        CREATE TRIGGER recording_enters_its_own_day BEFORE UPDATE OF archive ON recording
        WHEN NEW.archive IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM archive JOIN task ON task.organization = archive.organization AND task.day = archive.day
                WHERE archive.row = NEW.archive AND archive.digest IS NULL AND task.row = NEW.task)
            AND NOT EXISTS (SELECT 1 FROM displacement WHERE archive = NEW.archive AND task = NEW.task
                AND ordinal = NEW.ordinal AND offset = NEW.offset AND byte_count = NEW.byte_count
                AND digest = NEW.digest)
        BEGIN SELECT RAISE(ABORT, 'a recording is stored in an open archive of its own day'); END;
        """

    /// When a sealed archive was last read from end to end, and how many faults it had then.
    static let readings = """
        CREATE TABLE reading (
            archive INTEGER PRIMARY KEY REFERENCES archive,
            time INTEGER NOT NULL,
            faults INTEGER NOT NULL CHECK (faults >= 0)
        ) STRICT;
        """

    /// For people with `sqlite3`, as those of the first migration.
    static let damageViews = """
        CREATE VIEW displacements_readable AS
        SELECT \(archiveName) AS archive, \(identifier("task.id")) AS task_id,
            \(identifier("recording.id")) AS recording_id, iif(reason = 0, 'damaged', 'duplicate') AS reason,
            \(time("found_time")) AS found, displacement.offset, displacement.byte_count AS bytes,
            lower(hex(displacement.digest)) AS sha256
        FROM displacement JOIN task ON task.row = displacement.task
        JOIN recording ON recording.task = displacement.task AND recording.ordinal = displacement.ordinal
        JOIN archive ON archive.row = displacement.archive
        JOIN organization ON organization.row = archive.organization;

        CREATE VIEW readings_readable AS
        SELECT \(archiveName) AS archive, \(time("time")) AS read, faults
        FROM reading JOIN archive ON archive.row = reading.archive
        JOIN organization ON organization.row = archive.organization;
        """
}
