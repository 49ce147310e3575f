import GRDB
import Recordings

/// The last statement about a task in the evidence log.
package enum ReplayedStatement: Hashable, Sendable {
    /// What is missing of the task, with the explanation.
    case explained([Gap])
    case acknowledged(Suspect)
    /// An explanation was withdrawn.
    case unexplained(TaskID)
    /// The acknowledgement of a suspect recording, given by its path in the bag, was withdrawn.
    case unacknowledged(TaskID, path: String)
}

/// The evidence log's last entry about a day.
package struct ReplayedDay: Hashable, Sendable {
    package var record: DayClose
    /// Whether the day was reopened after that.
    package var isReopened: Bool

    package init(record: DayClose, isReopened: Bool) {
        self.record = record
        self.isReopened = isReopened
    }
}

/// For `rebuild`: restores from the evidence log what archives do not contain.
extension Manifest {
    /// Adds events of an organization, in their order.
    package func replay(_ events: [Event]) async throws {
        try await write { db in for event in events { try event.insert(in: db) } }
    }

    /// Restores what people said, after the archives' own records of days. A task that no archive has becomes known
    /// through this; the next listing says more about it.
    package func replay(
        _ statements: [ReplayedStatement],
        of organization: OrganizationName,
        now: Timestamp
    ) async throws {
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            for statement in statements { try statement.restore(row, now: now, in: db) }
        }
    }

    /// Restores the records of closed days that no archive has, and which days were reopened; and the configuration
    /// that the evidence log last recorded.
    package func replay(
        _ days: [ReplayedDay],
        configuration: ContentDigest?,
        of organization: OrganizationName
    ) async throws {
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            for day in days {
                let place: StatementArguments = [row, day.record.day.stored]
                let select = "SELECT EXISTS (SELECT 1 FROM day_close WHERE organization = ? AND day = ?)"
                if try Bool.fetchOne(db, sql: select, arguments: place) == false, day.record.isSilent {
                    try day.record.put(row, sequence: nil, isCurrent: false, in: db)
                }
                let update = "UPDATE day_close SET is_reopened = ? WHERE organization = ? AND day = ?"
                try db.execute(sql: update, arguments: [day.isReopened] + place)
            }
            guard let configuration else { return }
            let update = "UPDATE organization SET configuration = ? WHERE row = ?"
            try db.execute(sql: update, arguments: [configuration.stored, row])
        }
    }
}

extension ReplayedStatement {
    fileprivate func restore(_ organization: Int64, now: Timestamp, in db: Database) throws {
        switch self {
        case .explained(let gaps):
            guard let first = gaps.first else { return }
            let known = try KnownTask.find(first.taskID, organization: organization, in: db)?.row
            let task = try known ?? first.insertTask(organization, now: now, in: db)
            // It does not replace a copy that an archive has, which may have come after the explanation.
            try gaps.restoreExplanation(of: task, sequence: 0, now: now, in: db)
        case .acknowledged(let suspect): try suspect.restore(organization, in: db)
        case .unexplained(let id):
            guard let task = try KnownTask.find(id, organization: organization, in: db) else { return }
            try db.execute(sql: "DELETE FROM explanation WHERE task = ?", arguments: [task.row])
        case .unacknowledged(let id, let path):
            guard let task = try KnownTask.find(id, organization: organization, in: db) else { return }
            let known = try KnownRecording.all(of: task.row, taskID: id, in: db)
            guard let recording = known.first(where: { PayloadPath.of(id, $0.file) == path }) else { return }
            let update = """
                UPDATE suspect SET note = NULL, author = NULL, author_uid = NULL, acknowledged_time = NULL
                WHERE task = ? AND ordinal = ?
                """
            try db.execute(sql: update, arguments: [task.row, recording.ordinal])
        }
    }
}

extension Gap {
    /// Makes its task known through what the gap says about it.
    fileprivate func insertTask(_ organization: Int64, now: Timestamp, in db: Database) throws -> Int64 {
        let task = TaskEntry(
            id: taskID,
            day: day,
            createdTime: createdTime,
            channelType: "unknown",
            status: TaskStatus("unknown"),
            captureRequest: .undetermined,
            json: nil
        )
        let row = try KnownTask.insert(task, organization: organization, isListed: false, in: db)
        let history = AskHistory(asks: 1, found: 0, unchangedSince: now)
        try Question(nextAskTime: createdTime, history: history, refusal: nil).save(row, in: db)
        return row
    }
}
