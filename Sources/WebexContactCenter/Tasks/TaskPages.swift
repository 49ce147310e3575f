import Recordings
import Transfer

/// One step of the listing.
package struct TaskPage: Sendable {
    /// Tasks that no earlier page had, in the order they were created; may be none.
    package var tasks: [ListedTask]
    /// Tasks from outside the asked time that the provider gave anyway: they exist, and say nothing of what was listed.
    package var strays: [ListedTask]
    /// Every task of the asked time that was created before this has been listed, by this page or an earlier one.
    package var coveredUntil: Timestamp
    /// What was not as it should be in the provider's answer.
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

/// The tasks created in a span of time, page by page, each fetched when it is asked for.
package struct TaskPages: AsyncSequence, Sendable {
    /// What iterating fails with.
    package typealias Failure = ProviderError

    let exchange: ProviderExchange
    let settings: ProviderSettings
    let walk: ListingWalk
    /// Before when a task must have been created by the provider's own clock; `nil` if that is not known to be behind
    /// ours.
    let latest: @Sendable () -> Timestamp?

    /// Starts a listing of its own.
    package func makeAsyncIterator() -> Iterator {
        Iterator(exchange: exchange, settings: settings, walk: walk, latest: latest)
    }

    /// Goes through one listing.
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
                    // A time to come may be refused (wxcc-api 16), and the refusal says what time it is there.
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

        /// The commonest reason for a refused listing is one that the provider's words do not always give.
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
