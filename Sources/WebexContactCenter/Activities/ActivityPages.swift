import Recordings
import Transfer

/// One step of the listing of activities.
package struct ActivityPage: Sendable {
    /// In the order in which they began; one may appear again on a later page.
    package var activities: [AgentActivity]
    /// The beginning of the requested time; later pages never concern an earlier time.
    package var from: Timestamp
    /// The end of the requested time; a row that claims to begin later is wrong.
    package var to: Timestamp
    /// Milliseconds with more activities than the provider returns for one, since the previous page.
    package var crowded: [Timestamp]
}

/// The agents and teams whose activities to request; an empty list means all. At most 100 agents and 100 teams.
package struct ActivityFilter: Sendable, Hashable {
    /// By identifier.
    package var agents: [String]
    /// By identifier.
    package var teams: [String]
    /// `telephony`, ….
    package var channelTypes: [String]

    /// States all of it.
    package init(agents: [String] = [], teams: [String] = [], channelTypes: [String]) {
        self.agents = agents
        self.teams = teams
        self.channelTypes = channelTypes
    }
}

/// What agents did in a span of time, page by page, each fetched when it is requested.
package struct ActivityPages: AsyncSequence, Sendable {
    /// The error of a failed iteration.
    package typealias Failure = ProviderError

    let exchange: ProviderExchange
    let settings: ProviderSettings
    let filter: ActivityFilter
    let walk: ActivityWalk

    /// Starts a new listing.
    package func makeAsyncIterator() -> Iterator {
        Iterator(exchange: exchange, settings: settings, filter: filter, walk: walk)
    }

    /// Iterates through one listing.
    package struct Iterator: AsyncIteratorProtocol, Sendable {
        let exchange: ProviderExchange
        let settings: ProviderSettings
        let filter: ActivityFilter
        var walk: ActivityWalk

        /// The next page; `nil` after the one that reaches the end.
        package mutating func next() async throws(ProviderError) -> ActivityPage? {
            while let question = walk.question {
                try walk.spend()
                let answer: ActivityListAnswer
                do throws(ProviderError) {
                    answer = try await exchange.activities(question, filter, of: settings)
                } catch {
                    guard error.asksForLess else { throw error }
                    try walk.narrow(after: error)
                    continue
                }
                let known = walk.crowded.count
                guard let activities = try walk.take(answer) else { continue }
                let wanted = activities.filter { activity in
                    filter.channelTypes.isEmpty || filter.channelTypes.contains(activity.channelType)
                }
                let crowded = Array(walk.crowded.dropFirst(known))
                return ActivityPage(activities: wanted, from: question.from, to: question.to, crowded: crowded)
            }
            return nil
        }
    }
}

extension ProviderExchange {
    /// Nothing depends on this endpoint, so it is not retried for long.
    private static let activityAttempts = 3

    /// Asks `GET agents/activities` once (wxcc-api 7).
    func activities(
        _ question: ActivityWalk.Question,
        _ filter: ActivityFilter,
        of settings: ProviderSettings
    ) async throws(ProviderError) -> ActivityListAnswer {
        var query = [
            (name: "from", value: String(question.from.millisecondsSince1970)),
            (name: "to", value: String(question.to.millisecondsSince1970)),
            (name: "pageSize", value: String(question.pageSize)),
            (name: "page", value: String(question.page)),
            (name: "orgId", value: settings.organizationID.description),
        ]
        for (name, values) in [
            ("agentIds", filter.agents), ("teamIds", filter.teams), ("channelTypes", filter.channelTypes),
        ] where !values.isEmpty {
            query.append((name: name, value: values.joined(separator: ",")))
        }
        let call = APICall(method: .get, path: "agents/activities", query: query)
        return try await answer(to: call, attempts: Self.activityAttempts) { json, _ throws(ProviderError) in
            try ActivityListAnswer(json, asked: question)
        }
    }
}
