/// What was done, and what happened.
extension Schema {
    /// What happened, for people and for auditors. Events name tasks by the provider's ID and not by row, so that they
    /// stay true when the other tables are rebuilt. The columns of the actor are those of `Actor`.
    ///
    /// `is_backfill` distinguishes a step of a backfill from a pass that someone waits for. `reason` says, for people,
    /// why a pass was not complete. `failure` says what has to be fixed if the pass could not continue
    /// (`PassFailure.Kind`). `joins_listing` is 1 for a pass whose window begins at or before the end of the earlier
    /// listing, and 0 for a pass over a window that says nothing about the time before it.
    static let history = """
        CREATE TABLE pass (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            organization INTEGER NOT NULL REFERENCES organization,
            window_from INTEGER NOT NULL,
            window_to INTEGER NOT NULL,
            started_time INTEGER NOT NULL,
            ended_time INTEGER,
            outcome INTEGER CHECK (outcome BETWEEN 0 AND 4),
            counts TEXT CHECK (counts IS NULL OR json_valid(counts)),
            is_backfill INTEGER NOT NULL DEFAULT 0 CHECK (is_backfill IN (0, 1)),
            reason TEXT CHECK (reason <> ''),
            failure TEXT CHECK (failure IN ('authorization', 'provider', 'disk', 'damage', 'other')),
            joins_listing INTEGER NOT NULL DEFAULT 1 CHECK (joins_listing IN (0, 1)),
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
            detail TEXT CHECK (detail IS NULL OR json_valid(detail)),
            actor TEXT,
            actor_via INTEGER CHECK (actor_via >= 0),
            actor_address TEXT CHECK (actor_address <> ''),
            actor_uid INTEGER CHECK (actor_uid BETWEEN 0 AND 4294967295),
            actor_claims TEXT CHECK (actor_claims IS NULL OR json_valid(actor_claims)),
            CHECK ((actor IS NULL) = (actor_via IS NULL)),
            CHECK (actor IS NOT NULL OR coalesce(actor_address, actor_uid, actor_claims) IS NULL)
        ) STRICT;
        CREATE INDEX event_of_task ON event (task) WHERE task IS NOT NULL;
        CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
        CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
        """

    /// The events that say that a day was closed, or is open again.
    static let closingKinds = "\(Event.Kind.dayClosed.stored), \(Event.Kind.dayReopened.stored)"

    /// The fifth migration: when a day was closed is found without the events of all other days.
    static let closings = """
        CREATE INDEX event_of_closing ON event (organization, json_extract(detail, '$.day')) WHERE kind IN (\(closingKinds));
        """
}
