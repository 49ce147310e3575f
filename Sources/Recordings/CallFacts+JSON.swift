import Foundation

extension CallFacts {
    /// What the provider's listing says of a task (wxcc-api 5). Its `lastUpdatedTime` may be later than the call's end, so
    /// that the duration is at most this long; there is none while the call is under way.
    package init(task json: ProviderJSON) {
        let row = TaskRow.decoded(json)
        let isOver = row?.status.map { TaskStatus($0).isTerminal } ?? false
        self.init(
            agent: row?.owner?.party,
            queue: row?.queue?.party,
            origin: row?.origin,
            destination: row?.destination,
            direction: row?.direction,
            durationMilliseconds: isOver ? Self.duration(from: row?.createdTime, to: row?.lastUpdatedTime) : nil,
            wrapUp: row?.reasonCode
        )
    }

    /// What the provider's Search says of a task: a row of `taskDetails` (wxcc-api 11.1).
    package init(search json: ProviderJSON) {
        let row = SearchRow.decoded(json)
        self.init(
            agent: row?.lastAgent?.party ?? row?.owner?.party,
            queue: row?.lastQueue?.party,
            site: row?.lastSite?.party,
            team: row?.lastTeam?.party,
            origin: row?.origin,
            destination: row?.destination,
            direction: row?.direction,
            durationMilliseconds: row?.totalDuration ?? Self.duration(from: row?.createdTime, to: row?.endedTime),
            wrapUp: row?.wrapUp,
            termination: row?.terminationType ?? row?.terminationReason
        )
    }

    private static func duration(from begin: Int64?, to end: Int64?) -> Int64? {
        guard let begin, let end, begin > 0 else { return nil }
        let (duration, overflow) = end.subtractingReportingOverflow(begin)
        return overflow ? nil : duration
    }
}

/// A row of the provider's of which nothing is insisted on: what is missing, or of another kind than it should be, is `nil`.
private protocol LenientRow: Decodable {}

extension LenientRow {
    static func decoded(_ json: ProviderJSON) -> Self? {
        try? JSONDecoder().decode(Self.self, from: Data(json.description.utf8))
    }
}

private struct TaskRow: LenientRow {
    var status: String?
    var owner: PartyRow?
    var queue: PartyRow?
    var origin: String?
    var destination: String?
    var direction: String?
    var reasonCode: String?
    var createdTime: Int64?
    var lastUpdatedTime: Int64?

    private enum CodingKeys: String, CodingKey {
        case attributes, status, owner, queue, origin, destination, direction, reasonCode, createdTime, lastUpdatedTime
    }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        // The early-access platform's rows are flat.
        let attributes = (try? row.nestedContainer(keyedBy: CodingKeys.self, forKey: .attributes)) ?? row
        status = attributes.text(.status)
        owner = attributes.party(.owner)
        queue = attributes.party(.queue)
        origin = attributes.text(.origin)
        destination = attributes.text(.destination)
        direction = attributes.text(.direction)
        reasonCode = attributes.text(.reasonCode)
        createdTime = attributes.integer(.createdTime)
        lastUpdatedTime = attributes.integer(.lastUpdatedTime)
    }
}

private struct SearchRow: LenientRow {
    var lastAgent: PartyRow?
    var owner: PartyRow?
    var lastQueue: PartyRow?
    var lastSite: PartyRow?
    var lastTeam: PartyRow?
    var origin: String?
    var destination: String?
    var direction: String?
    var totalDuration: Int64?
    var createdTime: Int64?
    var endedTime: Int64?
    var wrapUp: String?
    var terminationType: String?
    var terminationReason: String?

    private enum CodingKeys: String, CodingKey {
        case lastAgent, owner, lastQueue, lastSite, lastTeam, origin, destination, direction, totalDuration
        case createdTime, endedTime, lastWrapupCodeName, lastWrapUpCodeName, lastWrapUpCodeId, lastWrapupCodeId
        case terminationType, terminationReason
    }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        lastAgent = row.party(.lastAgent)
        owner = row.party(.owner)
        lastQueue = row.party(.lastQueue)
        lastSite = row.party(.lastSite)
        lastTeam = row.party(.lastTeam)
        origin = row.text(.origin)
        destination = row.text(.destination)
        direction = row.text(.direction)
        totalDuration = row.integer(.totalDuration)
        createdTime = row.integer(.createdTime)
        endedTime = row.integer(.endedTime)
        // The provider spells it both ways (wxcc-api 11.1).
        let names = [CodingKeys.lastWrapupCodeName, .lastWrapUpCodeName, .lastWrapUpCodeId, .lastWrapupCodeId]
        wrapUp = names.lazy.compactMap(row.text).first
        terminationType = row.text(.terminationType)
        terminationReason = row.text(.terminationReason)
    }
}

/// `{"id": …, "name": …}`.
private struct PartyRow: Decodable {
    var party: CallFacts.Party?

    private enum CodingKeys: String, CodingKey { case id, name }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        party = CallFacts.Party(id: row.text(.id), name: row.text(.name))
    }
}

extension KeyedDecodingContainer {
    /// A text, or a number's text; `nil` for anything else and for an empty one.
    fileprivate func text(_ key: Key) -> String? {
        guard contains(key) else { return nil }
        if let text = try? decode(String.self, forKey: key) { return text.isEmpty ? nil : text }
        return (try? decode(Int64.self, forKey: key)).map { String($0) }
    }

    /// A whole number, written as one or as a text.
    fileprivate func integer(_ key: Key) -> Int64? {
        guard contains(key) else { return nil }
        return (try? decode(Int64.self, forKey: key)) ?? (try? decode(String.self, forKey: key)).flatMap { Int64($0) }
    }

    fileprivate func party(_ key: Key) -> PartyRow? {
        guard contains(key) else { return nil }
        return try? decode(PartyRow.self, forKey: key)
    }
}
