/// How many tasks of a day are known, and in which states.
package struct DayCounts: Hashable, Sendable {
    package var tasks = 0
    package var abandoned = 0
    package var captureRequested = 0
    /// Audio recordings that are known, held or not.
    package var recordings = 0

    package init() {}
}
