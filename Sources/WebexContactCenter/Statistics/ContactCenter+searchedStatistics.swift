import Recordings

/// The same numbers, counted from the contacts that Search lists, for when the provider no longer counts them. A
/// contact counts for its last queue and its last agent; its records lack what happened before.
extension ContactCenter {
    /// How far before a window to look for contacts that ended in it.
    private static let longestContact = Duration.hours(24)

    /// How queues fared. No record of a contact has offers to agents, taken or not, or the service level (wxcc-api
    /// 11.1), so they are left out.
    package func searchedQueueStatistics(
        _ window: StatisticsWindow,
        queues: [String] = []
    ) async throws(ProviderError) -> [QueueStatistics] {
        var tally = QueueTally(window: window, queues: Set(queues))
        for try await page in contacts(of: window) { page.records.forEach { tally.add($0) } }
        return tally.rows
    }

    /// What agents did. Offers and availability are counted from the sessions that began in the window, whose records
    /// have sums only; with intervals they are left out. The activities in those records (wxcc-api 11.3) have their own
    /// times, but each record has at most a hundred of them, and it is not documented how to get the rest: the sum of a
    /// part would look like an agent who was away.
    package func searchedAgentStatistics(
        _ window: StatisticsWindow,
        agents: [String] = []
    ) async throws(ProviderError) -> [AgentStatistics] {
        var tally = AgentTally(window: window, agents: Set(agents))
        for try await page in contacts(of: window) { page.records.forEach { tally.add($0) } }
        guard window.interval == nil else { return tally.rows }
        for try await page in searchAgentSessions(from: window.from, to: window.to) {
            page.records.forEach { tally.add($0) }
        }
        return tally.rows
    }

    private func contacts(of window: StatisticsWindow) -> SearchTaskPages {
        searchTaskPages(from: window.from - Self.longestContact, to: window.to, channelTypes: [])
    }
}

/// Sums and counts from which averages are made.
private struct Mean: Sendable {
    private var total = Duration.zero
    private var count = 0

    mutating func add(_ duration: Duration?) {
        guard let duration else { return }
        total += duration
        count += 1
    }

    /// In milliseconds.
    var value: Double? { count > 0 ? Double(total.milliseconds) / Double(count) : nil }
}

/// Counts contacts by their last queues.
struct QueueTally: Sendable {
    private struct Place: Hashable {
        var start: Timestamp
        var queue: String
        var channelType: String?
    }

    private struct Entry: Sendable {
        var row: QueueStatistics
        /// How many contacts state whether they were abandoned.
        var told = 0
        var waited = Mean()
        var handled = Mean()
    }

    let window: StatisticsWindow
    /// None for all.
    let queues: Set<String>
    private var entries: [Place: Entry] = [:]

    init(window: StatisticsWindow, queues: Set<String>) {
        self.window = window
        self.queues = queues
    }

    mutating func add(_ task: SearchTask) {
        guard let queue = task.lastQueue, let id = queue.id ?? queue.name, queues.isEmpty || queues.contains(id) else {
            return
        }
        let isConnected = task.counts.connected.map { $0 > 0 } ?? (task.lastAgent != nil)
        if let start = task.createdTime.flatMap(window.intervalStart) {
            change(start, queue, id, task.channelType) { entry in
                entry.row.enqueued = (entry.row.enqueued ?? 0) + 1
                entry.row.accepted = (entry.row.accepted ?? 0) + (isConnected ? 1 : 0)
                entry.row.abandoned = (entry.row.abandoned ?? 0) + (task.isAbandoned ?? false ? 1 : 0)
                entry.told += task.isAbandoned == nil ? 0 : 1
            }
        }
        if let end = task.endedTime.flatMap(window.intervalStart) {
            change(end, queue, id, task.channelType) { entry in
                entry.waited.add(task.durations.queue)
                if isConnected { entry.handled.add(task.durations.talkAndHold) }
            }
        }
    }

    /// In order of time, then of name.
    var rows: [QueueStatistics] {
        entries.values.map { entry in
            var row = entry.row
            // For a tenant whose Search does not have it, 0 would be false.
            if entry.told == 0, (row.enqueued ?? 0) > 0 { row.abandoned = nil }
            row.averageEnqueuedTime = entry.waited.value
            row.averageHandledTime = entry.handled.value
            return row
        }.sorted {
            ($0.intervalStart, $0.queue?.name ?? "", $0.channelType ?? "") < (
                $1.intervalStart, $1.queue?.name ?? "", $1.channelType ?? ""
            )
        }
    }

    private mutating func change(
        _ start: Timestamp,
        _ queue: NamedReference,
        _ id: String,
        _ channelType: String?,
        _ body: (inout Entry) -> Void
    ) {
        let place = Place(start: start, queue: id, channelType: channelType)
        var row = QueueStatistics(intervalStart: start, queue: queue, channelType: channelType)
        (row.enqueued, row.accepted, row.abandoned) = (0, 0, 0)
        body(&entries[place, default: Entry(row: row)])
    }
}

/// Counts contacts by their last agents.
struct AgentTally: Sendable {
    private struct Place: Hashable {
        var start: Timestamp
        var agent: String
        var team: String?
        var channelType: String?
    }

    private struct Entry: Sendable {
        var row: AgentStatistics
        var handled = Mean()
    }

    let window: StatisticsWindow
    /// None for all.
    let agents: Set<String>
    private var entries: [Place: Entry] = [:]

    init(window: StatisticsWindow, agents: Set<String>) {
        self.window = window
        self.agents = agents
    }

    mutating func add(_ task: SearchTask) {
        guard let agent = task.lastAgent, let id = agent.id ?? agent.name, agents.isEmpty || agents.contains(id) else {
            return
        }
        let (team, kind) = (task.lastTeam, task.channelType)
        if let start = task.createdTime.flatMap(window.intervalStart) {
            change(start, agent, id, team, kind) { entry in
                entry.row.accepted = (entry.row.accepted ?? 0) + 1
                entry.row.transferred = WeightedAverage.sum(entry.row.transferred, task.counts.transfer)
            }
        }
        if let end = task.endedTime.flatMap(window.intervalStart) {
            change(end, agent, id, team, kind) { entry in
                entry.row.engaged = WeightedAverage.sum(entry.row.engaged, task.durations.connected)
                entry.row.hold = WeightedAverage.sum(entry.row.hold, task.durations.hold)
                entry.row.wrapUp = WeightedAverage.sum(entry.row.wrapUp, task.durations.wrapUp)
                entry.handled.add(WeightedAverage.sum(task.durations.talkAndHold, task.durations.wrapUp))
            }
        }
    }

    mutating func add(_ session: SearchAgentSession) {
        guard let agent = session.agent, let id = agent.id ?? agent.name, agents.isEmpty || agents.contains(id),
            let start = session.startTime.flatMap(window.intervalStart)
        else { return }
        for channel in session.channels {
            change(start, agent, id, session.team, channel.channelType) { entry in
                entry.row.offered = WeightedAverage.sum(entry.row.offered, channel.ringingCount)
                entry.row.rejected = WeightedAverage.sum(entry.row.rejected, channel.notRespondedCount)
                entry.row.available = WeightedAverage.sum(entry.row.available, channel.available)
                entry.row.unavailable = WeightedAverage.sum(entry.row.unavailable, channel.idle)
            }
        }
    }

    /// In order of time, then of name.
    var rows: [AgentStatistics] {
        entries.values.map { entry in
            var row = entry.row
            row.averageHandledTime = entry.handled.value
            return row
        }.sorted {
            ($0.intervalStart, $0.agent?.name ?? "", $0.agent?.id ?? "", $0.channelType ?? "")
                < ($1.intervalStart, $1.agent?.name ?? "", $1.agent?.id ?? "", $1.channelType ?? "")
        }
    }

    private mutating func change(
        _ start: Timestamp,
        _ agent: NamedReference,
        _ id: String,
        _ team: NamedReference?,
        _ channelType: String?,
        _ body: (inout Entry) -> Void
    ) {
        let place = Place(start: start, agent: id, team: team?.id ?? team?.name, channelType: channelType)
        var row = AgentStatistics(intervalStart: start, agent: agent, team: team, channelType: channelType)
        row.accepted = 0
        body(&entries[place, default: Entry(row: row)])
    }
}

extension SearchTask {
    /// `nil` if it does not say how it ended.
    fileprivate var isAbandoned: Bool? {
        isActive ?? false ? false : terminationType.map { $0.lowercased() == "abandoned" }
    }
}

extension SearchTask.Durations {
    fileprivate var talkAndHold: Duration? { WeightedAverage.sum(connected, hold) }
}
