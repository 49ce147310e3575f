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
}
