import Recordings
import Transfer

/// Numbers that the provider has counted itself, until 31 March 2027 (wxcc-api 8 and 9).
extension ContactCenter {
    /// Statistics of queues; of all queues if none is named.
    package func queueStatistics(
        _ window: StatisticsWindow,
        queues: [String] = []
    ) async throws(ProviderError) -> [QueueStatistics] {
        try await statistics(window, ids: queues)
    }

    /// Statistics of agents; of all agents if none is named.
    package func agentStatistics(
        _ window: StatisticsWindow,
        agents: [String] = []
    ) async throws(ProviderError) -> [AgentStatistics] {
        try await statistics(window, ids: agents)
    }

    /// The most that one request may name.
    private static let maxIDs = 100

    private func statistics<Row: StatisticsRow>(
        _ window: StatisticsWindow,
        ids: [String]
    ) async throws(ProviderError) -> [Row] {
        var seen: Set<String> = []
        var rest = ids.filter { seen.insert($0).inserted }[...]
        var found = StatisticsTable<Row>(window: window)
        repeat {
            let batch = Array(rest.prefix(Self.maxIDs))
            for part in window.parts {
                let question = StatisticsQuestion(
                    span: part,
                    interval: window.interval ?? (settings.dialect == .earlyAccess ? .quarter : nil),
                    ids: batch
                )
                for rows: [Row] in try await statistics(question) { found.add(rows) }
            }
            rest = rest.dropFirst(Self.maxIDs)
        } while !rest.isEmpty
        return found.rows.sorted { ($0.intervalStart, $0.name) < ($1.intervalStart, $1.name) }
    }
}

extension ContactCenter {
    /// Asks about smaller and smaller parts of the time if an answer about the whole is too large.
    private func statistics<Row: StatisticsRow>(
        _ question: StatisticsQuestion
    ) async throws(ProviderError) -> [[Row]] {
        do throws(ProviderError) {
            return [try await exchange.statistics(question, of: settings)]
        } catch {
            guard error.asksForLess, let halves = question.halves else { throw error }
            return try await statistics(halves.first) + statistics(halves.second)
        }
    }
}

/// One request.
struct StatisticsQuestion: Sendable, Hashable {
    var span: Range<Timestamp>
    /// The early-access platform requires one.
    var interval: StatisticsWindow.Interval?
    var ids: [String]

    /// The same for each half of the time, in whole hours; `nil` if it is shorter than two hours.
    var halves: (first: Self, second: Self)? {
        let hours = (span.upperBound - span.lowerBound).milliseconds / 3_600_000
        guard hours > 1 else { return nil }
        let middle = span.lowerBound + .hours(Int(hours / 2))
        let (first, second) = (span.lowerBound..<middle, middle..<span.upperBound)
        return (Self(span: first, interval: interval, ids: ids), Self(span: second, interval: interval, ids: ids))
    }
}

/// The rows of several requests; rows with the same interval, queue or agent, and channel are merged.
struct StatisticsTable<Row: StatisticsRow>: Sendable {
    private struct Place: Hashable {
        var start: Timestamp
        var key: StatisticsKey
    }

    let window: StatisticsWindow
    private(set) var rows: [Row] = []
    private var places: [Place: Int] = [:]

    init(window: StatisticsWindow) {
        self.window = window
    }

    mutating func add(_ more: [Row]) {
        for var row in more {
            if window.interval == nil { row.intervalStart = window.from }
            let place = Place(start: row.intervalStart, key: row.key)
            if let known = places[place] {
                rows[known].add(row)
            } else {
                places[place] = rows.count
                rows.append(row)
            }
        }
    }
}

extension ProviderExchange {
    /// Asks for statistics once.
    func statistics<Row: StatisticsRow>(
        _ question: StatisticsQuestion,
        of settings: ProviderSettings
    ) async throws(ProviderError) -> [Row] {
        var query = [
            (name: "from", value: String(question.span.lowerBound.millisecondsSince1970)),
            (name: "to", value: String(question.span.upperBound.millisecondsSince1970)),
            (name: "orgId", value: settings.organizationID.description),
        ]
        if let interval = question.interval { query.append((name: "interval", value: String(interval.rawValue))) }
        if !question.ids.isEmpty {
            query.append((name: Row.idParameter, value: question.ids.joined(separator: ",")))
        }
        let call = APICall(method: .get, path: Row.path, query: query)
        return try await answer(to: call) { json, _ throws(ProviderError) in
            guard let rows = json["data"]?.elements else {
                throw ProviderError(.malformed, "no list called data in it")
            }
            let unreadable = Set(rows.flatMap { $0.unreadableNumbers() }).sorted()
            if !unreadable.isEmpty {
                warn("numbers that cannot be are left out: \(unreadable.joined(separator: ", "))", in: call)
            }
            return rows.flatMap { row in
                let start = Timestamp(plausible: row["intervalStartTime"]) ?? question.span.lowerBound
                return Row.rows(of: row, interval: start)
            }
        }
    }
}
