/// Migration 6: what a reading found stays known until it is made good.
extension Schema {
    /// A row of `damage` is a recording that was held and whose bytes are known to be changed or gone: its state is
    /// `damaged` as long as the row is here. The row stays when the recording leaves its damaged archive (`displacement`), and
    /// goes with the next copy that counts, whoever stores it. `archive` is where the damage was found; NULL if that archive
    /// is not known any more.
    ///
    /// `own_faults` counts those faults of an archive that are not a recording's own: no copy of a recording makes up
    /// for them. NULL if it was last read before there was this column. `own_fault` says what the first of them is.
    static let knownDamage = """
        ALTER TABLE reading ADD COLUMN own_faults INTEGER CHECK (own_faults >= 0);
        ALTER TABLE reading ADD COLUMN own_fault TEXT CHECK (own_fault <> '');

        CREATE TABLE damage (
            task INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            archive INTEGER REFERENCES archive ON DELETE SET NULL,
            found_time INTEGER NOT NULL,
            reason TEXT NOT NULL CHECK (reason <> ''),
            PRIMARY KEY (task, ordinal),
            FOREIGN KEY (task, ordinal) REFERENCES recording ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX damage_of_archive ON damage (archive);

        INSERT INTO damage (task, ordinal, archive, found_time, reason)
        SELECT task, ordinal, max(displacement.archive), found_time, \(damageFound)
        FROM displacement JOIN recording USING (task, ordinal)
        WHERE displacement.reason = 0 AND recording.archive IS NULL GROUP BY task, ordinal;

        CREATE TRIGGER damage_ends_with_a_copy AFTER UPDATE OF archive ON recording WHEN NEW.archive IS NOT NULL
        BEGIN DELETE FROM damage WHERE task = NEW.task AND ordinal = NEW.ordinal; END;

        CREATE TRIGGER damage_stays_without_a_copy AFTER UPDATE OF archive ON recording
        WHEN NEW.archive IS NULL AND OLD.archive IS NOT NULL
        BEGIN
            DELETE FROM damage WHERE task = NEW.task AND ordinal = NEW.ordinal AND NOT EXISTS (SELECT 1 FROM displacement
                WHERE task = NEW.task AND ordinal = NEW.ordinal AND reason = 0);
            INSERT OR IGNORE INTO damage (task, ordinal, archive, found_time, reason)
            SELECT task, ordinal, archive, found_time, \(damageFound) FROM displacement
            WHERE task = NEW.task AND ordinal = NEW.ordinal AND reason = 0 ORDER BY archive DESC LIMIT 1;
        END;

        CREATE VIEW damages_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(identifier("recording.id")) AS recording_id, \(archiveName) AS archive, \(time("found_time")) AS found,
            reason, recording.archive IS NULL AND failure IS NOT NULL AS not_repairable
        FROM damage JOIN recording USING (task, ordinal) JOIN task ON task.row = damage.task
        JOIN organization ON organization.row = task.organization LEFT JOIN archive ON archive.row = damage.archive;

        DROP VIEW readings_readable;
        CREATE VIEW readings_readable AS
        SELECT \(archiveName) AS archive, \(time("time")) AS read, faults, own_faults, own_fault
        FROM reading JOIN archive ON archive.row = reading.archive
        JOIN organization ON organization.row = archive.organization;

        DROP VIEW recordings_readable;
        CREATE VIEW recordings_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(identifier("recording.id")) AS recording_id, \(day("task.day")) AS day,
            CASE kind WHEN 0 THEN 'recording' WHEN 1 THEN 'transcription' ELSE 'screen_recording' END AS kind,
            is_segment AS segment, call_type.text AS call_type, \(time("start_time")) AS started,
            \(time("stop_time")) AS stopped, \(word("provider_name")) AS provider_file_name,
            CASE WHEN damage.task IS NOT NULL THEN 'damaged'
                WHEN recording.archive IS NULL THEN iif(failure IS NULL, 'pending', 'failed')
                ELSE iif(archive.digest IS NULL, 'stored', 'archived') END AS state,
            CASE WHEN failure IS NULL THEN iif(damage.task IS NULL, NULL, 'damaged')
                ELSE CASE failure_code WHEN 1 THEN iif(damage.task IS NULL, 'purged_upstream', 'lost')
                WHEN 2 THEN 'refused_by_provider' WHEN 3 THEN 'damaged_at_provider' ELSE 'download_failed' END
                END AS reason_code,
            coalesce(failure, damage.reason) AS reason, attempts, \(time("wanted_time")) AS wanted,
            \(archiveName) AS archive, offset, recording.byte_count AS bytes, lower(hex(recording.digest)) AS sha256, codec,
            channels, sample_rate_hz, bits_per_sample, duration_ms, suspicion, \(time("received_time")) AS received,
            source.json AS provider_json
        FROM recording JOIN task ON task.row = recording.task JOIN organization ON organization.row = task.organization
        JOIN word AS call_type ON call_type.row = recording.call_type
        LEFT JOIN archive ON archive.row = recording.archive
        LEFT JOIN audio_format ON audio_format.row = recording.audio_format
        LEFT JOIN recording_source AS source ON source.task = recording.task AND source.ordinal = recording.ordinal
        LEFT JOIN damage ON damage.task = recording.task AND damage.ordinal = recording.ordinal;
        """

    /// What is known of damage that was found before its reason was kept.
    private static let damageFound = "'its bytes were found damaged'"
}
