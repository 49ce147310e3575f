/// The agents of a call beside the last.
extension Schema {
    /// A row of `call_agent` is an agent who had a call before the one of its profile, or who took part in a recording of
    /// it. Most calls have one agent and no row.
    static let callAgents = """
        CREATE TABLE call_agent (
            task INTEGER NOT NULL REFERENCES task,
            party INTEGER NOT NULL REFERENCES call_party,
            PRIMARY KEY (task, party)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX call_agent_by_party ON call_agent (party);
        CREATE VIEW call_agents_readable AS
        SELECT organization.name AS organization, \(identifier("task.id")) AS task_id,
            \(identifier("call_party.id")) AS agent_id, call_party.name AS agent
        FROM call_agent JOIN task ON task.row = call_agent.task JOIN call_party ON call_party.row = call_agent.party
        JOIN organization ON organization.row = task.organization;
        """
}
