/// Recordings, and the rules about what is held.
extension Schema {
    /// The state of a recording is not a column, because it follows from other columns and could contradict them.
    /// Without an archive it is `pending`, or `failed` if there is a failure. In an open archive it is `stored`, in a
    /// sealed one `archived`. With a row in `damage` it is `damaged`.
    ///
    /// `provider_name` is a word, or text if there are too many different names. `file` is the number that
    /// `FileName.of` needs to tell two names apart, or the name itself if it cannot be derived. `failure_code` says why
    /// a recording failed (`GapReason.stored`).
    static let recordings = """
        CREATE TABLE recording (
            task INTEGER NOT NULL REFERENCES task,
            ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
            id ANY NOT NULL \(identifier),
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
            is_segment INTEGER NOT NULL CHECK (is_segment IN (0, 1)),
            call_type INTEGER NOT NULL REFERENCES word,
            start_time INTEGER,
            provider_name ANY NOT NULL CHECK (typeof(provider_name) IN ('integer', 'text')),
            stop_time INTEGER,
            file ANY NOT NULL CHECK (typeof(file) IN ('integer', 'text')),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            wanted_time INTEGER,
            failure TEXT,
            archive INTEGER REFERENCES archive,
            offset INTEGER CHECK (offset >= 0),
            byte_count INTEGER CHECK (byte_count >= 0),
            digest BLOB CHECK (length(digest) = 32),
            audio_format INTEGER REFERENCES audio_format,
            duration_ms INTEGER CHECK (duration_ms >= 0),
            suspicion TEXT,
            received_time INTEGER,
            failure_code INTEGER CHECK (failure_code IS NULL OR failure IS NOT NULL),
            PRIMARY KEY (task, ordinal),
            CHECK (CASE WHEN archive IS NULL
                THEN wanted_time IS NOT NULL AND coalesce(offset, byte_count, digest, audio_format, duration_ms,
                    suspicion, received_time) IS NULL
                ELSE wanted_time IS NULL AND failure IS NULL AND offset IS NOT NULL AND byte_count IS NOT NULL
                    AND digest IS NOT NULL AND received_time IS NOT NULL END),
            CHECK ((audio_format IS NULL) = (duration_ms IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX recording_wanted ON recording (task) WHERE archive IS NULL;
        CREATE TABLE recording_source (
            task INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            json TEXT NOT NULL,
            PRIMARY KEY (task, ordinal),
            FOREIGN KEY (task, ordinal) REFERENCES recording
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER recording_once_for_each_key BEFORE INSERT ON recording
        WHEN EXISTS (SELECT 1 FROM recording WHERE task = NEW.task AND id = NEW.id AND kind = NEW.kind
            AND is_segment = NEW.is_segment AND call_type = NEW.call_type AND start_time IS NEW.start_time
            AND provider_name = NEW.provider_name)
        BEGIN SELECT RAISE(ABORT, 'the recording is known already'); END;
        CREATE TRIGGER recording_keeps_its_key
        BEFORE UPDATE OF task, ordinal, id, kind, is_segment, call_type, start_time, provider_name ON recording
        BEGIN SELECT RAISE(ABORT, 'a recording keeps its key'); END;
        """

    /// Sealed is sealed (architecture.md, promise 9): neither an archive nor its contents change after that.
    static let rulesOfSealing = """
        CREATE TRIGGER archive_stays_sealed BEFORE UPDATE ON archive WHEN OLD.digest IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a sealed archive never changes'); END;
        CREATE TRIGGER archive_is_kept BEFORE DELETE ON archive WHEN OLD.digest IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a sealed archive never changes'); END;
        CREATE TRIGGER recording_stays_archived BEFORE UPDATE ON recording
        WHEN EXISTS (SELECT 1 FROM archive WHERE row = OLD.archive AND digest IS NOT NULL)
            AND NOT (NEW.archive IS NULL AND EXISTS (SELECT 1 FROM displacement
                WHERE archive = OLD.archive AND task = OLD.task AND ordinal = OLD.ordinal))
        BEGIN SELECT RAISE(ABORT, 'an archived recording never changes'); END;
        CREATE TRIGGER recording_is_kept BEFORE DELETE ON recording WHEN OLD.archive IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a recording that is held is never forgotten'); END;
        CREATE TRIGGER recording_enters_its_own_day BEFORE UPDATE OF archive ON recording
        WHEN NEW.archive IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM archive JOIN task ON task.organization = archive.organization AND task.day = archive.day
                WHERE archive.row = NEW.archive AND archive.digest IS NULL AND task.row = NEW.task)
            AND NOT EXISTS (SELECT 1 FROM displacement WHERE archive = NEW.archive AND task = NEW.task
                AND ordinal = NEW.ordinal AND offset = NEW.offset AND byte_count = NEW.byte_count
                AND digest = NEW.digest)
        BEGIN SELECT RAISE(ABORT, 'a recording is stored in an open archive of its own day'); END;
        CREATE TRIGGER recording_begins_unheld BEFORE INSERT ON recording
        WHEN NEW.archive IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM archive JOIN task ON task.organization = archive.organization AND task.day = archive.day
            WHERE archive.row = NEW.archive AND archive.digest IS NULL AND task.row = NEW.task)
        BEGIN SELECT RAISE(ABORT, 'a recording is stored in an open archive of its own day'); END;
        CREATE TRIGGER task_keeps_its_day BEFORE UPDATE OF organization, id, day, created_time ON task
        WHEN (NEW.organization, NEW.id, NEW.day, NEW.created_time)
            IS NOT (OLD.organization, OLD.id, OLD.day, OLD.created_time)
            AND (NEW.organization IS NOT OLD.organization OR NEW.id IS NOT OLD.id
                OR EXISTS (SELECT 1 FROM recording WHERE task = OLD.row))
        BEGIN SELECT RAISE(ABORT, 'a task with recordings keeps its day'); END;
        """
}
