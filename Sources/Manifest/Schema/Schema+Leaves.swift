/// Where the evidence log has each recording.
extension Schema {
    /// The second migration. `leaf` is the number of a recording's entry in the evidence log, so that a proof needs no search.
    /// It is only a hint: whoever uses it checks that the entry is the recording's. So it may change even in a sealed
    /// archive, unlike everything else about a recording.
    static let leaves = """
        ALTER TABLE recording ADD COLUMN leaf INTEGER CHECK (leaf >= 0);
        DROP TRIGGER recording_stays_archived;
        CREATE TRIGGER recording_stays_archived
        BEFORE UPDATE OF task, ordinal, id, kind, is_segment, call_type, start_time, provider_name, stop_time, file, attempts,
            wanted_time, failure, failure_code, archive, offset, byte_count, digest, audio_format, duration_ms, suspicion,
            received_time ON recording
        WHEN EXISTS (SELECT 1 FROM archive WHERE row = OLD.archive AND digest IS NOT NULL)
            AND NOT (NEW.archive IS NULL AND EXISTS (SELECT 1 FROM displacement
                WHERE archive = OLD.archive AND task = OLD.task AND ordinal = OLD.ordinal))
        BEGIN SELECT RAISE(ABORT, 'an archived recording never changes'); END;
        """
}
