/// How many tasks of a day are as good as listed.
package struct ListedCount: Hashable, Sendable {
    package var tasks = 0
    /// Of them, those of which a recording was requested.
    package var captureRequested = 0

    package init(tasks: Int = 0, captureRequested: Int = 0) {
        self.tasks = tasks
        self.captureRequested = captureRequested
    }
}
