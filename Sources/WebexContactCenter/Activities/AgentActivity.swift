import Recordings

/// What one agent did for a while (wxcc-api 7). Any of a row's members may be missing.
package struct AgentActivity: Sendable, Hashable {
    /// The task that it was about; `nil` for being idle, available and the like.
    package var taskID: TaskID?
    /// `telephony`, …; empty if the provider gives none.
    package var channelType: String
    /// When it began.
    package var startTime: Timestamp
    /// When it ended; `nil` while it goes on.
    package var endTime: Timestamp?
    /// Whether it goes on.
    package var isActive: Bool?
    /// Who did it.
    package var agent: NamedReference?
    /// With what the agent signs in: usually an e-mail address.
    package var agentLogin: String?
    /// Where the agent takes calls.
    package var agentNumber: String?
    /// From one signing in to the signing out after it.
    package var agentSessionID: String?
    /// `idle`, `available`, `connected`, ….
    package var state: String?
    /// Whether it is the signing in itself.
    package var isLogin: Bool?
    /// Where the agent sits.
    package var site: NamedReference?
    /// Whom the agent belongs to.
    package var team: NamedReference?
    /// The kind of a kind of contact: which social network, for example.
    package var channelSubType: String?
    /// The agent's own channel.
    package var channelID: String?
    /// The queue that the task came by.
    package var queue: NamedReference?
    /// Why the agent was idle.
    package var idleCode: NamedReference?
    /// What the agent chose in wrapping up.
    package var wrapUpCodeName: String?
    /// In the provider's words.
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

/// Tells each activity of a listing once, without keeping all of it: pages overlap, and a provider may tell again what began
/// before the time of a question and goes on into it.
package struct ToldActivities: Sendable {
    private let span: Range<Timestamp>
    private(set) var known: Set<AgentActivity> = []

    /// - Parameter span: only what began in it is told.
    package init(span: Range<Timestamp>) {
        self.span = span
    }

    /// Those of a page that have not been told yet.
    package mutating func new(in page: ActivityPage) -> [AgentActivity] {
        // What was over before the time of this question cannot come again, with it or any later one.
        known = known.filter { $0.startTime >= page.from || $0.endTime.map { $0 >= page.from } ?? true }
        return page.activities.filter { span.contains($0.startTime) && known.insert($0).inserted }
    }
}

/// One answer of `GET agents/activities`. All of a row's members may be missing, whatever the description says.
struct ActivityListAnswer: Sendable {
    var activities: [AgentActivity] = []
    /// How many rows the answer had, readable or not: what tells a full page.
    var rowCount = 0
    /// Whether the rows came in order of their start, as the provider promises.
    var isAscending = true

    /// - Throws: `malformed` if there is no list of rows: that is no empty list.
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
