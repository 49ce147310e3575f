extension Provider {
    /// The longest call: how far back to look for activities that began long after their task.
    private static let longestTask = Duration.seconds(6 * 3600)
    private static let longestActivitySpan = Duration.seconds(86_400)
    private static let longestActivityLookBack = Duration.seconds(366 * 86_400)

    /// A client's request to `GET agents/activities`, checked.
    private struct ActivityQuery {
        var from: Moment
        var to: Moment
        var pageSize: Int
        var page: Int
        var channelTypes: Set<String>
        var agents: Set<String>
        var teams: Set<String>

        func matches(_ activity: Activity) -> Bool {
            activity.start >= from && activity.start < to
                && (channelTypes.isEmpty || channelTypes.contains(activity.channelType))
                && (agents.isEmpty || agents.contains(activity.agent.id))
                && (teams.isEmpty || teams.contains(activity.team.member.id))
        }
    }

    /// One activity of an agent: ringing, talking, wrapping up, or waiting for the next contact.
    private struct Activity {
        var agent: Staff.Member
        var team: Staff.Team
        var queue: Staff.Member?
        var wrapUpCode: Staff.Member?
        var state: String
        var channelType: String
        var taskID: String?
        var start: Moment
        var end: Moment
    }

    /// `GET agents/activities` (wxcc-api 7): ascending by start, in numbered pages, 10,000 rows at most.
    func activities(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        let options = options
        guard options.activities.isPermitted else {
            throw Refusal(.failure(403, "Access to agent activities is not permitted", tracking: tracking))
        }
        let query = try activityQuery(request, caller, options.activities, tracking)
        let now = clock.now
        let staff = world.staff[caller.organization]
        let began = query.from.advanced(by: -Self.longestTask.milliseconds)
        let found = world.tasks(organization: caller.organization, from: began).lazy
            .prefix { $0.created < query.to && $0.created <= now }
            .flatMap { self.activities(of: $0, staff, at: now) }.filter(query.matches)
            .sorted { ($0.start, $0.agent.id, $0.state) < ($1.start, $1.agent.id, $1.state) }
        let rows = found.dropFirst(query.page * query.pageSize).prefix(query.pageSize)
            .map { row($0, quirks: options.quirks, at: now) }
        let organization = world.organizations[caller.organization].id
        return .json(200, ["meta": ["orgId": .string(organization)], "data": .array(rows)])
    }

    private func activityQuery(
        _ request: Request,
        _ caller: Caller,
        _ rules: ActivityRules,
        _ tracking: String
    ) throws(Refusal) -> ActivityQuery {
        func refuse(_ text: String, _ status: Int = 400) -> Refusal {
            Refusal(.failure(status, text, tracking: tracking))
        }
        let form = Form(request.query)
        let now = clock.now
        guard let from = form["from"].flatMap({ Int64($0) }).map(Moment.init(_:)) else {
            throw refuse("from is required and a number")
        }
        guard let to = form["to"].map({ Int64($0).map(Moment.init(_:)) }) ?? now else {
            throw refuse("to is not a number")
        }
        guard let size = form["pageSize"].map({ Int($0) }) ?? 100, (1...1000).contains(size) else {
            throw refuse("pageSize is not valid")
        }
        guard let page = form["page"].map({ Int($0) }) ?? 0, page >= 0, page < rules.maxRows,
            (page + 1) * size <= max(rules.maxRows, size)
        else { throw refuse("page is beyond the \(rules.maxRows) records that can be fetched") }
        guard to <= now else { throw refuse("to: the timestamp should not be more than \(now.milliseconds)") }
        guard from >= now.advanced(by: -Self.longestActivityLookBack.milliseconds) else {
            throw refuse("from is more than 12 months ago")
        }
        guard from <= to else { throw refuse("from is after to") }
        guard from.distance(to: to) < Self.longestActivitySpan.milliseconds else {
            throw refuse("the time range is not less than 24 hours")
        }
        if let organization = form["orgId"], organization != world.organizations[caller.organization].id {
            throw refuse("the organization is not permitted for this token", 403)
        }
        func list(_ name: String) -> Set<String> {
            Set(form[name]?.split(separator: ",").map(String.init) ?? [])
        }
        return ActivityQuery(
            from: from,
            to: to,
            pageSize: size,
            page: page,
            channelTypes: list("channelTypes"),
            agents: list("agentIds"),
            teams: list("teamIds")
        )
    }

    /// What its agent did for a task and right before it; nothing without an agent.
    private func activities(of task: SimulatedTask, _ staff: Staff, at now: Moment) -> [Activity] {
        let facts = TaskFacts(of: task, staff: staff)
        guard let agent = task.owner, let rings = facts.rang, let talks = facts.connected,
            let done = facts.wrappedUp
        else { return [] }
        func activity(_ state: String, _ start: Moment, _ end: Moment, isAboutTask: Bool) -> Activity {
            Activity(
                agent: agent,
                team: staff.team(of: agent),
                queue: isAboutTask ? task.queue : nil,
                wrapUpCode: state == "wrapup" ? facts.wrapUpCode : nil,
                state: state,
                channelType: task.channelType,
                taskID: isAboutTask ? task.id : nil,
                start: start,
                end: end
            )
        }
        return [
            activity("available", task.created.advanced(by: -20_000), rings, isAboutTask: false),
            activity("ringing", rings, talks, isAboutTask: true),
            activity("connected", talks, task.ended, isAboutTask: true),
            activity("wrapup", task.ended, done, isAboutTask: true),
        ].filter { $0.start <= now }
    }

    private func row(_ activity: Activity, quirks: Quirks, at now: Moment) -> JSON {
        let isOver = activity.end <= now
        let nothing: JSON = quirks.contains(.nulls) ? .null : ""
        func text(_ value: String?) -> JSON { value.map(JSON.string) ?? nothing }
        return [
            "active": .boolean(!isOver), "agentId": .string(activity.agent.id), "agentDn": text(nil),
            "agentLogin": .string(signInName(of: activity.agent)),
            "agentSessionId": .string(identifier(0x7365_7373, of: activity.agent)),
            "agentName": .string(activity.agent.name), "currentState": .string(activity.state),
            "siteId": .string(activity.team.site.id), "siteName": .string(activity.team.site.name),
            "teamId": .string(activity.team.member.id), "teamName": .string(activity.team.member.name),
            "isLogin": .integer(0), "taskId": text(activity.taskID), "channelId": text(nil),
            "channelType": .string(activity.channelType), "subChannelType": text(nil), "idleCodeName": text(nil),
            "idleCode": text(nil), "queueId": text(activity.queue?.id), "queueName": text(activity.queue?.name),
            "wrapupCodeName": text(activity.wrapUpCode?.name), "reason": text(nil),
            "startTime": .integer(activity.start.milliseconds),
            "endTime": .integer(isOver ? activity.end.milliseconds : -1), "mmProfileType": text(nil),
        ]
    }
}
