/// Recordings that are held although they look incomplete or unusual.
extension Schema {
    /// A row of `suspect` is a recording that is held with a suspicion. `better` is the ordinal of a version of it that
    /// has none. Until there is one, the recording is checked again at `next_look_time`, which is NULL after the
    /// horizon. `entity_tag` came with the same bytes when they were last downloaded again: an `ETag`, otherwise a
    /// `Last-Modified`.
    ///
    /// Triggers derive the rows from those of `recording`, whoever writes these: when a recording with a suspicion
    /// enters or leaves an archive, and when a version of it does. Versions that differ only in their bytes get no row
    /// of their own.
    static let suspects = """
        CREATE TABLE suspect (
            task INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            looks INTEGER NOT NULL DEFAULT 0 CHECK (looks >= 0),
            last_look_time INTEGER NOT NULL,
            next_look_time INTEGER,
            entity_tag TEXT,
            better INTEGER,
            note TEXT CHECK (note <> ''),
            author TEXT CHECK (author <> ''),
            author_uid INTEGER CHECK (author_uid BETWEEN 0 AND 4294967295),
            acknowledged_time INTEGER,
            PRIMARY KEY (task, ordinal),
            CHECK ((note IS NULL) = (author IS NULL) AND (note IS NULL) = (author_uid IS NULL)
                AND (note IS NULL) = (acknowledged_time IS NULL)),
            FOREIGN KEY (task, ordinal) REFERENCES recording
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX suspect_by_better ON suspect (better);
        \(begins("UPDATE OF archive", "updated"))
        \(begins("INSERT", "inserted"))
        \(isReplacedByBetter("UPDATE OF archive", "updated"))
        \(isReplacedByBetter("INSERT", "inserted"))
        CREATE TRIGGER suspect_ends AFTER UPDATE OF archive ON recording
        WHEN OLD.archive IS NOT NULL AND NEW.archive IS NULL
        BEGIN
            DELETE FROM suspect WHERE task = NEW.task AND ordinal = NEW.ordinal;
            UPDATE suspect SET better = NULL WHERE task = NEW.task AND better = NEW.ordinal;
        END;
        \(reopening("suspect_inserted", "INSERT ON suspect", task: "NEW.task"))
        \(reopening("suspect_updated", "UPDATE OF better, acknowledged_time ON suspect", task: "NEW.task"))
        \(reopening("suspect_deleted", "DELETE ON suspect", task: "OLD.task"))
        """

    private static func begins(_ event: String, _ name: String) -> String {
        """
        CREATE TRIGGER suspect_begins_\(name) AFTER \(event) ON recording
        WHEN NEW.archive IS NOT NULL AND NEW.suspicion IS NOT NULL
        BEGIN
            \(rows("recording.task = NEW.task AND recording.ordinal = NEW.ordinal"));
        END;
        """
    }

    private static func isReplacedByBetter(_ event: String, _ name: String) -> String {
        """
        CREATE TRIGGER suspect_is_bettered_\(name) AFTER \(event) ON recording
        WHEN NEW.archive IS NOT NULL AND NEW.suspicion IS NULL
            AND EXISTS (SELECT 1 FROM suspect WHERE task = NEW.task AND better IS NULL)
        BEGIN
            UPDATE suspect SET better = NEW.ordinal WHERE task = NEW.task AND better IS NULL AND EXISTS (
                SELECT 1 FROM recording WHERE task = suspect.task AND ordinal = suspect.ordinal
                    AND \(isVersion("NEW", of: "recording")));
        END;
        """
    }

    private static func rows(_ condition: String) -> String {
        """
        INSERT OR IGNORE INTO suspect (task, ordinal, last_look_time, next_look_time, better)
        SELECT task, ordinal, received_time, received_time + 3600000,
            (SELECT version.ordinal FROM recording AS version WHERE version.task = recording.task
                AND version.archive IS NOT NULL AND version.suspicion IS NULL
                AND \(isVersion("version", of: "recording")))
        FROM recording
        WHERE suspicion IS NOT NULL AND \(condition) AND instr(\(identifier("recording.id")), '.sha256-') = 0
        """
    }

    /// Whether the key of one recording is that of another with a version mark after its ID.
    private static func isVersion(_ version: String, of base: String) -> String {
        let (id, name) = (identifier("\(base).id"), identifier("\(version).id"))
        return """
            substr(\(name), 1, length(\(id))) = \(id)
                AND substr(\(name), length(\(id)) + 1, 7) IN ('.sha256', '.until-')
                AND \(version).kind = \(base).kind AND \(version).is_segment = \(base).is_segment
                AND \(version).call_type = \(base).call_type AND \(version).start_time IS \(base).start_time
                AND \(version).provider_name = \(base).provider_name
            """
    }
}
