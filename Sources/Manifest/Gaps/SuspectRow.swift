import GRDB
import Recordings

/// A suspect recording, with its organization and day.
package struct SuspectRow: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var suspect: Suspect
    /// How often it has been checked again.
    package var looks: Int
    /// When it is checked again; `nil` after the horizon.
    package var nextLook: Timestamp?
}

extension SuspectRow {
    static func all(
        where condition: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws -> [SuspectRow] {
        let select = """
            SELECT organization.name AS organization, task.day AS day, task.id AS task_id, suspicion, file, note, author,
                author_uid, acknowledged_time, looks, next_look_time, \(RecordingColumns.key)
            FROM suspect CROSS JOIN task ON task.row = suspect.task
            JOIN recording ON recording.task = suspect.task AND recording.ordinal = suspect.ordinal
            JOIN organization ON organization.row = task.organization \(RecordingColumns.keyJoins)
            WHERE better IS NULL AND \(condition) ORDER BY created_time, task.id, recording.id, suspect.ordinal
            """
        return try Row.fetchAll(db, sql: select, arguments: arguments).map(SuspectRow.init)
    }

    private init(_ row: Row) throws {
        let taskID = try TaskID(stored: row["task_id"])
        let key = try RecordingKey(row, taskID: taskID)
        organization = try OrganizationName(stored: row["organization"])
        day = try row["day"]
        looks = try row["looks"]
        nextLook = try row["next_look_time"]
        var acknowledgement: Acknowledgement?
        if let note: String = try row["note"], let author: String = try row["author"],
            let uid = (try row["author_uid"] as Int64?).flatMap(UInt32.init(exactly:)),
            let time: Timestamp = try row["acknowledged_time"]
        {
            acknowledgement = Acknowledgement(
                note: note,
                author: author,
                authorUID: uid,
                time: time
            )
        }
        suspect = Suspect(
            taskID: taskID,
            recordingID: key.recordingID,
            file: try FileName(stored: row["file"], key: key),
            reason: (try row["suspicion"] as String?) ?? "",
            acknowledgement: acknowledgement
        )
    }
}
