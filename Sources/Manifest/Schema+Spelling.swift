/// UUIDs that a provider writes in capitals are kept as it wrote them first, and found whatever their case.
extension Schema {
    /// Empty where all UUIDs come in small letters, as they should.
    static let spelling = """
        CREATE INDEX task_by_capital_id ON task (lower(id)) WHERE typeof(id) = 'text' AND length(id) = 36;
        """
}
