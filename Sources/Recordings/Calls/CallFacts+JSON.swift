extension CallFacts {
    /// What the provider's task list says about a task (wxcc-api 5). `lastUpdatedTime` may be later than the call's
    /// end, so it gives an upper bound of the duration; during the call there is no duration.
    package init(task json: ProviderJSON) {
        let row = ProviderRow(json)
        // The early-access platform's rows are flat.
        let attributes = row.object("attributes") ?? row
        let isOver = attributes.text("status").map { TaskStatus($0).isTerminal } ?? false
        self.init(
            agent: attributes.party("owner"),
            queue: attributes.party("queue"),
            origin: attributes.text("origin"),
            destination: attributes.text("destination"),
            direction: attributes.text("direction"),
            durationMilliseconds: isOver
                ? Self.duration(from: attributes.integer("createdTime"), to: attributes.integer("lastUpdatedTime"))
                : nil,
            wrapUp: attributes.text("reasonCode")
        )
    }

    /// What the provider's Search says about a task: a row of `taskDetails` (wxcc-api 11.1).
    package init(search json: ProviderJSON) {
        let row = ProviderRow(json)
        self.init(
            agent: row.party("lastAgent") ?? row.party("owner"),
            otherAgents: [
                row.party("owner"), Party(id: row.text("previousAgentId"), name: row.text("previousAgentName")),
            ]
            .compactMap(\.self),
            queue: row.party("lastQueue"),
            site: row.party("lastSite"),
            team: row.party("lastTeam"),
            origin: row.text("origin"),
            destination: row.text("destination"),
            direction: row.text("direction"),
            durationMilliseconds: row.integer("totalDuration")
                ?? Self.duration(from: row.integer("createdTime"), to: row.integer("endedTime")),
            // The provider spells it both ways (wxcc-api 11.1).
            wrapUp: row.text("lastWrapupCodeName") ?? row.text("lastWrapUpCodeName") ?? row.text("lastWrapUpCodeId")
                ?? row.text("lastWrapupCodeId"),
            termination: row.text("terminationType") ?? row.text("terminationReason")
        )
    }

    /// The agents who took part in what was recorded, by their identifiers: the participants of a recording that are
    /// UUIDs. The customer's masked number and virtual agents are not agents (wxcc-api 6.2).
    package static func agents(capture json: ProviderJSON) -> [Party] {
        let row = ProviderRow(json)
        return (row.object("attributes") ?? row).texts("participants")
            .filter { CanonicalUUID(ignoringCaseOf: $0) != nil }
            .compactMap { Party(id: $0, name: nil) }
    }

    private static func duration(from begin: Int64?, to end: Int64?) -> Int64? {
        guard let begin, let end, begin > 0 else { return nil }
        let (duration, overflow) = end.subtractingReportingOverflow(begin)
        return overflow ? nil : duration
    }
}

/// A row of the provider, read without requirements: whatever is missing or has the wrong type is `nil`.
private struct ProviderRow {
    private let value: JSONValue

    init(_ json: ProviderJSON) {
        value = json.value
    }

    private init(_ value: JSONValue) {
        self.value = value
    }

    func object(_ name: String) -> ProviderRow? {
        value.member(name).flatMap { $0.isObject ? ProviderRow($0) : nil }
    }

    /// A text, or a whole number as text; `nil` for anything else and for an empty text.
    func text(_ name: String) -> String? {
        switch value.member(name) {
        case .string(let text)?: text.isEmpty ? nil : text
        case .number?: integer(name).map { String($0) }
        default: nil
        }
    }

    /// A list of texts, written as a list or as one text with commas.
    func texts(_ name: String) -> [String] {
        switch value.member(name) {
        case .array(let elements)?:
            elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
        case .string(let text)?:
            text.split(separator: ",").map { String($0.drop { $0 == " " }) }
        default: []
        }
    }

    /// A whole number, written as a number or as a text.
    func integer(_ name: String) -> Int64? {
        guard let value = value.member(name) else { return nil }
        return if case .string(let text) = value { Int64(text) } else { value.integer }
    }

    /// `{"id": …, "name": …}`.
    func party(_ name: String) -> CallFacts.Party? {
        object(name).flatMap { CallFacts.Party(id: $0.text("id"), name: $0.text("name")) }
    }
}
