/// What status and alarms go by: why passes ended as they did, and which time any of them has listed.
extension Schema {
    /// `reason` says for people why a pass was not complete, `failure` what has to be mended where it could not go on
    /// (`PassFailure.Kind`). `joins_listing` tells a pass whose window begins where the listing had come to, or before,
    /// from one over a window that says nothing of the time before it.
    ///
    /// A row of `listed_span` is time that some pass has listed without a hole, beside the time between `listed_from` and
    /// `listed_through`. Rows of an organization neither overlap nor touch (`ListedTime`).
    static let standing = """
        ALTER TABLE pass ADD COLUMN reason TEXT CHECK (reason <> '');
        ALTER TABLE pass ADD COLUMN failure TEXT
            CHECK (failure IN ('authorization', 'provider', 'disk', 'damage', 'other'));
        ALTER TABLE pass ADD COLUMN joins_listing INTEGER NOT NULL DEFAULT 1 CHECK (joins_listing IN (0, 1));
        CREATE TABLE listed_span (
            organization INTEGER NOT NULL REFERENCES organization,
            from_time INTEGER NOT NULL,
            to_time INTEGER NOT NULL,
            PRIMARY KEY (organization, from_time),
            CHECK (from_time < to_time)
        ) STRICT, WITHOUT ROWID;
        DROP VIEW passes_readable;
        CREATE VIEW passes_readable AS
        SELECT pass.row AS pass, organization.name AS organization, \(time("window_from")) AS window_from,
            \(time("window_to")) AS window_to, \(time("started_time")) AS started, \(time("ended_time")) AS ended,
            CASE outcome WHEN 0 THEN 'complete' WHEN 1 THEN 'incomplete' WHEN 2 THEN 'failed' WHEN 3 THEN 'interrupted'
                WHEN 4 THEN 'abandoned' END AS outcome, reason, failure, is_backfill, joins_listing, counts
        FROM pass JOIN organization ON organization.row = pass.organization;
        CREATE VIEW listed_spans_readable AS
        SELECT organization.name AS organization, \(time("from_time")) AS listed_from, \(time("to_time")) AS listed_to
        FROM listed_span JOIN organization ON organization.row = listed_span.organization;
        """
}
