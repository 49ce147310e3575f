/// What was listed, and what other sources of the provider's say of it.
extension Schema {
    /// `listing_doubt` has the days of which a listing may have left a task out, until one of the whole day is without doubt.
    /// A row of `listed_day` is a day that was listed whole, by itself, outside of the time between `listed_from` and
    /// `listed_through`: how far a backfill has come. A row of `listed_span` is time that any pass has listed without a hole
    /// outside of it. Rows of an organization neither overlap nor touch (`ListedTime`).
    ///
    /// `witness` is the latest word of another source on a day.
    static let listing = """
        CREATE TABLE listing_doubt (
            organization INTEGER NOT NULL REFERENCES organization,
            day INTEGER NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (organization, day)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE listed_day (
            organization INTEGER NOT NULL REFERENCES organization,
            day INTEGER NOT NULL,
            source TEXT NOT NULL CHECK (source IN ('tasks', 'search')),
            time INTEGER NOT NULL,
            PRIMARY KEY (organization, day)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE listed_span (
            organization INTEGER NOT NULL REFERENCES organization,
            from_time INTEGER NOT NULL,
            to_time INTEGER NOT NULL,
            PRIMARY KEY (organization, from_time),
            CHECK (from_time < to_time)
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
        """
}
