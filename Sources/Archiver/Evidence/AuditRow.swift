import Evidence
import Recordings

/// One act out of an evidence log: who did what, when, to which call, and why.
package struct AuditRow: Hashable, Sendable {
    /// The log that has the entry, by the origin of its checkpoints.
    package var origin: String
    /// The number of the entry in that log.
    package var leaf: Int64
    /// Whether a signed checkpoint has it.
    package var isPublished: Bool
    package var entry: LogEntry

    /// Sets every property.
    package init(origin: String, leaf: Int64, isPublished: Bool, entry: LogEntry) {
        self.origin = origin
        self.leaf = leaf
        self.isPublished = isPublished
        self.entry = entry
    }

    /// The epoch of that log, which each origin ends in: the leaf counts within it.
    package var epoch: Int64? { origin.split(separator: "/").last.flatMap { Int64($0) } }

    /// The recording that it is about, as `data/TASK/FILE`; `nil` if it is about more than one, or about none.
    package var recording: String? { entry.text(.path) }
}

/// Which acts are asked for. Everything that is given has to match.
package struct AuditFilter: Sendable {
    package var task: TaskID?
    /// The name of who did it.
    package var actor: String?
    /// When it happened.
    package var window: Range<Timestamp>?
    /// What happened; without any, everything but ``LogEntryType/recordingStored``: those entries have no person behind them.
    package var types: Set<LogEntryType>

    /// Sets every property.
    package init(
        task: TaskID? = nil,
        actor: String? = nil,
        window: Range<Timestamp>? = nil,
        types: Set<LogEntryType> = []
    ) {
        self.task = task
        self.actor = actor
        self.window = window
        self.types = types
    }

    /// Whether entries of stored recordings, which are nearly all of a log, can be skipped.
    var leavesOutStored: Bool { !types.contains(.recordingStored) }

    /// Whether `entry` is asked for.
    package func matches(_ entry: LogEntry) -> Bool {
        let isOfType = types.isEmpty ? entry.type != .recordingStored : types.contains(entry.type)
        guard isOfType else { return false }
        if let window, !window.contains(entry.time) { return false }
        if let actor, entry.actor.name != actor { return false }
        if let task, entry.text(.taskID) != task.description { return false }
        return true
    }
}
