/// How many tasks of a day were listed, or named by the second source.
package struct ListedCount: Hashable, Sendable {
    package var tasks = 0
    /// The part of `tasks` for which a recording was requested.
    package var captureRequested = 0

    package init(tasks: Int = 0, captureRequested: Int = 0) {
        self.tasks = tasks
        self.captureRequested = captureRequested
    }
}
