import GRDB
import Recordings

extension Manifest {
    /// These tasks, with the spelling in which each known one was first recorded.
    package func spelled(_ ids: [TaskID]) async throws -> [TaskID] {
        try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT id FROM task WHERE id = ?")
            return try ids.map { id in
                let known = try DatabaseValue.fetchOne(statement, arguments: [id.known(in: db)])
                return try known.map { try TaskID(stored: $0) } ?? id
            }
        }
    }

    /// The tasks in `ids` that are not known.
    /// - Throws: `unknown` if the organization is not registered.
    package func unknownTasks(of ids: Set<TaskID>, organization: OrganizationName) async throws -> Set<TaskID> {
        try await read { db in
            let organization = try OrganizationRow.row(of: organization, in: db)
            let statement = try db.cachedStatement(sql: "SELECT 1 FROM task WHERE id = ? AND organization = ?")
            let besidesCapitals = try TaskID.areCapitalsKnown(in: db)
            return try ids.filter {
                let id = try $0.known(in: db, besidesCapitals: besidesCapitals)
                return try Int.fetchOne(statement, arguments: [id, organization]) == nil
            }
        }
    }

    /// Records tasks that the provider names elsewhere, but left out of the task list. Each is asked about from now on,
    /// like a listed task for which the provider has not said whether a recording was requested. An event is logged for
    /// each.
    /// - Parameters:
    ///   - source: where they were named, for the event.
    ///   - day: the day that an instant belongs to.
    /// - Returns: how many were not known.
    /// - Throws: `unknown` if the organization is not registered.
    @discardableResult
    package func noteNamed(
        _ tasks: [NamedTask],
        by source: String,
        organization: OrganizationName,
        day: @escaping @Sendable (Timestamp) -> ArchiveDay,
        now: Timestamp
    ) async throws -> Int {
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            var new = 0
            for task in tasks where try KnownTask.find(task.id, organization: row, in: db) == nil {
                let entry = TaskEntry(
                    id: task.id,
                    day: day(task.time),
                    createdTime: task.time,
                    channelType: task.channelType,
                    status: TaskStatus("unknown"),
                    captureRequest: .undetermined,
                    json: nil
                )
                // Counts as listed, so that the counts of a window include it.
                let taskRow = try KnownTask.insert(entry, organization: row, isListed: true, in: db)
                try UnsealedTask().put(taskRow, in: db)
                try Question.open(taskRow, next: now, in: db)
                let event = Event(
                    time: now,
                    kind: .taskNotListed,
                    organization: organization,
                    task: task.id,
                    detail: ["named_by": source, "at": task.time.description]
                )
                try event.insert(in: db)
                new += 1
            }
            return new
        }
    }
}
