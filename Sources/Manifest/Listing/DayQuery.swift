/// The queries that count a day. Each reads the day's part of `task_by_time` once. The first needs no other table and
/// is many times cheaper, so the other two run only for days that are compared.
enum DayQuery {
    static let listed = """
        SELECT count(*), count(CASE WHEN capture_request = :requested THEN 1 END)
        FROM task WHERE \(TaskRange.condition) AND task.day = :day AND listed
        """

    static let tasks = """
        SELECT (SELECT text FROM word WHERE row = status), capture_request, count(*)
        FROM task WHERE \(TaskRange.condition) AND task.day = :day AND listed GROUP BY status, capture_request
        """

    static let recordings = """
        SELECT count(*) FROM task CROSS JOIN recording ON recording.task = task.row
        WHERE \(TaskRange.condition) AND task.day = :day AND listed AND kind = :kind
        """
}
