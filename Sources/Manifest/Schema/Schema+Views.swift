import Recordings

extension Schema {
    /// The views, for people with `sqlite3`: identifiers, times, days and codes as text.
    static let views = """
        CREATE VIEW organizations_readable AS
        SELECT name, \(identifier("id")) AS id, \(time("listed_through")) AS listed_through FROM organization;

        CREATE VIEW archives_readable AS
        SELECT \(archiveName) AS archive, organization.name AS organization, \(day("archive.day")) AS day, sequence,
            iif(digest IS NULL, 'open', 'sealed') AS state, recordings, tar_bytes, journal_bytes, byte_count,
            \(identifier("spool")) AS spool,
            lower(hex(digest)) AS sha256, metadata_offset, \(time("sealed_time")) AS sealed
        FROM archive JOIN organization ON organization.row = archive.organization;

        CREATE VIEW tasks_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(time("created_time")) AS created, \(day("task.day")) AS day, channel.text AS channel_type,
            status.text AS status,
            \(code("capture_request", CaptureRequest.self)) AS capture_request,
            listed, \(time("next_ask_time")) AS next_ask, asks, found, refusal,
            \(time("first_ask_time")) AS first_ask, \(time("last_ask_time")) AS last_ask, tracking_id,
            question.task IS NULL AS settled, unsealed_task.json AS provider_json
        FROM task JOIN organization ON organization.row = task.organization
        JOIN word AS channel ON channel.row = task.channel_type JOIN word AS status ON status.row = task.status
        LEFT JOIN question ON question.task = task.row LEFT JOIN unsealed_task ON unsealed_task.task = task.row;

        \(recordingsView(isStored: "archive.digest IS NULL"))

        CREATE VIEW passes_readable AS
        SELECT pass.row AS pass, organization.name AS organization, \(time("window_from")) AS window_from,
            \(time("window_to")) AS window_to, \(time("started_time")) AS started, \(time("ended_time")) AS ended,
            \(code("outcome", PassOutcome.self)) AS outcome, reason, failure, is_backfill, joins_listing, counts
        FROM pass JOIN organization ON organization.row = pass.organization;

        CREATE VIEW events_readable AS
        SELECT event.row AS event, \(time("time")) AS time, ifnull(\(code("kind", Event.Kind.self)), kind) AS kind,
            organization.name AS organization, task AS task_id, file,
            actor, \(code("actor_via", Actor.Via.self)) AS actor_via, actor_address, actor_uid, actor_claims, detail
        FROM event LEFT JOIN organization ON organization.row = event.organization;

        CREATE VIEW explanations_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id, \(day("task.day")) AS day,
            explanation.reason AS reason, note, author, author_uid, author_claims,
            \(time("explanation.time")) AS explained
        FROM explanation JOIN task ON task.row = explanation.task
        JOIN organization ON organization.row = task.organization;

        CREATE VIEW day_closes_readable AS
        SELECT organization.name AS organization, \(day("day_close.day")) AS day, sequence, is_current, record
        FROM day_close JOIN organization ON organization.row = day_close.organization;

        CREATE VIEW displacements_readable AS
        SELECT \(archiveName) AS archive, \(identifier("task.id")) AS task_id,
            \(identifier("recording.id")) AS recording_id, \(code("reason", DisplacedCopy.Reason.self)) AS reason,
            \(time("found_time")) AS found, displacement.offset, displacement.byte_count AS bytes,
            lower(hex(displacement.digest)) AS sha256
        FROM displacement JOIN task ON task.row = displacement.task
        JOIN recording ON recording.task = displacement.task AND recording.ordinal = displacement.ordinal
        JOIN archive ON archive.row = displacement.archive
        JOIN organization ON organization.row = archive.organization;

        CREATE VIEW damages_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(identifier("recording.id")) AS recording_id, \(archiveName) AS archive, \(time("found_time")) AS found,
            reason, recording.archive IS NULL AND failure IS NOT NULL AS not_repairable
        FROM damage JOIN recording USING (task, ordinal) JOIN task ON task.row = damage.task
        JOIN organization ON organization.row = task.organization LEFT JOIN archive ON archive.row = damage.archive;

        CREATE VIEW readings_readable AS
        SELECT \(archiveName) AS archive, \(time("time")) AS read, faults, own_faults, own_fault,
            reading.byte_count AS bytes, is_whole
        FROM reading JOIN archive ON archive.row = reading.archive
        JOIN organization ON organization.row = archive.organization;

        CREATE VIEW listed_spans_readable AS
        SELECT organization.name AS organization, \(time("from_time")) AS listed_from, \(time("to_time")) AS listed_to
        FROM listed_span JOIN organization ON organization.row = listed_span.organization;
        """

    /// `acme-2025-11-20-001`, from the joined `archive` and `organization`; NULL without an archive.
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

    /// The view of recordings. It is the same in each migration that makes it, but for one condition, and never changes.
    /// - Parameter isStored: whether a recording in an archive is `stored` and not `archived`.
    static func recordingsView(isStored: String) -> String {
        """
        CREATE VIEW recordings_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(identifier("recording.id")) AS recording_id, \(day("task.day")) AS day,
            \(code("kind", CaptureKind.self)) AS kind,
            is_segment AS segment, call_type.text AS call_type, \(time("start_time")) AS started,
            \(time("stop_time")) AS stopped, \(word("provider_name")) AS provider_file_name,
            CASE WHEN damage.task IS NOT NULL THEN 'damaged'
                WHEN recording.archive IS NULL THEN iif(failure IS NULL, 'pending', 'failed')
                ELSE iif(\(isStored), 'stored', 'archived') END AS state,
            CASE WHEN failure IS NULL THEN iif(damage.task IS NULL, NULL, 'damaged')
                WHEN damage.task IS NOT NULL AND failure_code = \(GapReason.purgedUpstream.stored) THEN 'lost'
                ELSE \(code("ifnull(failure_code, 0)", GapReason.self)) END AS reason_code,
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
    }
}
