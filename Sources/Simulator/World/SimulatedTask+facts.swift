/// What the provider's reports (statistics, Search, the legacy records) say about a task beyond the task list: where it
/// was handled, how it ended, and how long each part took. It follows from the task alone, without further random
/// numbers, so that the world's tasks and bytes are the same with and without it.
///
/// A task with an agent has these parts in order: menu, queue, ringing, talk (with holds in it), wrap-up after its end.
/// A task without an agent lacks the parts that it did not reach.
package struct TaskFacts: Sendable, Hashable {
    /// The entry point of the call; `nil` for calls that agents dial.
    let entryPoint: Staff.Member?
    /// The team of its agent.
    let team: Staff.Member?
    /// The site of that team.
    let site: Staff.Member?
    /// Its agent's wrap-up code.
    let wrapUpCode: Staff.Member?
    /// `normal`, `abandoned`, `self_service` or `sudden_disconnect`.
    package let terminationType: String
    /// `Agent`, `Customer` or `System`.
    package let terminatingEnd: String
    /// How often agents did not answer before one took it.
    package let rejections: Int

    /// When it entered its queue; `nil` if it never did.
    package let queued: Moment?
    /// When it rang at the agent who took it; `nil` if none did.
    package let rang: Moment?
    /// When its agent and its customer could talk; `nil` if they never did.
    package let connected: Moment?
    /// When its agent had finished: after its end.
    package let wrappedUp: Moment?

    /// In the menu, in milliseconds, as all durations are.
    package let selfServiceDuration: Int64
    /// In the queue.
    package let queueDuration: Int64
    /// At the agent who took it.
    package let ringingDuration: Int64
    /// In conversation, without holds.
    package let connectedDuration: Int64
    /// On hold.
    package let holdDuration: Int64
    /// How many holds there were.
    package let holdCount: Int
    /// After its end.
    package let wrapUpDuration: Int64
}

extension SimulatedWorld {
    /// What the provider's reports say about a task of that organization, once it is over.
    package func facts(of task: SimulatedTask, organization: Int = 0) -> TaskFacts {
        TaskFacts(of: task, staff: staff[organization])
    }
}

extension TaskFacts {
    init(of task: SimulatedTask, staff: Staff) {
        var random = SeededRandom(task.id.hashed, 0x6661_6374)
        let times = Times(of: task, &random)
        let team = task.owner.map(staff.team(of:))
        let isDialled = task.kind == .outdial
        entryPoint = isDialled ? nil : staff.entryPoint(of: task.destination)
        self.team = team?.member
        site = team?.site
        wrapUpCode = task.owner == nil ? nil : staff.wrapUpCodes.pick(&random)
        (terminationType, terminatingEnd) = Self.termination(of: task, &random)
        rejections = task.queue != nil && task.owner != nil && random.chance(0.05) ? 1 : 0
        (queued, rang, connected) = (times.queued, times.rang, times.connected)

        func length(_ start: Moment?, _ end: Moment?) -> Int64 {
            guard let start else { return 0 }
            return max(0, start.distance(to: end ?? task.ended))
        }
        selfServiceDuration = isDialled ? 0 : length(task.created, times.queued ?? times.rang)
        queueDuration = length(times.queued, times.rang)
        ringingDuration = length(times.rang, times.connected)
        let together = length(times.connected, task.ended)
        let isHeld = together > 20_000 && random.chance(0.3)
        holdCount = isHeld ? 1 + random.below(2) : 0
        holdDuration = isHeld ? Int64(Double(together) * random.uniform(0.05...0.25)) : 0
        connectedDuration = together - holdDuration
        wrapUpDuration = task.owner == nil ? 0 : Int64(random.uniform(3000...45_000))
        wrappedUp = task.owner == nil ? nil : task.ended.advanced(by: wrapUpDuration)
    }

    private static func termination(
        of task: SimulatedTask,
        _ random: inout SeededRandom
    ) -> (type: String, end: String) {
        switch task.kind {
        case .abandoned: return ("abandoned", "Customer")
        case .selfService: return ("self_service", random.chance(0.3) ? "System" : "Customer")
        case .answered, .outdial, .digital:
            if random.chance(0.03) { return ("sudden_disconnect", "System") }
            return ("normal", random.chance(0.4) ? "Agent" : "Customer")
        }
    }

    /// When a task moved from one part to the next.
    private struct Times {
        var queued: Moment?
        var rang: Moment?
        var connected: Moment?

        init(of task: SimulatedTask, _ random: inout SeededRandom) {
            let menu = Int64(random.uniform(500...2000))
            if task.owner != nil {
                let connected = Self.connected(task, &random)
                let gap = task.created.distance(to: connected)
                let ringing = min(Int64(random.uniform(1500...6000)), gap / 3)
                rang = connected.advanced(by: -ringing)
                self.connected = connected
                queued = task.queue == nil ? nil : task.created.advanced(by: min(menu, gap / 3))
            } else if task.queue != nil {
                queued = task.created.advanced(by: min(menu, task.created.distance(to: task.ended) / 3))
            }
        }

        /// The first recorded sound of agent and customer; a time between beginning and end if nothing was recorded.
        private static func connected(_ task: SimulatedTask, _ random: inout SeededRandom) -> Moment {
            let share = random.uniform(0.1...0.4)
            if let first = task.recordings.filter({ $0.callType == "main" }).map(\.start).min() { return first }
            let span = task.created.distance(to: task.ended)
            return task.created.advanced(by: min(Int64(Double(span) * share), 75_000))
        }
    }
}
