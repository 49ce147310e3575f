import Recordings
import Transfer

/// One step of the listing.
package struct TaskPage: Sendable {
    /// Tasks that no earlier page had, in the order they were created; may be none.
    package var tasks: [ListedTask]
    /// Every task of the asked time that was created before this has been listed, by this page or an earlier one.
    package var coveredUntil: Timestamp
    /// What was not as it should be in the provider's answer.
    package var anomalies: [ListingAnomaly]

    /// States all of it.
    package init(tasks: [ListedTask], coveredUntil: Timestamp, anomalies: [ListingAnomaly] = []) {
        self.tasks = tasks
        self.coveredUntil = coveredUntil
        self.anomalies = anomalies
    }
}

/// Something in a listing that a person should know of, because a task may have been missed or put in the wrong place.
package struct ListingAnomaly: Sendable, Hashable, CustomStringConvertible {
    /// What to match on.
    package var code: Code
    /// One line, with the time or the task concerned.
    package var message: String
    /// The creation time concerned.
    package var at: Timestamp

    /// The kinds of it.
    package enum Code: String, Sendable, CaseIterable {
        /// More tasks than fit a page were created in one millisecond, and the interface has no way to the rest.
        case crowdedMillisecond = "crowded_millisecond"
        /// A row that has no task ID.
        case unreadableTask = "unreadable_task"
        /// A task without a creation time: listed as if created together with its neighbour.
        case missingCreatedTime = "missing_created_time"
        /// A task from outside the time that was asked for; left out.
        case outsideWindow = "outside_window"
        /// A full page that was not in order of creation: asked for again in smaller windows.
        case unordered
        /// The provider's clock is more than a day behind ours: one of them is wrong, and what it says of its newest
        /// tasks cannot be believed.
        case clocksApart = "clocks_apart"
    }

    /// States an anomaly.
    package init(_ code: Code, at: Timestamp, _ message: String) {
        self.code = code
        self.message = message
        self.at = at
    }

    /// The message.
    package var description: String { message }
}

/// The tasks created in a span of time, page by page, each fetched when it is asked for.
package struct TaskPages: AsyncSequence, Sendable {
    /// What iterating fails with.
    package typealias Failure = ProviderError

    let exchange: ProviderExchange
    let settings: ProviderSettings
    let walk: ListingWalk
    /// Before when a task must have been created by the provider's own clock; `nil` where that is not known to be
    /// behind ours.
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
                let answer: TaskListAnswer
                do throws(ProviderError) {
                    answer = try await exchange.tasks(question, of: settings)
                } catch {
                    // A time to come may be refused (wxcc-api 16), and the refusal says what time it is there.
                    if error.status == 400, walk.end(noLaterThan: latest()) { continue }
                    guard error.status == 413 || error.status == 422 else { throw Self.explained(error) }
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
        return try await answer(to: APICall(method: .get, path: "tasks", query: query)) {
            json,
            _ throws(ProviderError) in
            try TaskListAnswer(json, asked: question)
        }
    }
}
