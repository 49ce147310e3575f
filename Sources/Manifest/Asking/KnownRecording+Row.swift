import GRDB
import Recordings

/// A row of `recording`, as answers need it.
extension KnownRecording {
    static func all(of task: Int64, taskID: TaskID, in db: Database) throws -> [KnownRecording] {
        let select = """
            SELECT \(RecordingColumns.key), ordinal, file, stop_time, attempts, wanted_time, failure
            FROM recording \(RecordingColumns.keyJoins) WHERE task = ? ORDER BY ordinal
            """
        let rows = try Row.fetchCursor(db.cachedStatement(sql: select), arguments: [task])
        return try Array(
            rows.map { row in
                let key = try RecordingKey(row, taskID: taskID)
                return KnownRecording(
                    ordinal: try row["ordinal"],
                    key: key,
                    file: try FileName(stored: row["file"], key: key),
                    stopTime: try (row["stop_time"] as Int64?).map(Timestamp.init(verbatim:)),
                    attempts: try row["attempts"],
                    wantedTime: try row["wanted_time"],
                    failure: try row["failure"]
                )
            }
        )
    }

    static func insert(
        _ key: RecordingKey,
        stopTime: Timestamp?,
        json: ProviderJSON,
        row: RecordingRowID,
        distinguisher: Int,
        wantedTime: Timestamp,
        in db: Database,
        _ rows: KnownRows
    ) throws {
        let insert = """
            INSERT INTO recording (task, ordinal, id, kind, is_segment, call_type, start_time, provider_name, stop_time,
                file, attempts, wanted_time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
            """
        let arguments: StatementArguments = [
            row.task, row.ordinal, key.recordingID.stored, key.kind.stored, key.isSegment,
            try rows.word(key.callType, in: db), key.startTime?.verbatim,
            try rows.name(key.providerFileName, in: db), stopTime?.verbatim, distinguisher,
            wantedTime.stored,
        ]
        try db.cachedStatement(sql: insert).execute(arguments: arguments)
        try db.cachedStatement(sql: "INSERT INTO recording_source (task, ordinal, json) VALUES (?, ?, ?)")
            .execute(arguments: [row.task, row.ordinal, json.description])
    }
}
