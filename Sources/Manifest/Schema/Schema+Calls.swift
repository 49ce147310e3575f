/// The columns and tables that calls are found by.
extension Schema {
    /// The facts of a call are in the row of its task, in as few bytes as possible. Combinations that recur are rows of
    /// `call_profile` and `call_outcome`; the customer's number and the duration are stored as they are. The direction
    /// says whether the customer's number is the origin or the destination. The other of the two is the `line` of the
    /// profile.
    ///
    /// `task.call_profile` is a row of `call_profile`, or the profile itself as JSON if there are too many different
    /// ones. `task.call_number` is an integer for `+` and up to fifteen digits, its negative for digits alone, and
    /// otherwise text. `task.call_outcome` is NULL until something was read from the task's JSON.
    ///
    /// These are columns of `task` because a table of their own would cost eight more bytes per task, for a row number,
    /// a header and a place in a page. The three indices leave out rows that no one looks up by them.
    ///
    /// A row of `call_agent` is an agent who had the call before the agent of its profile, or who took part in one of
    /// its recordings. Most calls have one agent and no row.
    static let calls = """
        CREATE TABLE call_party (
            row INTEGER PRIMARY KEY,
            id ANY CHECK (CASE typeof(id) WHEN 'blob' THEN length(id) = 16 WHEN 'text' THEN id <> ''
                WHEN 'null' THEN 1 ELSE 0 END),
            name TEXT CHECK (name <> ''),
            CHECK (id IS NOT NULL OR name IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX call_party_once ON call_party (ifnull(id, ''), ifnull(name, ''));
        CREATE TABLE call_profile (
            row INTEGER PRIMARY KEY,
            agent INTEGER REFERENCES call_party,
            queue INTEGER REFERENCES call_party,
            site INTEGER REFERENCES call_party,
            team INTEGER REFERENCES call_party,
            direction INTEGER REFERENCES word,
            line INTEGER REFERENCES word
        ) STRICT;
        CREATE UNIQUE INDEX call_profile_once ON call_profile (ifnull(agent, 0), ifnull(queue, 0), ifnull(site, 0),
            ifnull(team, 0), ifnull(direction, 0), ifnull(line, 0));
        CREATE TABLE call_outcome (
            row INTEGER PRIMARY KEY,
            wrap_up INTEGER REFERENCES word,
            termination INTEGER REFERENCES word,
            source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 2)
        ) STRICT;
        CREATE UNIQUE INDEX call_outcome_once
        ON call_outcome (ifnull(wrap_up, 0), ifnull(termination, 0), source);
        """

    /// Indices and triggers that refer to tasks, created after them.
    static let indexedCalls = """
        CREATE INDEX task_by_call_profile ON task (call_profile) WHERE call_profile IS NOT NULL;
        CREATE INDEX task_by_call_number ON task (call_number) WHERE call_number IS NOT NULL;
        CREATE INDEX task_by_long_call ON task (call_duration_ms) WHERE call_duration_ms >= \(longCallMilliseconds);

        CREATE TRIGGER task_has_a_known_profile_first BEFORE INSERT ON task
        WHEN typeof(NEW.call_profile) = 'integer'
            AND NOT EXISTS (SELECT 1 FROM call_profile WHERE row = NEW.call_profile)
        BEGIN SELECT RAISE(ABORT, 'a task has a known profile'); END;
        CREATE TRIGGER task_has_a_known_profile_later BEFORE UPDATE OF call_profile ON task
        WHEN typeof(NEW.call_profile) = 'integer'
            AND NOT EXISTS (SELECT 1 FROM call_profile WHERE row = NEW.call_profile)
        BEGIN SELECT RAISE(ABORT, 'a task has a known profile'); END;
        \(staying("call_party"))
        \(staying("call_profile"))
        \(staying("call_outcome"))
        CREATE TABLE call_agent (
            task INTEGER NOT NULL REFERENCES task,
            party INTEGER NOT NULL REFERENCES call_party,
            PRIMARY KEY (task, party)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX call_agent_by_party ON call_agent (party);
        """

    /// Calls of at least this length are in an index. Shorter ones are so many that reading by time finds them soon.
    static let longCallMilliseconds: Int64 = 600_000

    /// Rows that many tasks refer to must never change: a change would apply to all of those tasks.
    private static func staying(_ table: String) -> String {
        """
        CREATE TRIGGER \(table)_stays BEFORE UPDATE ON \(table)
        BEGIN SELECT RAISE(ABORT, 'what tasks refer to never changes'); END;
        CREATE TRIGGER \(table)_is_kept BEFORE DELETE ON \(table)
        BEGIN SELECT RAISE(ABORT, 'what tasks refer to never changes'); END;
        """
    }
}
