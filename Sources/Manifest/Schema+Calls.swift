/// Migration 4: what people look a call up by.
extension Schema {
    /// The facts of a call stand in the row of its task, as few bytes as can be: what comes again and again is a row of
    /// `call_profile` or `call_outcome`, and the customer's number and the duration stand by themselves. Which of origin
    /// and destination is the customer's follows from the direction; the other one is the profile's `line`.
    ///
    /// `task.call_profile` is a row of `call_profile`, or the profile itself as JSON where there are too many different
    /// ones. `task.call_number` is an integer where it is `+` and up to fifteen digits, the negative of one where it is
    /// digits only, and else the text. `task.call_outcome` is NULL as long as nothing was read of the task's JSON.
    ///
    /// Columns of `task` and no table of their own: a row number, its header and its place in a page would cost eight
    /// bytes more for each task. The three indices leave out what nobody looks for by them.
    ///
    /// What a closed day's record counts does not change with these, so that its trigger looks at the other columns.
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

        ALTER TABLE task ADD COLUMN call_profile ANY
            CHECK (typeof(call_profile) IN ('null', 'integer') OR json_valid(call_profile));
        ALTER TABLE task ADD COLUMN call_number ANY CHECK (typeof(call_number) IN ('null', 'integer', 'text'));
        ALTER TABLE task ADD COLUMN call_duration_ms INTEGER CHECK (call_duration_ms >= 0);
        ALTER TABLE task ADD COLUMN call_outcome INTEGER REFERENCES call_outcome
            CHECK (call_outcome IS NOT NULL OR coalesce(call_profile, call_number, call_duration_ms) IS NULL);
        ALTER TABLE unsealed_task ADD COLUMN search TEXT;

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

        DROP TRIGGER day_close_after_task_updated;
        CREATE TRIGGER day_close_after_task_updated
        AFTER UPDATE OF organization, id, created_time, day, channel_type, status, capture_request, listed ON task
        BEGIN UPDATE day_close SET is_current = 0
            WHERE (organization, day) = (SELECT organization, day FROM task WHERE row = NEW.row) AND is_current; END;
        \(callViews)
        """

    /// From this length on, an index has the calls; shorter ones are so many that a walk by time meets them soon.
    static let longCallMilliseconds: Int64 = 600_000

    /// Any number of tasks refer to such a row: what it says is said of all of them.
    private static func staying(_ table: String) -> String {
        """
        CREATE TRIGGER \(table)_stays BEFORE UPDATE ON \(table)
        BEGIN SELECT RAISE(ABORT, 'what tasks refer to never changes'); END;
        CREATE TRIGGER \(table)_is_kept BEFORE DELETE ON \(table)
        BEGIN SELECT RAISE(ABORT, 'what tasks refer to never changes'); END;
        """
    }

    /// For people with `sqlite3`: what is known of each call.
    private static let callViews = """
        CREATE VIEW calls_readable AS
        SELECT organization, task_id, created, day,
            \(party("agent")), \(party("queue")), \(party("site")), \(party("team")),
            iif(is_outgoing, line, number) AS origin, iif(is_outgoing, number, line) AS destination,
            direction, duration_ms, wrap_up.text AS wrap_up, termination.text AS termination,
            iif(call_outcome.source = 1, 'search', 'task') AS source
        FROM (
            SELECT *, lower(direction) IS 'outdial' OR lower(direction) IS 'outbound' AS is_outgoing
            FROM (
                SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
                    \(time("created_time")) AS created, date(day * 86400, 'unixepoch') AS day,
                    call_profile.agent, call_profile.queue, call_profile.site, call_profile.team,
                    iif(typeof(task.call_profile) = 'text', task.call_profile, NULL) AS profile_json,
                    iif(typeof(task.call_profile) = 'text', json_extract(task.call_profile, '$.direction'),
                        (SELECT text FROM word WHERE row = call_profile.direction)) AS direction,
                    iif(typeof(task.call_profile) = 'text', json_extract(task.call_profile, '$.line'),
                        (SELECT text FROM word WHERE row = call_profile.line)) AS line,
                    CASE WHEN typeof(call_number) = 'text' THEN call_number
                        WHEN call_number < 0 THEN CAST(-call_number AS TEXT) ELSE '+' || call_number END AS number,
                    call_duration_ms AS duration_ms, call_outcome
                FROM task JOIN organization ON organization.row = task.organization
                LEFT JOIN call_profile
                    ON typeof(task.call_profile) = 'integer' AND call_profile.row = task.call_profile
                WHERE call_outcome IS NOT NULL
            )
        ) AS call
        JOIN call_outcome ON call_outcome.row = call.call_outcome
        LEFT JOIN word AS wrap_up ON wrap_up.row = call_outcome.wrap_up
        LEFT JOIN word AS termination ON termination.row = call_outcome.termination;
        """

    private static func party(_ role: String) -> String {
        let id = "(SELECT \(identifier("call_party.id")) FROM call_party WHERE call_party.row = call.\(role))"
        let name = "(SELECT call_party.name FROM call_party WHERE call_party.row = call.\(role))"
        return """
            coalesce(\(name), json_extract(profile_json, '$.\(role).name')) AS \(role),
            coalesce(\(id), json_extract(profile_json, '$.\(role).id')) AS \(role)_id
            """
    }
}
