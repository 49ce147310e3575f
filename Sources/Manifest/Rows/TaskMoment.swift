import Recordings

/// When a task was created, and the day that it belongs to, out of a row with both. Tasks are found by the one and counted by
/// the other, so that a row in which they contradict each other could be left out without a word.
struct TaskMoment {
    let createdTime: Timestamp
    let day: ArchiveDay

    /// Of a row that has them as `created_time` and `day`.
    /// - Throws: `damaged`, with the row.
    init(_ row: Row) throws {
        (createdTime, day) = (try row["created_time"], try row["day"])
        guard isConsistent else { throw try row.unreadable(column: "created_time") }
    }

    /// Of a row that has them in these places.
    /// - Throws: `damaged`, with the row.
    init(_ row: Row, created: Int, day place: Int) throws {
        (createdTime, day) = (try row[created], try row[place])
        guard isConsistent else { throw try row.unreadable(column: created) }
    }

    private var isConsistent: Bool { TaskRange.instants(of: day).contains(createdTime) }
}
