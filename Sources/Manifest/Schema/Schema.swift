import GRDB

/// The manifest's tables, as the migrations create them. A released migration never changes: a later change is a
/// migration of its own.
///
/// The schema enforces the rules. What a table demands (NOT NULL, CHECK, UNIQUE, foreign keys, triggers) holds even if
/// this module has a bug, and binds a person with `sqlite3` too.
enum Schema {
    /// `Clrk`: distinguishes a manifest from any other database, for `file` and for this module.
    static let applicationID = 0x436c_726b

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 manifest") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            let tables = [
                names, calls, archives, tasks, spelling, indexedCalls, recordings, rulesOfSealing, displacements,
                damage,
                readings, listing, explanations, closedDays, suspects, history,
            ]
            for statements in tables + [codes, views, callViews] { try db.execute(sql: statements) }
        }
        // Nothing refers to the new column, so there is nothing else to check.
        migrator.registerMigration("2 leaves", foreignKeyChecks: .immediate) { db in try db.execute(sql: leaves) }
        migrator.registerMigration("3 runs of digits", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: numberRuns)
        }
        migrator.registerMigration("4 vault", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: vault)
            try db.execute(sql: vaultViews)
        }
        migrator.registerMigration("5 closings", foreignKeyChecks: .immediate) { db in try db.execute(sql: closings) }
        return migrator
    }()

    /// An identifier is sixteen bytes if it is a canonical lower-case UUID, otherwise text (`StoredIdentifier`).
    static let identifier =
        "CHECK (CASE typeof(id) WHEN 'blob' THEN length(id) = 16 WHEN 'text' THEN id <> '' ELSE 0 END)"

    /// `word` holds texts that would otherwise be repeated in millions of rows. `listed_from` and `listed_through` are
    /// the bounds of the time that was listed without a hole. `configuration` is the SHA-256 of the configuration that
    /// the evidence log last recorded.
    static let names = """
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
            listed_through INTEGER,
            listed_from INTEGER,
            configuration BLOB CHECK (length(configuration) = 32)
        ) STRICT;
        """
}
