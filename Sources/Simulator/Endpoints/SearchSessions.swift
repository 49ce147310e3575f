extension Provider {
    /// The sessions of agents that began in a span of time, newest first: one for each agent and day, from the agent's
    /// first contact to the last one's wrap-up.
    func sessionRecords(
        in span: Range<Moment>,
        filter: SearchFilter?,
        organization: Int,
        page: Range<Int>
    ) -> SearchResult {
        let now = clock.now
        let longestDay = Duration.seconds(25 * 3600)
        let around = (span.lowerBound - longestDay)..<(span.upperBound + longestDay)
        var contacts: [SessionKey: [SessionContact]] = [:]
        for task in world.tasks(organization: organization, createdIn: around) {
            guard let agent = task.owner else { continue }
            let facts = world.facts(of: task, organization: organization)
            contacts[SessionKey(agent: agent, day: task.day), default: []].append((task: task, facts: facts))
        }
        let staff = world.staff[organization]
        let sessions = contacts.map { key, contacts in
            (start: contacts[0].task.created, key: key, contacts: contacts)
        }.filter { span.contains($0.start) && $0.start <= now }
        let records = sessions.sorted { ($1.start, $1.key.agent.id) < ($0.start, $0.key.agent.id) }
            .map { record(of: $0.key, $0.contacts, staff, start: $0.start, at: now) }
            .filter { filter?.matches($0) ?? true }
        return SearchResult(records, page)
    }

    /// A record with every field.
    var sessionRecordExample: JSON {
        let names = [
            "agentSessionId", "agentId", "agentName", "userLoginId", "teamId", "teamName", "siteId", "siteName",
            "startTime", "endTime", "isActive", "state",
        ]
        let channel: JSON = [
            "channelId": "", "channelType": "", "ringingCount": 0, "notRespondedCount": 0, "connectedCount": 0,
            "availableDuration": 0, "idleDuration": 0,
        ]
        return .object(names.map { ($0, JSON.null) } + [("channelInfo", [channel])])
    }

    private struct SessionKey: Hashable {
        var agent: Staff.Member
        var day: String
    }

    private typealias SessionContact = (task: SimulatedTask, facts: TaskFacts)

    private func record(
        of key: SessionKey,
        _ contacts: [SessionContact],
        _ staff: Staff,
        start: Moment,
        at now: Moment
    ) -> JSON {
        let team = staff.team(of: key.agent)
        let end = contacts.compactMap(\.facts.wrappedUp).max() ?? start
        let day = UInt64(world.days.firstIndex(of: key.day) ?? 0)
        var random = SeededRandom(world.seed, 0x7365_7373, key.agent.id.hashed, day)
        let session = Identifier.random(&random)
        let channels = Dictionary(grouping: contacts.filter { $0.task.created <= now }, by: \.task.channelType)
        let rows = channels.sorted { $0.key < $1.key }.map { kind, contacts -> JSON in
            let waiting = contacts.reduce(Int64(0)) { sum, contact in
                sum + 20_000 + (contact.facts.rang.map { contact.task.created.distance(to: $0) } ?? 0)
            }
            return [
                "channelId": .string("\(session)-\(kind)"), "channelType": .string(kind),
                "ringingCount": .integer(Int64(contacts.count)), "notRespondedCount": 0,
                "connectedCount": .integer(Int64(contacts.count)), "availableDuration": .integer(waiting),
                "idleDuration": 0,
            ]
        }
        return [
            "agentSessionId": .string(session), "agentId": .string(key.agent.id), "agentName": .string(key.agent.name),
            "userLoginId": .string(signInName(of: key.agent)), "teamId": .string(team.member.id),
            "teamName": .string(team.member.name), "siteId": .string(team.site.id), "siteName": .string(team.site.name),
            "startTime": .integer(start.milliseconds), "endTime": end <= now ? .integer(end.milliseconds) : .null,
            "isActive": .boolean(end > now), "state": end > now ? "Available" : "LoggedOut",
            "channelInfo": .array(rows),
        ]
    }
}
