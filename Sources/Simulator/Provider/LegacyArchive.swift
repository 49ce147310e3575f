/// One legacy record with all its fields (wxcc-api 13.4).
struct LegacyRow: Sendable {
    /// As paths have it.
    let id: String
    /// When the session or activity began (`cstts`).
    let start: Moment
    private(set) var fields: [(String, JSON)]

    init(id: String, start: Moment, _ fields: [(String, JSON)]) {
        self.id = id
        self.start = start
        self.fields = fields
    }

    var json: JSON { .object(fields) }

    subscript(name: String) -> JSON? { fields.first { $0.0 == name }?.1 }
}

/// The legacy records of one organization of a world, at one moment.
struct LegacyArchive: Sendable {
    let world: SimulatedWorld
    let organization: Int
    let rules: LegacyRules
    let now: Moment

    /// The longest contact: how far back to look for steps that began long after their task.
    private static let longestTask = Duration.seconds(6 * 3600)

    var staff: Staff { world.staff[organization] }

    /// The records of this kind that begin within `time`, by their beginning.
    func rows(_ collection: String, in time: Range<Moment>) -> [LegacyRow] {
        let tasks = world.tasks(organization: organization, from: time.lowerBound - Self.longestTask)
            .prefix { $0.created < time.upperBound && $0.created <= now }
        let rows: [LegacyRow] =
            switch collection {
            case "csrs": tasks.map(session)
            case "cars": tasks.flatMap(activities)
            case "aars": tasks.flatMap(agentActivities)
            default: agentSessions()
            }
        return rows.filter { time.contains($0.start) && $0.start <= now }.sorted {
            ($0.start, $0.id) < ($1.start, $1.id)
        }
    }

    /// The record of that kind and identifier; `nil` if it does not exist, or not yet.
    func row(_ collection: String, _ id: String) -> LegacyRow? {
        switch collection {
        case "csrs": return task(id).map(session)
        // A task's identifier has 36 or 20 characters.
        case "cars":
            return [36, 20].lazy.compactMap { self.task(String(id.prefix($0))) }.flatMap(activities)
                .first { $0.id == id }
        case "asrs": return agentSessions().first { $0.id == id }
        default:
            let parts = id.dropFirst(36).split(separator: "-")
            guard parts.count == 3, let time = Int64(parts[1]) else { return nil }
            return rows(collection, in: Moment(time)..<Moment(time + 1)).first { $0.id == id }
        }
    }

    private func task(_ id: String) -> SimulatedTask? {
        world.task(id: id, organization: organization).flatMap { $0.created <= now ? $0 : nil }
    }
}

extension LegacyArchive {
    /// The customer session record.
    private func session(of task: SimulatedTask) -> LegacyRow {
        let facts = TaskFacts(of: task, staff: staff)
        let begun = facts.activities(of: task).filter { $0.start <= now }
        let isOver = now >= task.ended
        let isQueued = facts.queued.map { $0 <= now } ?? false
        let fields: [(String, JSON)] = [
            ("queueId", .text(isQueued ? task.queue?.id : nil)),
            ("queueName", .text(isQueued ? task.queue?.name : nil)),
            ("queueCount", .integer(isQueued ? 1 : 0)), ("queueDuration", .integer(isOver ? facts.queueDuration : 0)),
            ("ivrCount", .integer(facts.selfServiceDuration > 0 ? 1 : 0)),
            ("ivrDuration", .integer(isOver ? facts.selfServiceDuration : 0)),
            ("terminatingEnd", .text(isOver ? Self.terminatingEnds[facts.terminatingEnd] : nil)),
            (
                "terminationType",
                .text(isOver ? Self.terminationTypes[facts.terminationType] ?? "normal" : nil)
            ),
        ]
        let isMet = begun.contains(where: \.hasAgent)
        let common = contact(task, facts, id: task.id, start: task.created, state: begun.last, isMet: isMet)
        return LegacyRow(id: task.id, start: task.created, common + fields)
    }

    /// The customer activity records, as far as they have begun.
    private func activities(of task: SimulatedTask) -> [LegacyRow] {
        let facts = TaskFacts(of: task, staff: staff)
        return facts.activities(of: task).filter { $0.start <= now }.map { activity in
            let id = "\(task.id)-\(activity.start.milliseconds)-\(activity.event)"
            // The last one ends as it begins.
            let isOver = activity.next == nil || activity.end <= now
            let fields: [(String, JSON)] = [
                ("session", .string(task.id)),
                ("duration", .integer(isOver ? activity.start.distance(to: activity.end) : 0)),
                ("nextState", .text(isOver && rules.tellsNextState ? activity.next : nil)),
                ("cetts", isOver ? .integer(activity.end.milliseconds) : .null),
            ]
            let common = contact(
                task,
                facts,
                id: id,
                start: activity.start,
                state: activity,
                isMet: activity.hasAgent
            )
            return LegacyRow(id: id, start: activity.start, common + fields)
        }
    }

    private static let terminatingEnds = ["Agent": "agent", "Customer": "caller"]
    private static let terminationTypes = ["abandoned": "abandoned", "self_service": "self_service"]

    /// What both kinds have.
    /// - Parameter isMet: whether an agent is part of it.
    private func contact(
        _ task: SimulatedTask,
        _ facts: TaskFacts,
        id: String,
        start: Moment,
        state: ContactActivity?,
        isMet: Bool
    ) -> [(String, JSON)] {
        let agent = isMet ? task.owner : nil
        return [
            ("sid", .string(id)), ("tid", .string(world.organizations[organization].tenantID)),
            ("ani", .string(task.origin)), ("dnis", .string(task.destination)),
            ("active", .integer(now < task.ended ? 1 : 0)), ("agentName", .text(agent?.name)),
            ("agentSessionId", .text(agent.map(sessionID))), ("callCount", .integer(1)),
            ("callDirection", .string(task.kind == .outdial ? "outdial" : "inbound")),
            ("cstts", .integer(start.milliseconds)), ("channelType", .string(task.channelType)),
            ("currentState", .string(state?.state ?? "new")),
        ] + place("entrypoint", facts.entryPoint) + place("site", isMet ? facts.site : nil)
            + place("team", isMet ? facts.team : nil) + [
                ("isOutdial", .integer(task.kind == .outdial ? 1 : 0)),
                ("realtimeUpdateTimestamp", .integer(min(now, task.ended).milliseconds)),
            ]
    }

    func place(_ name: String, _ member: Staff.Member?) -> [(String, JSON)] {
        [
            (name + "Id", .text(member?.id)), (name + "Name", .text(member?.name)),
            (name + "SystemId", .text(member.map { String($0.id.prefix(8)) })),
        ]
    }
}

extension JSON {
    /// A string, or null.
    static func text(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }
}
