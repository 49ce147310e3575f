import GRDB
import Recordings

/// Which suspect recordings have to be checked again, for queries.
struct SuspectDue {
    var now: Timestamp
    var lookedAtBefore: Timestamp?

    static let condition = "better IS NULL AND (next_look_time <= :look_due OR last_look_time < :look_before)"

    var arguments: StatementArguments {
        ["look_due": now.stored, "look_before": lookedAtBefore?.stored ?? .min]
    }

    /// The suspect recordings of a task that have to be checked now, by ordinal.
    func looks(_ task: Int64, _ known: [KnownRecording], _ schedule: LookSchedule, in db: Database) throws
        -> [Int64: SuspectLook]
    {
        let select = """
            SELECT suspect.ordinal, entity_tag, received_time, looks FROM suspect
            JOIN recording ON recording.task = suspect.task AND recording.ordinal = suspect.ordinal
            WHERE suspect.task = :task AND \(Self.condition)
            """
        let row: StatementArguments = ["task": task]
        let found = try Row.fetchAll(db.cachedStatement(sql: select), arguments: row + arguments)
        guard !found.isEmpty else { return [:] }
        let all = "SELECT ordinal, digest FROM recording WHERE task = :task AND digest IS NOT NULL"
        let held = try Row.fetchAll(db, sql: all, arguments: row)
        return try found.reduce(into: [:]) { looks, row in
            let ordinal: Int64 = try row[0]
            guard let recording = known.first(where: { $0.ordinal == ordinal }) else { return }
            let versions = known.filter { $0.key == recording.key || $0.key.withoutDigest == recording.key }.map(
                \.ordinal
            )
            let received: Timestamp = try row[2]
            let isConditional = schedule.isConditional(received: received, looks: try row[3], now: now)
            let validator: String? = try row[1]
            let digests = try held.filter { versions.contains(try $0[0]) }.map { try ContentDigest(stored: $0[1]) }
            looks[ordinal] = SuspectLook(
                digests: Set(digests),
                validator: isConditional ? validator : nil,
                path: PayloadPath.of(recording.key.taskID, recording.file)
            )
        }
    }

    static func noteLook(
        _ row: RecordingRowID,
        validator: String?,
        _ schedule: LookSchedule,
        now: Timestamp,
        in db: Database
    ) throws {
        let select = """
            SELECT looks, received_time FROM suspect
            JOIN recording ON recording.task = suspect.task AND recording.ordinal = suspect.ordinal
            WHERE suspect.task = ? AND suspect.ordinal = ?
            """
        let place: StatementArguments = [row.task, row.ordinal]
        guard let found = try Row.fetchOne(db, sql: select, arguments: place) else { return }
        let looks: Int = try found[0] + 1
        let next = schedule.next(received: try found[1], looks: looks, now: now)
        let update = """
            UPDATE suspect SET looks = ?, last_look_time = ?, next_look_time = ?, entity_tag = ?
            WHERE task = ? AND ordinal = ?
            """
        let values: StatementArguments = [looks, now.stored, next?.stored, validator]
        try db.execute(sql: update, arguments: values + place)
    }
}
