import Recordings

/// When a task was created, and the day that it belongs to, from a row with both. Tasks are found by the time and
/// counted by the day, so a row in which they contradict each other could be left out silently.
struct TaskMoment {
    let createdTime: Timestamp
    let day: ArchiveDay

    /// Reads a row that has them as `created_time` and `day`.
    /// - Throws: `damaged`, with the row, if they contradict each other.
    init(_ row: Row) throws {
        (createdTime, day) = (try row["created_time"], try row["day"])
        guard isConsistent else { throw try row.unreadable(column: "created_time") }
    }

    /// Reads a row that has them at these positions.
    /// - Throws: `damaged`, with the row, if they contradict each other.
    init(_ row: Row, created: Int, day place: Int) throws {
        (createdTime, day) = (try row[created], try row[place])
        guard isConsistent else { throw try row.unreadable(column: created) }
    }

    private var isConsistent: Bool { TaskRange.instants(of: day).contains(createdTime) }
}
