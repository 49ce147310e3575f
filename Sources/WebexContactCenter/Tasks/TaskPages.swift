import Recordings
import Transfer

/// One step of the listing.
package struct TaskPage: Sendable {
    /// Tasks that no earlier page had, in the order they were created; may be none.
    package var tasks: [ListedTask]
    /// Tasks from outside the requested time that the provider returned anyway: they exist, but say nothing about what
    /// was listed.
    package var strays: [ListedTask]
    /// Every task of the requested time that was created before this has been listed, by this page or an earlier one.
    package var coveredUntil: Timestamp
    /// What was wrong in the provider's answer.
    package var anomalies: [ListingAnomaly]

    /// States all of it.
    package init(
        tasks: [ListedTask],
        strays: [ListedTask] = [],
        coveredUntil: Timestamp,
        anomalies: [ListingAnomaly] = []
    ) {
        self.tasks = tasks
        self.strays = strays
        self.coveredUntil = coveredUntil
        self.anomalies = anomalies
    }
}

/// The tasks created in a span of time, page by page, each fetched when it is requested.
package struct TaskPages: AsyncSequence, Sendable {
    /// The error of a failed iteration.
    package typealias Failure = ProviderError

    let exchange: ProviderExchange
    let settings: ProviderSettings
    let walk: ListingWalk
    /// The end of the time that can be listed by the provider's own clock; `nil` if that clock is not known to be
    /// behind ours.
    let latest: @Sendable () -> Timestamp?

    /// Starts a new listing.
    package func makeAsyncIterator() -> Iterator {
        Iterator(exchange: exchange, settings: settings, walk: walk, latest: latest)
    }

    /// Iterates through one listing.
    package struct Iterator: AsyncIteratorProtocol, Sendable {
        let exchange: ProviderExchange
        let settings: ProviderSettings
        var walk: ListingWalk
        let latest: @Sendable () -> Timestamp?

        /// The next page; `nil` after the one that reaches the end.
        /// - Throws: ``ProviderError``; what earlier pages covered stays covered.
        package mutating func next() async throws(ProviderError) -> TaskPage? {
            try walk.requireMilliseconds()
            while let question = walk.question {
                walk.spend()
                let answer: TaskListAnswer
                do throws(ProviderError) {
                    answer = try await exchange.tasks(question, of: settings)
                } catch {
                    // A time in the future may be refused (wxcc-api 16), and the refusal shows the provider's time.
                    if error.status == 400, walk.end(noLaterThan: latest()) { continue }
                    guard error.asksForLess else { throw Self.explained(error) }
                    try walk.narrow(after: error)
                    continue
                }
                walk.end(noLaterThan: latest())
                if let page = try walk.take(answer, to: question) { return page }
            }
            return walk.lastWord()
        }

        /// The provider's message does not always give the most common reason for a refused listing.
        private static func explained(_ error: ProviderError) -> ProviderError {
            guard error.code == .rejected, error.status == 400 else { return error }
            var error = error
            error.advice = "check the window: the provider lists tasks of the last 12 months only"
            return error
        }
    }
}

extension ProviderExchange {
    /// Asks `GET tasks` once (wxcc-api 5).
    func tasks(
        _ question: ListingWalk.Question,
        of settings: ProviderSettings
    ) async throws(ProviderError) -> TaskListAnswer {
        var query = [
            (name: "from", value: String(question.from.millisecondsSince1970)),
            (name: "to", value: String(question.to.millisecondsSince1970)),
            (name: "pageSize", value: String(question.pageSize)),
            (name: "orgId", value: settings.organizationID.description),
        ]
        if !settings.channelTypes.isEmpty {
            query.append((name: "channelTypes", value: settings.channelTypes.joined(separator: ",")))
        }
        let call = APICall(method: .get, path: "tasks", query: query)
        return try await answer(to: call) {
            reading,
            _ throws(ProviderError) in
            try TaskListAnswer(reading, asked: question, now: now())
        }
    }
}
