extension Provider {
    private static let longestSpan = Duration.seconds(184 * 86_400)
    private static let longestLookBack = Duration.seconds(366 * 86_400)

    /// A client's request to `GET tasks`, checked.
    private struct TaskQuery {
        var from: Moment
        var to: Moment
        var pageSize: Int
        var channelTypes: Set<String>

        func matches(_ task: SimulatedTask) -> Bool {
            channelTypes.isEmpty || channelTypes.contains(task.channelType)
        }
    }

    /// `GET tasks` (wxcc-api 5): ascending by creation, one page, without a way to request the next.
    func tasks(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        let query = try query(request, caller, tracking)
        let options = options
        let now = clock.now
        let start = options.tasks.excludesFrom ? query.from.advanced(by: 1) : query.from
        let most = options.tasks.tooMany.map { max($0 + 1, query.pageSize) } ?? query.pageSize
        // Tasks that have not begun by the simulator's clock do not exist yet.
        let found = world.tasks(organization: caller.organization, from: start).lazy
            .prefix { $0.created < query.to && $0.created <= now }
            .filter { query.matches($0) && !self.isHidden($0, options.tasks) }.prefix(most)
        let matching = Array(found)
        if let limit = options.tasks.tooMany, matching.count > limit {
            throw Refusal(.failure(413, "The answer would be too large; narrow the time range", tracking: tracking))
        }
        let changes = changes
        let rows = matching.prefix(query.pageSize).map { task in
            row(task, requested: captureRequested(task, changes, at: now), quirks: options.quirks, at: now)
        }
        let organization = world.organizations[caller.organization].id
        return .json(200, ["meta": ["orgId": .string(organization)], "data": .array(rows)])
    }

    /// Unknown parameters are ignored, such as the `channelType` that clients write by mistake.
    private func query(_ request: Request, _ caller: Caller, _ tracking: String) throws(Refusal) -> TaskQuery {
        func refuse(_ text: String, _ status: Int = 400) -> Refusal {
            Refusal(.failure(status, text, tracking: tracking))
        }
        let form = Form(request.query)
        guard let fromText = form["from"], !fromText.isEmpty else { throw refuse("from is required") }
        guard let from = Int64(fromText).map(Moment.init(_:)) else { throw refuse("from is not a number") }
        let now = clock.now
        let toText = form["to"] ?? ""
        guard let to = toText.isEmpty ? now : Int64(toText).map(Moment.init(_:)) else {
            throw refuse("to is not a number")
        }
        guard let size = form["pageSize"].map({ Int($0) }) ?? 100, size >= 1 else {
            throw refuse("pageSize is not valid")
        }
        guard from >= now - Self.longestLookBack else { throw refuse("from is more than 12 months ago") }
        guard to <= now || !options.tasks.refusesFuture else { throw refuse("to is in the future") }
        guard from <= to else { throw refuse("from is after to") }
        guard from.distance(to: to) <= Self.longestSpan.milliseconds else {
            throw refuse("the time range is longer than 184 days")
        }
        if let organization = form["orgId"], organization != world.organizations[caller.organization].id {
            throw refuse("the organization is not permitted for this token", 403)
        }
        let types = form["channelTypes"]?.split(separator: ",").map(String.init) ?? []
        return TaskQuery(from: from, to: to, pageSize: min(size, 1000), channelTypes: Set(types))
    }

    /// Whether the listing leaves out this task.
    private func isHidden(_ task: SimulatedTask, _ rules: TaskRules) -> Bool {
        guard rules.hiddenShare > 0 else { return false }
        var random = SeededRandom(world.seed, 0x6869_6465, task.id.hashed)
        return random.chance(rules.hiddenShare)
    }

    /// What is known about it now; `nil` if nothing is known yet.
    func captureRequested(_ task: SimulatedTask, _ changes: WorldChanges, at now: Moment) -> Bool? {
        if let changed = changes.captureRequested[task.id] { return changed }
        return now < task.captureRequestKnown ? nil : task.captureRequested
    }

    private func row(_ task: SimulatedTask, requested: Bool?, quirks: Quirks, at now: Moment) -> JSON {
        var random = SeededRandom(world.seed, 0x726F_7773, task.id.hashed)
        let met = now >= task.created.advanced(by: 8000)
        var attributes: [(String, JSON)] = []
        Self.add("owner", met ? task.owner : nil, to: &attributes, quirks, &random)
        Self.add("queue", met ? task.queue : nil, to: &attributes, quirks, &random)
        attributes += [
            ("channelType", .string(task.channelType)), ("status", .string(status(task, at: now))),
            ("createdTime", .integer(task.created.milliseconds)),
            ("lastUpdatedTime", .integer(lastUpdate(task, at: now).milliseconds)),
        ]
        if let requested {
            attributes.append(("captureRequested", .boolean(requested)))
        } else if quirks.contains(.nulls), random.chance(0.7) {
            attributes.append(("captureRequested", .null))
        }
        attributes += [("origin", .string(task.origin)), ("destination", .string(task.destination))]
        if !(quirks.contains(.missingKeys) && random.chance(0.03)) {
            attributes.append(("direction", .string(task.direction)))
        }
        if let reason = task.reasonCode { attributes.append(("reasonCode", .string(reason))) }
        return ["id": .string(task.id), "attributes": .object(attributes)]
    }

    /// An agent, or one of the forms for no agent: null, no key, empty strings (wxcc-api 5).
    private static func add(
        _ key: String,
        _ member: Staff.Member?,
        to attributes: inout [(String, JSON)],
        _ quirks: Quirks,
        _ random: inout SeededRandom
    ) {
        let draw = random.below(3)
        if let member {
            attributes.append((key, ["id": .string(member.id), "name": .string(member.name)]))
        } else if !quirks.contains(.nulls) || draw == 0 {
            attributes.append((key, ["id": "", "name": ""]))
        } else if draw == 1 {
            attributes.append((key, .null))
        }
    }

    private func status(_ task: SimulatedTask, at now: Moment) -> String {
        if now >= task.ended { return task.kind == .abandoned ? "abandoned" : "completed" }
        if now < task.created.advanced(by: 3000) { return "created" }
        return task.owner == nil || now < task.created.advanced(by: 6000) ? "queued" : "assigned"
    }

    /// Also changes after the end: it is not the time of closure.
    private func lastUpdate(_ task: SimulatedTask, at now: Moment) -> Moment {
        let events = [task.created, task.ended, task.ended.advanced(by: 30_000), task.captureRequestKnown]
        return events.filter { $0 <= now }.max() ?? task.created
    }
}

extension String {
    /// The same in every process, unlike `hashValue`.
    var hashed: UInt64 { utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
}
