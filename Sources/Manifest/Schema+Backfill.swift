/// Migration 5: what lies before the daily work, and what other sources of the provider's say of a day.
extension Schema {
    /// `is_backfill` tells a step of a backfill from a pass that somebody waits for. A row of `listed_day` is a day that was
    /// listed whole, by itself, outside of the time between `listed_from` and `listed_through`: how far a backfill has come.
    ///
    /// `witness` is the latest word of another source on a day. A row of `claim` is a task of which the listing says that no
    /// recording was requested and another source says that there is one: it is asked about whatever the listing says.
    static let backfill = """
        ALTER TABLE pass ADD COLUMN is_backfill INTEGER NOT NULL DEFAULT 0 CHECK (is_backfill IN (0, 1));
        CREATE TABLE listed_day (
            organization INTEGER NOT NULL REFERENCES organization,
            day INTEGER NOT NULL,
            source TEXT NOT NULL CHECK (source IN ('tasks', 'search')),
            time INTEGER NOT NULL,
            PRIMARY KEY (organization, day)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE witness (
            organization INTEGER NOT NULL REFERENCES organization,
            day INTEGER NOT NULL,
            source TEXT NOT NULL CHECK (source <> ''),
            time INTEGER NOT NULL,
            figures TEXT CHECK (figures IS NULL OR json_valid(figures)),
            differences TEXT CHECK (differences IS NULL OR json_valid(differences)),
            absence TEXT CHECK (absence <> ''),
            PRIMARY KEY (organization, day, source),
            CHECK ((figures IS NULL) = (differences IS NULL)),
            CHECK ((figures IS NULL) <> (absence IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE claim (
            task INTEGER PRIMARY KEY REFERENCES task,
            source TEXT NOT NULL CHECK (source <> ''),
            time INTEGER NOT NULL
        ) STRICT;
        """

    /// The log of events as it was, with a word for the kind that migration 5 adds.
    static let eventsViewWithClaims = """
        DROP VIEW events_readable;
        CREATE VIEW events_readable AS
        SELECT event.row AS event, \(time("time")) AS time,
            CASE kind WHEN 0 THEN 'other' WHEN 1 THEN 'pass_began' WHEN 2 THEN 'pass_ended' WHEN 3 THEN 'archive_opened'
            WHEN 4 THEN 'archive_sealed' WHEN 5 THEN 'archive_recovered' WHEN 6 THEN 'recording_lost'
            WHEN 7 THEN 'recording_failed' WHEN 8 THEN 'recording_suspect' WHEN 9 THEN 'task_refused'
            WHEN 10 THEN 'listing_anomaly' WHEN 11 THEN 'damage_found' WHEN 12 THEN 'rebuilt'
            WHEN 13 THEN 'recording_unusable' WHEN 14 THEN 'gap_opened' WHEN 15 THEN 'gap_filled'
            WHEN 16 THEN 'gap_withdrawn' WHEN 17 THEN 'gap_explained' WHEN 18 THEN 'explanation_withdrawn'
            WHEN 19 THEN 'day_closed' WHEN 20 THEN 'task_not_listed' WHEN 21 THEN 'recording_repaired'
            WHEN 22 THEN 'recording_reinstated' WHEN 23 THEN 'archive_taken_in' WHEN 24 THEN 'recording_changed'
            WHEN 25 THEN 'capture_claimed' ELSE kind END AS kind,
            organization.name AS organization, task AS task_id, file, detail
        FROM event LEFT JOIN organization ON organization.row = event.organization;
        """
}
