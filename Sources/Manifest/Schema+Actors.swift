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
