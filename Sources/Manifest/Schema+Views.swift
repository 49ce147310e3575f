extension Schema {
    /// A view for each table, for people with `sqlite3`: identifiers, times, days and codes as text.
    static let views = """
        CREATE VIEW organizations_readable AS
        SELECT name, \(identifier("id")) AS id, \(time("listed_through")) AS listed_through FROM organization;

        CREATE VIEW archives_readable AS
        SELECT \(archiveName) AS archive, organization.name AS organization, \(day("archive.day")) AS day, sequence,
            iif(digest IS NULL, 'open', 'sealed') AS state, recordings, tar_bytes, journal_bytes, byte_count,
            lower(hex(digest)) AS sha256, \(time("sealed_time")) AS sealed
        FROM archive JOIN organization ON organization.row = archive.organization;

        CREATE VIEW tasks_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(time("created_time")) AS created, \(day("task.day")) AS day, channel.text AS channel_type,
            status.text AS status,
            CASE capture_request WHEN 0 THEN 'not_requested' WHEN 1 THEN 'requested' ELSE 'undetermined' END
                AS capture_request,
            listed, \(time("next_ask_time")) AS next_ask, asks, found, refusal,
            question.task IS NULL AS settled, unsealed_task.json AS provider_json
        FROM task JOIN organization ON organization.row = task.organization
        JOIN word AS channel ON channel.row = task.channel_type JOIN word AS status ON status.row = task.status
        LEFT JOIN question ON question.task = task.row LEFT JOIN unsealed_task ON unsealed_task.task = task.row;

        CREATE VIEW recordings_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(identifier("recording.id")) AS recording_id, \(day("task.day")) AS day,
            CASE kind WHEN 0 THEN 'recording' WHEN 1 THEN 'transcription' ELSE 'screen_recording' END AS kind,
            is_segment AS segment, call_type.text AS call_type, \(time("start_time")) AS started,
            \(time("stop_time")) AS stopped, \(word("provider_name")) AS provider_file_name,
            CASE WHEN recording.archive IS NULL THEN iif(failure IS NULL, 'pending', 'failed')
                ELSE iif(archive.digest IS NULL, 'stored', 'archived') END AS state,
            failure AS reason, attempts, \(time("wanted_time")) AS wanted, \(archiveName) AS archive, offset,
            recording.byte_count AS bytes, lower(hex(recording.digest)) AS sha256, codec, channels, sample_rate_hz,
            bits_per_sample, duration_ms, suspicion, \(time("received_time")) AS received, source.json AS provider_json
        FROM recording JOIN task ON task.row = recording.task JOIN organization ON organization.row = task.organization
        JOIN word AS call_type ON call_type.row = recording.call_type
        LEFT JOIN archive ON archive.row = recording.archive
        LEFT JOIN audio_format ON audio_format.row = recording.audio_format
        LEFT JOIN recording_source AS source ON source.task = recording.task AND source.ordinal = recording.ordinal;

        CREATE VIEW passes_readable AS
        SELECT pass.row AS pass, organization.name AS organization, \(time("window_from")) AS window_from,
            \(time("window_to")) AS window_to, \(time("started_time")) AS started, \(time("ended_time")) AS ended,
            CASE outcome WHEN 0 THEN 'complete' WHEN 1 THEN 'incomplete' WHEN 2 THEN 'failed' WHEN 3 THEN 'interrupted'
                WHEN 4 THEN 'abandoned' END AS outcome, counts
        FROM pass JOIN organization ON organization.row = pass.organization;

        CREATE VIEW events_readable AS
        SELECT event.row AS event, \(time("time")) AS time, kind, organization.name AS organization, task AS task_id,
            file, detail
        FROM event LEFT JOIN organization ON organization.row = event.organization;
        """

    /// What migration 3 adds, and the views that it makes anew.
    static let completenessViews = """
        CREATE VIEW tasks_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(time("created_time")) AS created, \(day("task.day")) AS day, channel.text AS channel_type,
            status.text AS status,
            CASE capture_request WHEN 0 THEN 'not_requested' WHEN 1 THEN 'requested' ELSE 'undetermined' END
                AS capture_request,
            listed, \(time("next_ask_time")) AS next_ask, asks, found, refusal,
            \(time("first_ask_time")) AS first_ask, \(time("last_ask_time")) AS last_ask, tracking_id,
            question.task IS NULL AS settled, unsealed_task.json AS provider_json
        FROM task JOIN organization ON organization.row = task.organization
        JOIN word AS channel ON channel.row = task.channel_type JOIN word AS status ON status.row = task.status
        LEFT JOIN question ON question.task = task.row LEFT JOIN unsealed_task ON unsealed_task.task = task.row;

        CREATE VIEW recordings_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(identifier("recording.id")) AS recording_id, \(day("task.day")) AS day,
            CASE kind WHEN 0 THEN 'recording' WHEN 1 THEN 'transcription' ELSE 'screen_recording' END AS kind,
            is_segment AS segment, call_type.text AS call_type, \(time("start_time")) AS started,
            \(time("stop_time")) AS stopped, \(word("provider_name")) AS provider_file_name,
            CASE WHEN recording.archive IS NULL THEN iif(failure IS NULL, 'pending', 'failed')
                ELSE iif(archive.digest IS NULL, 'stored', 'archived') END AS state,
            CASE WHEN failure IS NULL THEN NULL ELSE CASE failure_code WHEN 1 THEN 'purged_upstream'
                WHEN 2 THEN 'refused_by_provider' WHEN 3 THEN 'damaged_at_provider' ELSE 'download_failed' END
                END AS reason_code,
            failure AS reason, attempts, \(time("wanted_time")) AS wanted, \(archiveName) AS archive, offset,
            recording.byte_count AS bytes, lower(hex(recording.digest)) AS sha256, codec, channels, sample_rate_hz,
            bits_per_sample, duration_ms, suspicion, \(time("received_time")) AS received, source.json AS provider_json
        FROM recording JOIN task ON task.row = recording.task JOIN organization ON organization.row = task.organization
        JOIN word AS call_type ON call_type.row = recording.call_type
        LEFT JOIN archive ON archive.row = recording.archive
        LEFT JOIN audio_format ON audio_format.row = recording.audio_format
        LEFT JOIN recording_source AS source ON source.task = recording.task AND source.ordinal = recording.ordinal;

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
            ELSE kind END AS kind,
            organization.name AS organization, task AS task_id, file, detail
        FROM event LEFT JOIN organization ON organization.row = event.organization;

        CREATE VIEW explanations_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id, \(day("task.day")) AS day,
            explanation.reason AS reason, note, author, \(time("explanation.time")) AS explained
        FROM explanation JOIN task ON task.row = explanation.task
        JOIN organization ON organization.row = task.organization;

        CREATE VIEW day_closes_readable AS
        SELECT organization.name AS organization, \(day("day_close.day")) AS day, sequence, is_current, record
        FROM day_close JOIN organization ON organization.row = day_close.organization;
        """

    /// `acme-2025-11-20-001`, of the joined `archive` and `organization`; NULL without an archive.
    static let archiveName =
        "organization.name || '-' || \(day("archive.day")) || '-' || printf('%03d', archive.sequence)"

    static func identifier(_ column: String) -> String {
        let digits = "lower(hex(\(column)))"
        let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)].map { "substr(\(digits), \($0.0), \($0.1))" }
        return "CASE typeof(\(column)) WHEN 'blob' THEN \(parts.joined(separator: " || '-' || ")) ELSE \(column) END"
    }

    static func time(_ column: String) -> String {
        "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000.0, 'unixepoch')"
    }

    static func day(_ column: String) -> String { "date(\(column) * 86400, 'unixepoch')" }

    static func word(_ column: String) -> String {
        "iif(typeof(\(column)) = 'integer', (SELECT text FROM word WHERE row = \(column)), \(column))"
    }
}
