extension Provider {
    private static let quarter: Int64 = 15 * 60_000
    /// The longest call: how far back to look for calls that ended in an interval.
    private static let longestTask = Duration.seconds(24 * 3600)

    /// A client's request to `GET queues/statistics` or `GET agents/statistics`, checked.
    private struct StatisticsQuestion {
        var span: Range<Moment>
        /// In milliseconds; all of the span if none was given.
        var interval: Int64
        /// None for all.
        var ids: Set<String>
        /// Whether it uses the early-access platform's path, which has an older spelling.
        var isEarly: Bool

        func start(of moment: Moment) -> Moment? {
            guard span.contains(moment) else { return nil }
            let within = span.lowerBound.distance(to: moment)
            return span.lowerBound.advanced(by: within - within % interval)
        }

        func isAbout(_ member: Staff.Member) -> Bool { ids.isEmpty || ids.contains(member.id) }
    }

    /// One contact, seen from the request.
    private struct Counted {
        var task: SimulatedTask
        var facts: TaskFacts
        /// The interval that it began in; `nil` if that is outside of the span.
        var began: Moment?
        /// The interval that it ended in; `nil` if that is outside of the span, or in the future.
        var ended: Moment?
        var isConnected: Bool
    }

    /// `GET queues/statistics` (wxcc-api 8): counts in the interval where a contact began, averages where it ended.
    func queueStatistics(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        let question = try statisticsQuestion(request, "queueIds", caller, tracking)
        var rows = Rows<QueueNumbers>()
        for contact in contacts(question, caller) {
            guard let queue = contact.task.queue, contact.facts.queued != nil, question.isAbout(queue) else { continue }
            if let start = contact.began {
                rows.change(start, queue, contact.task.channelType) {
                    $0.begin(contact.facts, contact.isConnected, contact.task)
                }
            }
            if let start = contact.ended {
                rows.change(start, queue, contact.task.channelType) { $0.end(contact.facts, contact.isConnected) }
            }
        }
        return statisticsAnswer(rows.sorted.map { $0.numbers.json($0.place, question.isEarly) }, caller)
    }

    /// `GET agents/statistics` (wxcc-api 9).
    func agentStatistics(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        let question = try statisticsQuestion(request, "agentIds", caller, tracking)
        let staff = world.staff[caller.organization]
        var rows = Rows<AgentNumbers>()
        for contact in contacts(question, caller) where contact.isConnected {
            guard let agent = contact.task.owner, question.isAbout(agent) else { continue }
            if let start = contact.began {
                rows.change(start, agent, contact.task.channelType) { $0.begin(contact.facts, contact.task) }
            }
            if let start = contact.ended {
                rows.change(start, agent, contact.task.channelType) { $0.end(contact.facts) }
            }
        }
        let agents = rows.byMember
        let json = agents.map { start, agent, channels -> JSON in
            let team = staff.team(of: agent).member
            return .object([
                ("intervalStartTime", .integer(start.milliseconds)), ("agentId", .string(agent.id)),
                ("agentName", .string(agent.name)), ("teamId", .string(team.id)), ("teamName", .string(team.name)),
                (
                    question.isEarly ? "channel" : "channels",
                    .array(channels.map { $0.numbers.json($0.place, question.isEarly) })
                ),
            ])
        }
        return statisticsAnswer(json, caller)
    }

    private func statisticsAnswer(_ rows: [JSON], _ caller: Caller) -> Response {
        let organization = world.organizations[caller.organization].id
        return .json(200, ["meta": ["orgId": .string(organization)], "data": .array(rows)])
    }

    private func contacts(_ question: StatisticsQuestion, _ caller: Caller) -> [Counted] {
        let now = clock.now
        let span = question.span.lowerBound.advanced(by: -Self.longestTask.milliseconds)..<question.span.upperBound
        return world.tasks(organization: caller.organization, createdIn: span).lazy.filter { $0.created <= now }.map {
            task in
            let facts = self.world.facts(of: task, organization: caller.organization)
            return Counted(
                task: task,
                facts: facts,
                began: question.start(of: task.created),
                ended: task.ended <= now ? question.start(of: task.ended) : nil,
                isConnected: facts.connected.map { $0 <= now } ?? false
            )
        }.filter { $0.began != nil || $0.ended != nil }
    }

    private func statisticsQuestion(
        _ request: Request,
        _ idParameter: String,
        _ caller: Caller,
        _ tracking: String
    ) throws(Refusal) -> StatisticsQuestion {
        func refuse(_ text: String, _ status: Int = 400) -> Refusal {
            Refusal(.failure(status, text, tracking: tracking))
        }
        if let status = options.statistics.endOfLife { throw refuse("this resource is no longer available", status) }
        let form = Form(request.query)
        guard let from = form["from"].flatMap({ Int64($0) }), let to = form["to"].flatMap({ Int64($0) }) else {
            throw refuse("from and to are required and numbers")
        }
        let isEarly = request.path.hasPrefix("/v1/contactCenter/")
        if isEarly, !from.isMultiple(of: Self.quarter) || !to.isMultiple(of: Self.quarter) {
            throw refuse("from and to have to be on a boundary of 15 minutes")
        }
        guard from <= to else { throw refuse("from is after to") }
        guard to - from < 86_400_000 else {
            throw refuse("the difference between to and from is not less than 24 hours")
        }
        let minutes = form["interval"].map { Int64($0) ?? 0 }
        guard minutes.map({ [15, 30, 60].contains($0) }) ?? !isEarly else {
            throw refuse("interval has to be 15, 30 or 60")
        }
        let ids = form[idParameter]?.split(separator: ",").map { String($0).trimmed } ?? []
        guard ids.count <= 100 else { throw refuse("at most 100 \(idParameter) are allowed") }
        if let organization = form["orgId"], organization != world.organizations[caller.organization].id {
            throw refuse("the organization is not permitted for this token", 403)
        }
        let start = Moment(from - from % Self.quarter)
        let end = Moment(to - to % Self.quarter)
        return StatisticsQuestion(
            span: start..<end,
            interval: minutes.map { $0 * 60_000 } ?? max(1, start.distance(to: end)),
            ids: Set(ids),
            isEarly: isEarly
        )
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

/// Numbers by interval, queue or agent, and channel.
private struct Rows<Numbers> where Numbers: Sendable & Defaulted {
    struct Place: Hashable {
        var start: Moment
        var member: Staff.Member
        var channelType: String
    }

    private var numbers: [Place: Numbers] = [:]

    mutating func change(
        _ start: Moment,
        _ member: Staff.Member,
        _ channelType: String,
        _ body: (inout Numbers) -> Void
    ) {
        body(&numbers[Place(start: start, member: member, channelType: channelType), default: Numbers()])
    }

    var sorted: [(place: Place, numbers: Numbers)] {
        numbers.map { (place: $0.key, numbers: $0.value) }.sorted {
            ($0.place.start, $0.place.member.name, $0.place.member.id, $0.place.channelType)
                < ($1.place.start, $1.place.member.name, $1.place.member.id, $1.place.channelType)
        }
    }

    /// The same, with the channels of one combined.
    var byMember: [(start: Moment, member: Staff.Member, channels: [(place: Place, numbers: Numbers)])] {
        var found: [(start: Moment, member: Staff.Member, channels: [(place: Place, numbers: Numbers)])] = []
        for row in sorted {
            if let last = found.last, last.start == row.place.start, last.member == row.place.member {
                found[found.count - 1].channels.append(row)
            } else {
                found.append((row.place.start, row.place.member, [row]))
            }
        }
        return found
    }
}

private protocol Defaulted { init() }

private struct QueueNumbers: Sendable, Defaulted {
    var offered: Int64 = 0
    var enqueued: Int64 = 0
    var accepted: Int64 = 0
    var rejected: Int64 = 0
    var abandoned: Int64 = 0
    var waiting: [Int64] = []
    var handling: [Int64] = []
    var inTime = 0

    mutating func begin(_ facts: TaskFacts, _ isConnected: Bool, _ task: SimulatedTask) {
        enqueued += 1
        if isConnected {
            accepted += 1
            rejected += Int64(facts.rejections)
            offered += 1 + Int64(facts.rejections)
        }
        if task.kind == .abandoned { abandoned += 1 }
    }

    mutating func end(_ facts: TaskFacts, _ isConnected: Bool) {
        waiting.append(facts.queueDuration)
        guard isConnected else { return }
        handling.append(facts.connectedDuration + facts.holdDuration)
        if facts.queueDuration <= 20_000 { inTime += 1 }
    }

    func json(_ place: Rows<QueueNumbers>.Place, _ isEarly: Bool) -> JSON {
        .object([
            ("intervalStartTime", .integer(place.start.milliseconds)), ("queueId", .string(place.member.id)),
            ("queueName", .string(place.member.name)), ("channelType", .string(place.channelType)),
            ("totalOfferedTasks", .integer(offered)), ("totalEnqueuedTasks", .integer(enqueued)),
            ("totalAssignedTasks", 0), ("totalAcceptedTasks", .integer(accepted)),
            ("totalRejectedTasks", .integer(rejected)), ("totalAbandonedTasks", .integer(abandoned)),
            ("averageEnqueuedTime", .number(waiting.average)),
            (isEarly ? "averageHandleTime" : "averageHandledTime", .number(handling.average)),
            (
                "serviceLevelThresholdPercentage",
                .number(handling.isEmpty ? 0 : 100 * Double(inTime) / Double(handling.count))
            ),
        ])
    }
}

private struct AgentNumbers: Sendable, Defaulted {
    var accepted: Int64 = 0
    var available: Int64 = 0
    var engaged: Int64 = 0
    var held: Int64 = 0
    var wrapUp: Int64 = 0
    var handling: [Int64] = []

    /// 20 seconds of waiting before each contact, as in an agent's activities.
    mutating func begin(_ facts: TaskFacts, _ task: SimulatedTask) {
        accepted += 1
        available += 20_000 + (facts.rang.map { task.created.distance(to: $0) } ?? 0)
    }

    mutating func end(_ facts: TaskFacts) {
        engaged += facts.connectedDuration
        held += facts.holdDuration
        wrapUp += facts.wrapUpDuration
        handling.append(facts.connectedDuration + facts.holdDuration + facts.wrapUpDuration)
    }

    func json(_ place: Rows<AgentNumbers>.Place, _ isEarly: Bool) -> JSON {
        .object([
            ("channelType", .string(place.channelType)), ("totalAssignedTasks", .integer(accepted)),
            ("totalOfferedTasks", .integer(accepted)), ("totalAcceptedTasks", .integer(accepted)),
            ("totalRejectedTasks", 0), ("totalTransferredTasks", 0), ("totalEngagedDuration", .integer(engaged)),
            ("totalHoldDuration", .integer(held)), ("totalWrapUpDuration", .integer(wrapUp)),
            ("totalAvailableTime", .integer(available)), ("totalUnAvailableTime", 0),
            (isEarly ? "averageHandleTime" : "averageHandledTime", .number(handling.average)),
        ])
    }
}

extension [Int64] {
    /// 0 if there is nothing.
    fileprivate var average: Double { isEmpty ? 0 : Double(reduce(0, +)) / Double(count) }
}
