/// Migration 6: who explained a gap, so that it cannot be forged.
extension Schema {
    /// `author_uid` is the real user ID, and `author` the name that it had; NULL for explanations of before, whose author is
    /// what the environment said. `author_claims` is a JSON object of what the environment said besides.
    static let actors = """
        ALTER TABLE explanation ADD COLUMN author_uid INTEGER CHECK (author_uid BETWEEN 0 AND 4294967295);
        ALTER TABLE explanation ADD COLUMN author_claims TEXT
            CHECK (author_claims IS NULL OR json_valid(author_claims));
        DROP VIEW explanations_readable;
        CREATE VIEW explanations_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id, \(day("task.day")) AS day,
            explanation.reason AS reason, note, author, author_uid, author_claims,
            \(time("explanation.time")) AS explained
        FROM explanation JOIN task ON task.row = explanation.task
        JOIN organization ON organization.row = task.organization;
        """
}

/// Migration 11: who did what, also for passes, repairs and what was given out.
extension Schema {
    /// The log of events, with words for the kinds that come with it, and with the actor.
    static let eventsViewWithActors = """
        DROP VIEW events_readable;
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
            WHEN 25 THEN 'capture_claimed' WHEN 26 THEN 'repair_began' WHEN 27 THEN 'repair_ended'
            WHEN 28 THEN 'call_fetched' ELSE kind END AS kind,
            organization.name AS organization, task AS task_id, file,
            detail ->> '$.author' AS actor, detail ->> '$.author_uid' AS actor_uid, detail
        FROM event LEFT JOIN organization ON organization.row = event.organization;
        """
}
