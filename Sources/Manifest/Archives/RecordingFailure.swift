import GRDB
import Recordings

/// A recording that is given up for now.
package struct RecordingFailure: Hashable, Sendable {
    package var row: RecordingRowID
    package var code: GapReason
    /// Why, for people; never with the query of a signed URL.
    package var reason: String
    /// How many downloads were started for it in total.
    package var attempts: Int
    /// When it is tried again at the earliest.
    package var retryNotBefore: Timestamp

    package init(
        row: RecordingRowID,
        code: GapReason = .downloadFailed,
        reason: String,
        attempts: Int,
        retryNotBefore: Timestamp
    ) {
        self.row = row
        self.code = code
        self.reason = reason
        self.attempts = attempts
        self.retryNotBefore = retryNotBefore
    }
}

extension RecordingFailure {
    /// - Parameter trackingID: that of the answer that says so, if one does.
    func apply(schedule: AskSchedule, trackingID: String? = nil, now: Timestamp, in db: Database) throws {
        let select = """
            SELECT task.id, organization.name, failure FROM recording JOIN task ON task.row = recording.task
            JOIN organization ON organization.row = task.organization
            WHERE recording.task = ? AND ordinal = ? AND archive IS NULL
            """
        guard let known = try Row.fetchOne(db.cachedStatement(sql: select), arguments: [row.task, row.ordinal]) else {
            throw ManifestError(.conflict, "a recording cannot fail that is held already, or is not known")
        }
        let update = """
            UPDATE recording SET failure = ?, failure_code = ?, attempts = ?, wanted_time = ?
            WHERE task = ? AND ordinal = ?
            """
        try db.cachedStatement(sql: update)
            .execute(arguments: [reason, code.stored, attempts, retryNotBefore.stored, row.task, row.ordinal])
        try ExplainedRest.begin(row, failed: now, schedule: schedule, in: db)
        let isNewGap = try OpenGap.open(row.task, now: now, in: db)
        let (task, organization) = (try TaskID(stored: known[0]), try OrganizationName(stored: known[1]))
        func log(_ kind: Event.Kind, _ detail: [String: String]) throws {
            let detail = detail.adding("tracking_id", trackingID)
            try Event(time: now, kind: kind, organization: organization, task: task, detail: detail).insert(in: db)
        }
        // Failing again for the same reason is not worth an event.
        let before: String? = try known[2]
        if before != reason {
            try log(.recordingFailed, ["attempts": String(attempts), "code": code.rawValue, "reason": reason])
        }
        if isNewGap { try log(.gapOpened, ["reason": code.rawValue]) }
    }
}
