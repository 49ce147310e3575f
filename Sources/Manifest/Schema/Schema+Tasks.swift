/// Tasks, and what is open about them.
extension Schema {
    /// A day in any time zone begins and ends at most 16 hours before or after the UTC day of the same name. Because
    /// the table checks this rule, one index by time serves queries about days as well as about windows.
    ///
    /// `unsealed_task` is the queue of what the next sealing of a day has to write. Its key only grows, so a task that
    /// changes while its day is being sealed stays in the queue. `question` has a row while a task may still get a
    /// recording: until the task is settled, and forever if it ended in a gap.
    static let tasks = """
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
            call_profile ANY CHECK (typeof(call_profile) IN ('null', 'integer') OR json_valid(call_profile)),
            call_number ANY CHECK (typeof(call_number) IN ('null', 'integer', 'text')),
            call_duration_ms INTEGER CHECK (call_duration_ms >= 0),
            call_outcome INTEGER REFERENCES call_outcome
                CHECK (call_outcome IS NOT NULL OR coalesce(call_profile, call_number, call_duration_ms) IS NULL),
            UNIQUE (id, organization),
            CHECK (created_time >= day * 86400000 - 57600000 AND created_time < (day + 1) * 86400000 + 57600000)
        ) STRICT;
        CREATE INDEX task_by_time ON task (organization, created_time);
        CREATE TABLE unsealed_task (
            revision INTEGER PRIMARY KEY AUTOINCREMENT,
            task INTEGER NOT NULL UNIQUE REFERENCES task,
            json TEXT,
            search TEXT
        ) STRICT;
        CREATE TABLE question (
            task INTEGER PRIMARY KEY REFERENCES task,
            next_ask_time INTEGER,
            asks INTEGER NOT NULL CHECK (asks >= 0),
            found INTEGER NOT NULL CHECK (found >= 0),
            unchanged_since INTEGER,
            refusal TEXT,
            first_ask_time INTEGER,
            last_ask_time INTEGER,
            tracking_id TEXT
        ) STRICT;
        CREATE TABLE claim (
            task INTEGER PRIMARY KEY REFERENCES task,
            source TEXT NOT NULL CHECK (source <> ''),
            time INTEGER NOT NULL
        ) STRICT;
        """

    /// UUIDs that a provider writes in capitals are kept as it first wrote them, and are found in any case. The index
    /// is empty if all UUIDs are in lower case, as they should be.
    static let spelling = """
        CREATE INDEX task_by_capital_id ON task (lower(id)) WHERE typeof(id) = 'text' AND length(id) = 36;
        """
}
