import Recordings

/// What one agent did for a while, as far as it tells of tasks (wxcc-api 7).
package struct AgentActivity: Sendable, Hashable {
    /// The task that it was about; `nil` for being idle, available and the like.
    package var taskID: TaskID?
    /// `telephony`, …; empty where the provider gives none.
    package var channelType: String
    /// When it began.
    package var startTime: Timestamp

    /// States an activity.
    package init(taskID: TaskID?, channelType: String, startTime: Timestamp) {
        self.taskID = taskID
        self.channelType = channelType
        self.startTime = startTime
    }
}

/// One answer of `GET agents/activities`. All of a row's members may be missing, whatever the description says.
struct ActivityListAnswer: Sendable {
    var activities: [AgentActivity] = []
    /// How many rows the answer had, readable or not: what tells a full page.
    var rowCount = 0
    /// Whether the rows came in order of their start, as the provider promises.
    var isAscending = true

    /// - Throws: `malformed` where there is no list of rows: that is no empty list.
    init(_ json: JSONValue, asked question: ActivityWalk.Question) throws(ProviderError) {
        guard let rows = json["data"]?.elements else { throw ProviderError(.malformed, "no list called data in it") }
        rowCount = rows.count
        activities.reserveCapacity(rows.count)
        var neighbour = question.from
        for row in rows {
            let start = Timestamp(plausible: row["startTime"]) ?? neighbour
            if start < neighbour, !activities.isEmpty { isAscending = false }
            neighbour = start
            activities.append(
                AgentActivity(
                    taskID: row["taskId"]?.text.flatMap { TaskID($0) },
                    channelType: row["channelType"]?.text ?? "",
                    startTime: start
                )
            )
        }
    }
}
