/// What was listed, and what other sources of the provider say about it.
extension Schema {
    /// `listing_doubt` has the days from which a listing may have left out a task, until a listing of the whole day
    /// leaves no doubt. A row of `listed_day` is a day that was listed completely, on its own, outside of the time
    /// between `listed_from` and `listed_through`; it shows how far a backfill is. A row of `listed_span` is a span,
    /// outside of that time, that passes have listed without a hole. The spans of an organization neither overlap nor
    /// touch (`ListedTime`).
    ///
    /// `witness` is what another source last said about a day.
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
