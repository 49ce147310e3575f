import Recordings

/// One answer of `GET tasks`, decoded without insisting on anything that a task can do without, and without taking its word
/// for when a task was created: rows from outside the time of the question are told apart from the others.
struct TaskListAnswer: Sendable {
    /// Created in the time of the question, in order of creation, then of ID.
    var tasks: [ListedTask] = []
    /// Created before or after it.
    var strays: [ListedTask] = []
    /// The latest creation time in the time of the question, of rows without an ID too; `nil` if there is none.
    var lastTime: Timestamp?
    /// From where to ask on: the creation time that all but the last hundredth of these rows do not exceed. Rows at the end of a
    /// page whose times are too late by mistake cannot hide the tasks before those times then. `nil` if there are no rows.
    var resumeTime: Timestamp?
    /// How many rows the answer had, readable or not: what tells a full page.
    var rowCount = 0
    /// Whether the provider had them in order of creation already, as it promises.
    var isAscending = true
    /// Each kind once.
    var anomalies: [ListingAnomaly] = []

    /// How much later than now the clock of the provider's may be for its times to be believed.
    private static let clockTolerance = Duration.hours(24)

    /// - Throws: `malformed` if there is no list of rows: that is no empty list.
    init(_ answer: JSONReading, asked question: ListingWalk.Question, now: Timestamp) throws(ProviderError) {
        guard let rows = answer.value["data"]?.elements else {
            throw ProviderError(.malformed, "no list called data in it")
        }
        rowCount = rows.count
        tasks.reserveCapacity(rows.count)
        // A question begins a millisecond early: what has no time of its own belongs behind that.
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

    /// How many rows belong to the time of the question, readable or not.
    var ownRowCount: Int { rowCount - strays.count }

    /// What is not as JSON has it, with the tasks in whose rows it is: everything else of them was read, and so were all
    /// others.
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
    /// Reads row after row, and keeps what is odd about them: one anomaly for each kind, however many rows it is.
    private struct Reading {
        /// When the row before was created: what a row without a time is taken for.
        var neighbour: Timestamp
        /// What claims to be created later than this has a wrong time.
        let latest: Timestamp
        var hasBegun = false
        private var nameless: (count: Int, first: Timestamp)?
        private var timeless: [ListedTask] = []

        init(neighbour: Timestamp, latest: Timestamp) {
            self.neighbour = neighbour
            self.latest = latest
        }

        /// - Returns: `nil` for a row without an ID.
        mutating func task(from row: JSONValue) -> ListedTask? {
            let attributes = row["attributes"] ?? row
            let told = Timestamp(plausible: attributes["createdTime"]).flatMap { $0 <= latest ? $0 : nil }
            neighbour = told ?? neighbour
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
            if told == nil { timeless.append(task) }
            return task
        }

        var anomalies: [ListingAnomaly] {
            var anomalies: [ListingAnomaly] = []
            if let task = timeless.first {
                let ids = timeless.map(\.id)
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
    /// In the listing's words (wxcc-api 5).
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
    /// From 2001 to the year 9999. What is less is seconds, or a 0 or -1 that stands for "none".
    static let plausibleMilliseconds: ClosedRange<Int64> = 1_000_000_000_000...253_402_300_799_999

    /// Reads epoch milliseconds written as a number or as a string; `nil` if they are not plausible.
    init?(plausible value: JSONValue?) {
        guard let milliseconds = value?.integer, Self.plausibleMilliseconds.contains(milliseconds) else { return nil }
        self.init(millisecondsSince1970: milliseconds)
    }
}
