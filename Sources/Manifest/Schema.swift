import GRDB

/// The manifest's tables, as the migrations make them. Append-only: a migration that has been released never changes.
///
/// The schema carries the rules. What a table says may be (NOT NULL, CHECK, UNIQUE, foreign keys, triggers) holds even
/// against a mistake in this module, and against a person with `sqlite3`.
enum Schema {
    /// `Clrk`: lets `file` and this module tell a manifest from any other database.
    static let applicationID = 0x436c_726b

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 tasks, recordings, archives, passes, events") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            for statement in [names, archives, tasks, recordings, rulesOfSealing, history, views] {
                try db.execute(sql: statement)
            }
        }
        migrator.registerMigration("2 damage and readings") { db in
            for statement in [damage, readings, damageViews] { try db.execute(sql: statement) }
        }
        migrator.registerMigration("3 completeness") { db in
            try db.execute(sql: completeness)
        }
        migrator.registerMigration("4 calls") { db in
            try db.execute(sql: calls)
        }
        migrator.registerMigration("5 backfill and witnesses") { db in
            try db.execute(sql: backfill)
            try db.execute(sql: eventsViewWithClaims)
        }
        migrator.registerMigration("6 actors") { db in
            try db.execute(sql: actors)
        }
        migrator.registerMigration("7 known damage") { db in
            try db.execute(sql: knownDamage)
        }
        migrator.registerMigration("8 standing") { db in
            try db.execute(sql: standing)
        }
        migrator.registerMigration("9 spelling of identifiers") { db in
            try db.execute(sql: spelling)
        }
        migrator.registerMigration("10 suspect recordings") { db in
            try db.execute(sql: suspects)
        }
        migrator.registerMigration("11 actors of events") { db in
            try db.execute(sql: eventsViewWithActors)
        }
        migrator.registerMigration("12 agents of calls") { db in
            try db.execute(sql: callAgents)
        }
        return migrator
    }()

    /// An identifier is sixteen bytes where it is a canonical lower-case UUID, else text (`StoredIdentifier`).
    private static let identifier =
        "CHECK (CASE typeof(id) WHEN 'blob' THEN length(id) = 16 WHEN 'text' THEN id <> '' ELSE 0 END)"

    /// `word` holds what would otherwise be repeated in millions of rows.
    private static let names = """
        CREATE TABLE word (
            row INTEGER PRIMARY KEY,
            text TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE audio_format (
            row INTEGER PRIMARY KEY,
            codec TEXT NOT NULL,
            channels INTEGER NOT NULL,
            sample_rate_hz INTEGER NOT NULL,
            bits_per_sample INTEGER NOT NULL,
            UNIQUE (codec, channels, sample_rate_hz, bits_per_sample)
        ) STRICT;
        CREATE TABLE organization (
            row INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 40 AND name NOT GLOB '*[^a-z0-9-]*'),
            id ANY NOT NULL \(identifier),
            listed_through INTEGER
        ) STRICT;
        """

    /// An archive is open (`tar_bytes`, `journal_bytes`: how far the spool's files are vouched for) or sealed
    /// (`byte_count`, `digest`), never both. `task_mark` is the last `unsealed_task` that its sealing takes along.
    private static let archives = """
        CREATE TABLE archive (
            row INTEGER PRIMARY KEY,
            organization INTEGER NOT NULL REFERENCES organization,
            day INTEGER NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            recordings INTEGER NOT NULL DEFAULT 0 CHECK (recordings >= 0),
            tar_bytes INTEGER CHECK (tar_bytes >= 0),
            journal_bytes INTEGER CHECK (journal_bytes >= 0),
            task_mark INTEGER,
            byte_count INTEGER CHECK (byte_count > 0),
            digest BLOB CHECK (length(digest) = 32),
            sealed_time INTEGER,
            UNIQUE (organization, day, sequence),
            CHECK ((tar_bytes IS NULL) = (journal_bytes IS NULL)),
            CHECK ((byte_count IS NULL) = (digest IS NULL)),
            CHECK ((tar_bytes IS NULL) <> (digest IS NULL)),
            CHECK (sealed_time IS NULL OR digest IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX archive_open_once_a_day ON archive (organization, day) WHERE digest IS NULL;
        """

    /// A day, in whatever time zone, begins at most 16 hours before and ends at most 16 hours after the UTC day of the
    /// same name. With that as a rule, one index by time answers questions about days and about windows.
    ///
    /// `unsealed_task` is the queue of what the next sealing of its day writes down; its key only ever grows, so that a
    /// task that changes while its day is being sealed stays in the queue. `question` has a row while a task may still
    /// bring something: until it is settled, and for ever where it ended in a gap.
    private static let tasks = """
        CREATE TABLE task (
            row INTEGER PRIMARY KEY,
            organization INTEGER NOT NULL REFERENCES organization,
            id ANY NOT NULL \(identifier),
            created_time INTEGER NOT NULL,
            day INTEGER NOT NULL,
            channel_type INTEGER NOT NULL REFERENCES word,
            status INTEGER NOT NULL REFERENCES word,
            capture_request INTEGER NOT NULL CHECK (capture_request BETWEEN 0 AND 2),
            listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
            UNIQUE (id, organization),
            CHECK (created_time >= day * 86400000 - 57600000 AND created_time < (day + 1) * 86400000 + 57600000)
        ) STRICT;
        CREATE INDEX task_by_time ON task (organization, created_time);
        CREATE TABLE unsealed_task (
            revision INTEGER PRIMARY KEY AUTOINCREMENT,
            task INTEGER NOT NULL UNIQUE REFERENCES task,
            json TEXT
        ) STRICT;
        CREATE TABLE question (
            task INTEGER PRIMARY KEY REFERENCES task,
            next_ask_time INTEGER,
            asks INTEGER NOT NULL CHECK (asks >= 0),
            found INTEGER NOT NULL CHECK (found >= 0),
            unchanged_since INTEGER,
            refusal TEXT
        ) STRICT;
        """

    /// Its state is not a column, because it follows from others and could contradict them: without an archive it is
    /// `pending`, or `failed` where it has a failure; in an open archive it is `stored`, in a sealed one `archived`.
    ///
    /// `provider_name` is a word, or a text where there are too many different ones for words. `file` is the
    /// distinguisher that `FileName.of` needs, or the name itself where it cannot be derived.
    private static let recordings = """
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

    /// Sealed is sealed (architecture.md, promise 9): neither an archive nor what is in it changes after that.
    private static let rulesOfSealing = """
        CREATE TRIGGER archive_stays_sealed BEFORE UPDATE ON archive WHEN OLD.digest IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a sealed archive never changes'); END;
        CREATE TRIGGER archive_is_kept BEFORE DELETE ON archive WHEN OLD.digest IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a sealed archive never changes'); END;
        CREATE TRIGGER recording_stays_archived BEFORE UPDATE ON recording
        WHEN EXISTS (SELECT 1 FROM archive WHERE row = OLD.archive AND digest IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'an archived recording never changes'); END;
        CREATE TRIGGER recording_is_kept BEFORE DELETE ON recording WHEN OLD.archive IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a recording that is held is never forgotten'); END;
        CREATE TRIGGER recording_enters_its_own_day BEFORE UPDATE OF archive ON recording
        WHEN NEW.archive IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM archive JOIN task ON task.organization = archive.organization AND task.day = archive.day
            WHERE archive.row = NEW.archive AND archive.digest IS NULL AND task.row = NEW.task)
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

    /// What happened, for people and for auditors. Events name tasks by the provider's ID and not by row, so that they
    /// still say it after a rebuild of the other tables.
    private static let history = """
        CREATE TABLE pass (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            organization INTEGER NOT NULL REFERENCES organization,
            window_from INTEGER NOT NULL,
            window_to INTEGER NOT NULL,
            started_time INTEGER NOT NULL,
            ended_time INTEGER,
            outcome INTEGER CHECK (outcome BETWEEN 0 AND 4),
            counts TEXT CHECK (counts IS NULL OR json_valid(counts)),
            CHECK (window_from <= window_to),
            CHECK ((ended_time IS NULL) = (outcome IS NULL))
        ) STRICT;
        CREATE INDEX pass_of_organization ON pass (organization);
        CREATE TABLE event (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            kind INTEGER NOT NULL CHECK (kind >= 0),
            organization INTEGER REFERENCES organization,
            task TEXT CHECK (task <> ''),
            file TEXT,
            detail TEXT CHECK (detail IS NULL OR json_valid(detail))
        ) STRICT;
        CREATE INDEX event_of_task ON event (task) WHERE task IS NOT NULL;
        CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
        CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
        """
}
