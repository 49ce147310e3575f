import Recordings

/// One answer of `GET tasks`, decoded without insisting on anything that a task can do without.
struct TaskListAnswer: Sendable {
    /// In order of creation, then of ID.
    var tasks: [ListedTask] = []
    /// How many rows the answer had, readable or not: what tells a full page.
    var rowCount = 0
    /// Whether the provider had them in order of creation already, as it promises.
    var isAscending = true
    var anomalies: [ListingAnomaly] = []

    /// - Throws: `malformed` where there is no list of rows: that is no empty list.
    init(_ json: JSONValue, asked question: ListingWalk.Question) throws(ProviderError) {
        guard let rows = json["data"]?.elements else { throw ProviderError(.malformed, "no list called data in it") }
        rowCount = rows.count
        tasks.reserveCapacity(rows.count)
        var neighbour = question.from
        for row in rows {
            guard let task = task(from: row, beside: neighbour) else { continue }
            if task.createdTime < neighbour, !tasks.isEmpty { isAscending = false }
            neighbour = task.createdTime
            tasks.append(task)
        }
        if !isAscending || !Self.isSorted(tasks) { tasks.sort(by: Self.precedes) }
    }

    private mutating func task(from row: JSONValue, beside neighbour: Timestamp) -> ListedTask? {
        let attributes = row["attributes"] ?? row
        guard let id = row["id"]?.text.flatMap({ TaskID($0) }) else {
            anomalies.append(
                ListingAnomaly(.unreadableTask, at: neighbour, "a task created near \(neighbour) has no id")
            )
            return nil
        }
        var created = Timestamp(plausible: attributes["createdTime"])
        if created == nil {
            created = neighbour
            anomalies.append(
                ListingAnomaly(
                    .missingCreatedTime,
                    at: neighbour,
                    "task \(id) has no createdTime: taken as \(neighbour)"
                )
            )
        }
        return ListedTask(
            id: id,
            createdTime: created ?? neighbour,
            lastUpdatedTime: Timestamp(plausible: attributes["lastUpdatedTime"]),
            channelType: attributes["channelType"]?.text ?? "",
            status: TaskStatus(attributes["status"]?.text ?? ""),
            captureRequest: Self.captureRequest(attributes["captureRequested"]?.flag),
            json: row.keptOnDemand
        )
    }

    private static func captureRequest(_ flag: Bool?) -> CaptureRequest {
        switch flag {
        case true?: .requested
        case false?: .notRequested
        case nil: .undetermined
        }
    }

    private static func precedes(_ lhs: ListedTask, _ rhs: ListedTask) -> Bool {
        (lhs.createdTime, lhs.id) < (rhs.createdTime, rhs.id)
    }

    private static func isSorted(_ tasks: [ListedTask]) -> Bool {
        zip(tasks, tasks.dropFirst()).allSatisfy { !precedes($1, $0) }
    }
}

extension Timestamp {
    /// From 2001 to the year 9999. What is less is seconds, or a 0 or -1 that stands for "none".
    static let plausibleMilliseconds: ClosedRange<Int64> = 1_000_000_000_000...253_402_300_799_999

    /// Reads epoch milliseconds written as a number or as a string; `nil` where they are not plausible.
    init?(plausible value: JSONValue?) {
        guard let milliseconds = value?.integer, Self.plausibleMilliseconds.contains(milliseconds) else { return nil }
        self.init(millisecondsSince1970: milliseconds)
    }
}
