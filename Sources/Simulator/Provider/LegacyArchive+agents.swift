extension LegacyArchive {
    /// The same values as in agents' activities.
    func sessionID(of agent: Staff.Member) -> String {
        var random = SeededRandom(world.seed, 0x7365_7373, agent.id.hashed)
        return Identifier.random(&random)
    }

    /// The agent session records: each agent has one, from before the first contact until after the last so far.
    func agentSessions() -> [LegacyRow] {
        var spans: [String: (agent: Staff.Member, first: Moment, last: Moment, contacts: Int64)] = [:]
        for task in world.tasks(organization: organization).prefix(while: { $0.created <= now }) {
            let facts = TaskFacts(of: task, staff: staff)
            guard let agent = task.owner, let rang = facts.rang, rang <= now else { continue }
            let last = min(now, facts.wrappedUp ?? task.ended)
            let known = spans[agent.id]
            spans[agent.id] = (
                agent, min(known?.first ?? rang, rang), max(known?.last ?? last, last), (known?.contacts ?? 0) + 1
            )
        }
        return spans.values.map { span in
            let start = span.first.advanced(by: -60_000)
            let fields: [(String, JSON)] = [
                ("agentSystemId", .string(String(span.agent.id.prefix(8)))),
                ("availableCount", .integer(span.contacts)),
                ("idleCount", .integer(1)), ("blindXferCount", .integer(0)),
                ("totalAvailableTime", .integer(start.distance(to: span.last))),
            ]
            let common = agent(span.agent, channelType: "telephony", state: "LoggedIn", start, span.last)
            return LegacyRow(id: sessionID(of: span.agent), start: start, common + fields)
        }
    }

    /// The agent activity records of a contact: ringing, connected, wrap-up.
    func agentActivities(of task: SimulatedTask) -> [LegacyRow] {
        let facts = TaskFacts(of: task, staff: staff)
        guard let owner = task.owner, let rang = facts.rang, let connected = facts.connected,
            let done = facts.wrappedUp
        else { return [] }
        let steps = [("Ringing", rang, connected), ("Connected", connected, task.ended), ("Wrapup", task.ended, done)]
        return steps.filter { $0.1 <= now }.map { state, start, end in
            let id = "\(sessionID(of: owner))-\(task.channelType)-\(start.milliseconds)-\(state.lowercased())"
            let fields: [(String, JSON)] = [
                ("callSessionId", .string(task.id)),
                ("duration", .integer(end <= now ? start.distance(to: end) : 0)), ("idleCodeId", .null),
                ("idleCodeName", .null), ("idleCodeSystemId", .null),
                ("outdialFlag", .integer(task.kind == .outdial ? 1 : 0)),
            ]
            let common = agent(owner, channelType: task.channelType, state: state, start, end <= now ? end : nil)
            return LegacyRow(id: id, start: start, common + fields)
        }
    }

    /// What both kinds have.
    private func agent(
        _ agent: Staff.Member,
        channelType: String,
        state: String,
        _ start: Moment,
        _ end: Moment?
    ) -> [(String, JSON)] {
        let team = staff.team(of: agent)
        return [
            ("agentId", .string(agent.id)), ("agentName", .string(agent.name)),
            ("agentlogin", .string("\(agent.id.prefix(8))@example.com")), ("agentDn", .null),
            ("agentSessionId", .string(sessionID(of: agent))), ("channelId", .null),
            ("channelType", .string(channelType)), ("currentState", .string(state)),
            ("cstts", .integer(start.milliseconds)), ("cetts", end.map { .integer($0.milliseconds) } ?? .null),
        ] + place("team", team.member) + place("site", team.site) + [
            ("realtimeUpdateTimestamp", .integer(now.milliseconds))
        ]
    }
}
