import Recordings

/// One activity of an agent (wxcc-api 7). Any member of a row may be missing.
package struct AgentActivity: Sendable, Hashable {
    /// The task that it was about; `nil` for states such as idle or available.
    package var taskID: TaskID?
    /// `telephony`, …; empty if the provider gives none.
    package var channelType: String
    /// When it began.
    package var startTime: Timestamp
    /// When it ended; `nil` while it continues.
    package var endTime: Timestamp?
    /// Whether it is still in progress.
    package var isActive: Bool?
    /// Who did it.
    package var agent: NamedReference?
    /// The agent's login: usually an e-mail address.
    package var agentLogin: String?
    /// Where the agent takes calls.
    package var agentNumber: String?
    /// The session, from signing in to signing out.
    package var agentSessionID: String?
    /// `idle`, `available`, `connected`, ….
    package var state: String?
    /// Whether it is the login itself.
    package var isLogin: Bool?
    /// The agent's site.
    package var site: NamedReference?
    /// The agent's team.
    package var team: NamedReference?
    /// A subtype of contact: for example, which social network.
    package var channelSubType: String?
    /// The agent's own channel.
    package var channelID: String?
    /// The queue of the task.
    package var queue: NamedReference?
    /// Why the agent was idle.
    package var idleCode: NamedReference?
    /// The agent's wrap-up code.
    package var wrapUpCodeName: String?
    /// The provider's text.
    package var reason: String?
    /// `blended` and the like.
    package var multimediaProfileType: String?

    /// States an activity.
    package init(taskID: TaskID?, channelType: String, startTime: Timestamp) {
        self.taskID = taskID
        self.channelType = channelType
        self.startTime = startTime
    }
}

/// Returns each activity of a listing once, without keeping all of it: pages overlap, and a provider may repeat
/// activities that began before the requested time and continue into it.
package struct ActivityDeduplicator: Sendable {
    private let span: Range<Timestamp>
    private(set) var known: Set<AgentActivity> = []

    /// - Parameter span: only activities that began in it are returned.
    package init(span: Range<Timestamp>) {
        self.span = span
    }

    /// The activities of a page that were not returned yet.
    package mutating func new(in page: ActivityPage) -> [AgentActivity] {
        // Activities that ended before the time of this request cannot appear again, with it or any later one.
        known = known.filter { $0.startTime >= page.from || $0.endTime.map { $0 >= page.from } ?? true }
        return page.activities.filter { span.contains($0.startTime) && known.insert($0).inserted }
    }
}

/// One answer of `GET agents/activities`. Any member of a row may be missing, whatever the description says.
struct ActivityListAnswer: Sendable {
    var activities: [AgentActivity] = []
    /// How many rows the answer had, readable or not: this shows a full page.
    var rowCount = 0
    /// Whether the rows were in order of their start, as the provider promises.
    var isAscending = true

    /// - Throws: `malformed` if there is no list of rows; that is not an empty list.
    init(_ json: JSONValue, asked question: ActivityWalk.Question) throws(ProviderError) {
        guard let rows = json["data"]?.elements else { throw ProviderError(.malformed, "no list called data in it") }
        rowCount = rows.count
        activities.reserveCapacity(rows.count)
        var neighbour = question.from
        for row in rows {
            let start = Timestamp(plausible: row["startTime"]) ?? neighbour
            if start < neighbour, !activities.isEmpty { isAscending = false }
            neighbour = start
            activities.append(AgentActivity(row, startTime: start))
        }
    }
}

extension AgentActivity {
    fileprivate init(_ row: JSONValue, startTime: Timestamp) {
        self.init(
            taskID: row["taskId"]?.text.flatMap { TaskID($0) },
            channelType: row["channelType"]?.text ?? "",
            startTime: startTime
        )
        func reference(_ id: String, _ name: String) -> NamedReference? {
            NamedReference(id: row[id]?.text, name: row[name]?.text)
        }
        endTime = Timestamp(plausible: row["endTime"])
        isActive = row["active"]?.flag
        agent = reference("agentId", "agentName")
        agentLogin = row["agentLogin"]?.text
        agentNumber = row["agentDn"]?.text
        agentSessionID = row["agentSessionId"]?.text
        state = row["currentState"]?.text
        isLogin = row["isLogin"]?.flag
        site = reference("siteId", "siteName")
        team = reference("teamId", "teamName")
        channelSubType = row["subChannelType"]?.text
        channelID = row["channelId"]?.text
        queue = reference("queueId", "queueName")
        idleCode = reference("idleCode", "idleCodeName")
        wrapUpCodeName = row["wrapupCodeName"]?.text
        reason = row["reason"]?.text
        multimediaProfileType = row["mmProfileType"]?.text
    }
}
