import Recordings

/// Something unusual in a listing that a person should know about, because a task may have been missed or put in the
/// wrong place.
package struct ListingAnomaly: Sendable, Hashable, CustomStringConvertible {
    /// The code to compare.
    package var code: Code
    /// One line, with the time or the tasks concerned.
    package var message: String
    /// The creation time concerned; for a span of time, its beginning.
    package var at: Timestamp
    /// The end of the span of time concerned, exclusive; `nil` for an instant.
    package var until: Timestamp?
    /// The tasks concerned, as far as they are known.
    package var tasks: [TaskID]

    /// The kinds of anomaly.
    package enum Code: String, Sendable, CaseIterable {
        /// More tasks than fit a page were created in one millisecond, and the interface cannot return the rest.
        case crowdedMillisecond = "crowded_millisecond"
        /// A row that has no task ID.
        case unreadableTask = "unreadable_task"
        /// A task without a possible creation time: treated as if created together with its neighbour.
        case missingCreatedTime = "missing_created_time"
        /// A task from outside the requested time: noted, but it does not show how far the listing came.
        case outsideWindow = "outside_window"
        /// A full page that was not in order of creation: requested again in smaller windows.
        case unordered
        /// The provider's clock is more than a day behind ours: one of them is wrong, and the times of its newest tasks
        /// cannot be trusted.
        case clocksApart = "clocks_apart"
        /// A row that is not quite JSON, such as one with a control character in a name: read anyway.
        case oddText = "odd_text"
        /// Answers had nothing new and did not end: a span of time was given up.
        case noProgress = "no_progress"
    }

    /// States an anomaly.
    package init(
        _ code: Code,
        at: Timestamp,
        until: Timestamp? = nil,
        tasks: [TaskID] = [],
        _ message: String
    ) {
        self.code = code
        self.message = message
        self.at = at
        self.until = until
        self.tasks = tasks
    }

    /// The message.
    package var description: String { message }

    /// The first few of `tasks`, and how many more there are: `task a`, `tasks a, b and 7 more`.
    package static func names(_ tasks: [TaskID]) -> String {
        let shown = tasks.prefix(maxNames).map(\.description).joined(separator: ", ")
        let rest = tasks.count - maxNames
        return (tasks.count == 1 ? "task " : "tasks ") + shown + (rest > 0 ? " and \(rest) more" : "")
    }

    private static let maxNames = 5
}
