import Recordings

/// One answer of `GET tasks`, decoded without requiring anything that a task can do without, and without trusting its
/// creation times: rows from outside the requested time are separated from the others.
struct TaskListAnswer: Sendable {
    /// Created in the requested time, in order of creation, then of ID.
    var tasks: [ListedTask] = []
    /// Created before or after it.
    var strays: [ListedTask] = []
    /// The latest creation time within the requested time, including rows without an ID; `nil` if there is none.
    var lastTime: Timestamp?
    /// Where to continue: the creation time that all except the last hundredth of these rows do not exceed. So rows at
    /// the end of a page with times that are wrongly too late cannot hide the tasks before those times. `nil` if there
    /// are no rows.
    var resumeTime: Timestamp?
    /// How many rows the answer had, readable or not: this shows a full page.
    var rowCount = 0
    /// Whether the provider returned them in order of creation, as it promises.
    var isAscending = true
    /// At most one of each kind.
    var anomalies: [ListingAnomaly] = []

    /// How far ahead the provider's clock may be for its times to be believed.
    private static let clockTolerance = Duration.hours(24)

    /// - Throws: `malformed` if there is no list of rows; that is not an empty list.
    init(_ answer: JSONReading, asked question: ListingWalk.Question, now: Timestamp) throws(ProviderError) {
        guard let rows = answer.value["data"]?.elements else {
            throw ProviderError(.malformed, "no list called data in it")
        }
        rowCount = rows.count
        tasks.reserveCapacity(rows.count)
        // A request begins a millisecond early: a row without its own time belongs after that.
        let first = min(question.from + .milliseconds(1), question.to)
        var reading = Reading(neighbour: first, latest: max(now, question.to) + Self.clockTolerance)
        var ownTimes: [Timestamp] = []
        ownTimes.reserveCapacity(rows.count)
        for row in rows {
            let last = reading.hasBegun ? reading.neighbour : nil
            let task = reading.task(from: row)
            let time = reading.neighbour
            if let last, time < last { isAscending = false }
            let isInside = question.from <= time && time <= question.to
            if isInside { ownTimes.append(time) }
            guard let task else { continue }
            if isInside { tasks.append(task) } else { strays.append(task) }
        }
        if !isAscending { ownTimes.sort() }
        lastTime = ownTimes.last
        resumeTime = ownTimes.isEmpty ? nil : ownTimes[ownTimes.count - 1 - ownTimes.count / 100]
        anomalies = reading.anomalies
        if let odd = Self.oddText(answer, at: tasks.first?.createdTime ?? question.from) { anomalies.append(odd) }
        if !Self.isSorted(tasks) { tasks.sort(by: Self.precedes) }
    }

    /// How many rows belong to the requested time, readable or not.
    var ownRowCount: Int { rowCount - strays.count }

    /// The text that is not valid JSON, with the tasks in whose rows it is. The rest of these rows was read, and so
    /// were all other rows.
    private static func oddText(_ answer: JSONReading, at time: Timestamp) -> ListingAnomaly? {
        guard let summary = answer.summary else { return nil }
        var seen: Set<TaskID> = []
        let ids = answer.records(below: "data").compactMap { $0["id"]?.text.flatMap { TaskID($0) } }
        let tasks = ids.filter { seen.insert($0).inserted }
        return ListingAnomaly(.oddText, at: time, tasks: tasks, "the listing is not quite JSON: \(summary)")
    }

    private static func precedes(_ lhs: ListedTask, _ rhs: ListedTask) -> Bool {
        (lhs.createdTime, lhs.id) < (rhs.createdTime, rhs.id)
    }

    private static func isSorted(_ tasks: [ListedTask]) -> Bool {
        zip(tasks, tasks.dropFirst()).allSatisfy { !precedes($1, $0) }
    }
}

extension TaskListAnswer {
    /// Reads row after row, and collects what is odd about them: one anomaly of each kind, for any number of rows.
    private struct Reading {
        /// When the previous row was created; a row without a time gets this time.
        var neighbour: Timestamp
        /// A row that claims to be created later than this has a wrong time.
        let latest: Timestamp
        var hasBegun = false
        private var nameless: (count: Int, first: Timestamp)?
        private var untimed: [ListedTask] = []

        init(neighbour: Timestamp, latest: Timestamp) {
            self.neighbour = neighbour
            self.latest = latest
        }

        /// - Returns: `nil` for a row without an ID.
        mutating func task(from row: JSONValue) -> ListedTask? {
            let attributes = row["attributes"] ?? row
            let stated = Timestamp(plausible: attributes["createdTime"]).flatMap { $0 <= latest ? $0 : nil }
            neighbour = stated ?? neighbour
            hasBegun = true
            guard let id = row["id"]?.text.flatMap({ TaskID($0) }) else {
                nameless = ((nameless?.count ?? 0) + 1, nameless?.first ?? neighbour)
                return nil
            }
            let task = ListedTask(
                id: id,
                createdTime: neighbour,
                lastUpdatedTime: Timestamp(plausible: attributes["lastUpdatedTime"]),
                channelType: attributes["channelType"]?.text ?? "",
                status: TaskStatus(attributes["status"]?.text ?? ""),
                captureRequest: CaptureRequest(listed: attributes["captureRequested"]?.flag),
                json: row.keptOnDemand
            )
            if stated == nil { untimed.append(task) }
            return task
        }

        var anomalies: [ListingAnomaly] {
            var anomalies: [ListingAnomaly] = []
            if let task = untimed.first {
                let ids = untimed.map(\.id)
                anomalies.append(
                    ListingAnomaly(
                        .missingCreatedTime,
                        at: task.createdTime,
                        tasks: ids,
                        "no possible createdTime: \(ListingAnomaly.names(ids)), taken as created at \(task.createdTime)"
                    )
                )
            }
            if let (count, first) = nameless {
                let rows =
                    count == 1 ? "a task created near \(first) has" : "\(count) tasks created from \(first) on have"
                anomalies.append(ListingAnomaly(.unreadableTask, at: first, "\(rows) no id"))
            }
            return anomalies
        }
    }
}

extension CaptureRequest {
    /// In the terms of the task list (wxcc-api 5).
    fileprivate init(listed flag: Bool?) {
        self =
            switch flag {
            case true?: .requested
            case false?: .notRequested
            case nil: .undetermined
            }
    }
}

extension Timestamp {
    /// Reads epoch milliseconds written as a number or as a string; `nil` if they are not plausible.
    init?(plausible value: JSONValue?) {
        guard let milliseconds = value?.integer, Self.plausibleMilliseconds.contains(milliseconds) else { return nil }
        self.init(millisecondsSince1970: milliseconds)
    }
}
