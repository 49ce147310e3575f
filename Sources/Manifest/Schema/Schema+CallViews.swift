extension Schema {
    /// What is known about each call, for people with `sqlite3`.
    static let callViews = """
        CREATE VIEW calls_readable AS
        SELECT organization, task_id, created, day,
            \(party("agent")), \(party("queue")), \(party("site")), \(party("team")),
            iif(is_outgoing, line, number) AS origin, iif(is_outgoing, number, line) AS destination,
            direction, duration_ms, wrap_up.text AS wrap_up, termination.text AS termination,
            iif(call_outcome.source = 1, 'search', 'task') AS source
        FROM (
            SELECT *, lower(direction) IS 'outdial' OR lower(direction) IS 'outbound' AS is_outgoing
            FROM (
                SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
                    \(time("created_time")) AS created, date(day * 86400, 'unixepoch') AS day,
                    call_profile.agent, call_profile.queue, call_profile.site, call_profile.team,
                    iif(typeof(task.call_profile) = 'text', task.call_profile, NULL) AS profile_json,
                    iif(typeof(task.call_profile) = 'text', json_extract(task.call_profile, '$.direction'),
                        (SELECT text FROM word WHERE row = call_profile.direction)) AS direction,
                    iif(typeof(task.call_profile) = 'text', json_extract(task.call_profile, '$.line'),
                        (SELECT text FROM word WHERE row = call_profile.line)) AS line,
                    CASE WHEN typeof(call_number) = 'text' THEN call_number
                        WHEN call_number < 0 THEN CAST(-call_number AS TEXT) ELSE '+' || call_number END AS number,
                    call_duration_ms AS duration_ms, call_outcome
                FROM task JOIN organization ON organization.row = task.organization
                LEFT JOIN call_profile
                    ON typeof(task.call_profile) = 'integer' AND call_profile.row = task.call_profile
                WHERE call_outcome IS NOT NULL
            )
        ) AS call
        JOIN call_outcome ON call_outcome.row = call.call_outcome
        LEFT JOIN word AS wrap_up ON wrap_up.row = call_outcome.wrap_up
        LEFT JOIN word AS termination ON termination.row = call_outcome.termination;

        CREATE VIEW call_agents_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(identifier("call_party.id")) AS agent_id, call_party.name AS agent
        FROM call_agent JOIN task ON task.row = call_agent.task JOIN call_party ON call_party.row = call_agent.party
        JOIN organization ON organization.row = task.organization;
        """

    private static func party(_ role: String) -> String {
        let id = "(SELECT \(identifier("call_party.id")) FROM call_party WHERE call_party.row = call.\(role))"
        let name = "(SELECT call_party.name FROM call_party WHERE call_party.row = call.\(role))"
        return """
            coalesce(\(name), json_extract(profile_json, '$.\(role).name')) AS \(role),
            coalesce(\(id), json_extract(profile_json, '$.\(role).id')) AS \(role)_id
            """
    }
}
