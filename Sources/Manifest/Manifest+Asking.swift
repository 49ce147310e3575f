import GRDB
import Recordings

/// A task whose captures are to be asked for now.
package struct DueTask: Hashable, Sendable {
    package var id: TaskID
    package var createdTime: Timestamp
    package var day: ArchiveDay
    package var status: TaskStatus
    package var captureRequest: CaptureRequest
    /// How many times it was asked about before.
    package var asks: Int
    /// Whether recordings of it are known whose bytes are still wanted, which takes a new URL.
    package var isAwaitingBytes: Bool
}

/// What the provider answered about one task.
package enum TaskAnswer: Hashable, Sendable {
    case capture(Capture)
    /// The provider refuses the question about this task, and about no other.
    case refused(TaskID, reason: String)

    package var taskID: TaskID {
        switch self {
        case .capture(let capture): capture.taskID
        case .refused(let task, _): task
        }
    }
}

/// A recording whose bytes are wanted, and all that it takes to get and to keep them.
package struct RecordingWork: Hashable, Sendable {
    package var row: RecordingRowID
    package var organization: OrganizationName
    package var day: ArchiveDay
    /// As the provider described it in this answer, with its URL.
    package var captured: CapturedRecording
    /// The name that it has in its task's folder.
    package var file: FileName
    /// How many downloads were begun for it before.
    package var attempts: Int
    /// The task as the provider listed it; `nil` where it was never listed, or its day has been sealed since.
    package var taskJSON: ProviderJSON?
}

extension Manifest {
    /// The tasks that are to be asked about now: first those with recordings whose bytes are still wanted, then those
    /// whose question is due, the longest overdue first.
    ///
    /// Answering takes a task off this list (``noteAnswers(_:organization:day:schedule:now:)``), and so does storing or
    /// failing its recordings. The caller goes on by asking again, without those that it has under way.
    /// - Parameters:
    ///   - window: only tasks that were created in it; `nil` for all.
    ///   - excluding: the tasks under way; bounded by the caller.
    package func dueTasks(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        now: Timestamp,
        limit: Int,
        excluding: Set<TaskID> = []
    ) async throws -> [DueTask] {
        try await read { db in
            let query = DueQuery(
                organization: try OrganizationRow.row(of: organization, in: db),
                window: window,
                now: now
            )
            var due: [DueTask] = []
            var seen = excluding
            try query.awaitingBytes(upTo: limit, into: &due, without: &seen, in: db)
            try query.asked(upTo: limit, into: &due, without: &seen, in: db)
            return due
        }
    }

    /// Takes the provider's answers: recordings that were not known are registered as pending, under a file name that
    /// is unique in its task, and each task's question is settled or scheduled anew.
    ///
    /// A task that was never listed is registered where there are recordings of it, with the earliest of their times as
    /// its own; without, nothing shows that it exists.
    ///
    /// A recording that is still wanted and not in the answer has failed: its bytes cannot be had for now.
    /// - Parameter day: the day that an instant belongs to, for tasks that were never listed.
    /// - Returns: the recordings of these answers whose bytes are wanted now, in the order of the answers.
    package func noteAnswers(
        _ answers: [TaskAnswer],
        organization: OrganizationName,
        day: @escaping @Sendable (Timestamp) -> ArchiveDay,
        schedule: AskSchedule,
        now: Timestamp
    ) async throws -> [RecordingWork] {
        try await write { db in
            let taking = AnswerTaking(
                organization: organization,
                organizationRow: try OrganizationRow.row(of: organization, in: db),
                day: day,
                schedule: schedule,
                now: now
            )
            return try answers.flatMap { answer in
                switch answer {
                case .capture(let capture): return try taking.take(capture, in: db)
                case .refused(let task, let reason):
                    try taking.takeRefusal(of: task, reason: reason, in: db)
                    return []
                }
            }
        }
    }
}

/// The two ways in which a task is due.
private struct DueQuery {
    var organization: Int64
    var window: Range<Timestamp>?
    var now: Timestamp

    private static let columns = """
        SELECT task.id, created_time, day, status.text, capture_request, coalesce(asks, 0)
        """

    func awaitingBytes(
        upTo limit: Int,
        into due: inout [DueTask],
        without seen: inout Set<TaskID>,
        in db: Database
    ) throws {
        let select = """
            \(Self.columns)
            FROM recording CROSS JOIN task ON task.row = recording.task
            JOIN word AS status ON status.row = task.status LEFT JOIN question ON question.task = task.row
            WHERE archive IS NULL AND wanted_time <= :now AND task.organization = :organization
                AND created_time >= :from AND created_time < :to
            ORDER BY wanted_time, recording.task
            """
        try collect(select, isAwaitingBytes: true, upTo: limit, into: &due, without: &seen, in: db)
    }

    func asked(upTo limit: Int, into due: inout [DueTask], without seen: inout Set<TaskID>, in db: Database) throws {
        let select = """
            \(Self.columns)
            FROM question CROSS JOIN task ON task.row = question.task JOIN word AS status ON status.row = task.status
            WHERE next_ask_time <= :now AND task.organization = :organization
                AND created_time >= :from AND created_time < :to
            ORDER BY next_ask_time, question.task
            """
        try collect(select, isAwaitingBytes: false, upTo: limit, into: &due, without: &seen, in: db)
    }

    /// Walks an index in order and stops at the limit, however many are skipped on the way.
    private func collect(
        _ sql: String,
        isAwaitingBytes: Bool,
        upTo limit: Int,
        into due: inout [DueTask],
        without seen: inout Set<TaskID>,
        in db: Database
    ) throws {
        guard due.count < limit else { return }
        let arguments: StatementArguments = [
            "organization": organization, "now": now.stored,
            "from": window?.lowerBound.stored ?? .min, "to": window?.upperBound.stored ?? .max,
        ]
        let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
        while due.count < limit, let row = try rows.next() {
            let id = try TaskID(stored: row[0])
            guard seen.insert(id).inserted else { continue }
            due.append(
                DueTask(
                    id: id,
                    createdTime: Timestamp(stored: row[1]),
                    day: try ArchiveDay(stored: row[2]),
                    status: TaskStatus(row[3]),
                    captureRequest: try CaptureRequest(stored: row[4]),
                    asks: row[5],
                    isAwaitingBytes: isAwaitingBytes
                )
            )
        }
    }
}
