import GRDB
import Recordings

/// The only place that decides which archived recordings, archives and days are known to be damaged.
///
/// A recording is damaged if it has a row in `damage`, or is held in an altered archive. An archive is damaged if its
/// file is altered, or if its last reading found faults that are not those of single recordings. An archive in which no
/// copy counts any more is not damaged in this sense: its recordings are elsewhere, or damaged on their own.
enum KnownDamage {
    /// For `recording`.
    static let join = "LEFT JOIN damage ON damage.task = recording.task AND damage.ordinal = recording.ordinal"

    /// For `archive`, with `:altered`: whether the archive itself is damaged.
    static let isOfArchive = """
        digest IS NOT NULL AND (archive.row IN (\(AlteredArchives.rows))
            OR archive.row IN (SELECT archive FROM reading WHERE coalesce(own_faults, faults) > 0))
            AND NOT \(isSuperseded)
        """

    /// For `archive`: whether none of its copies of recordings counts any more, or a later archive makes up for it.
    static let isSuperseded = """
        (recordings > 0 AND recordings = (SELECT count(*) FROM displacement WHERE displacement.archive = archive.row)
            OR archive.row IN (SELECT reading.archive FROM reading WHERE superseded_by IS NOT NULL))
        """

    /// Whether nothing in this archive counts any more.
    static func isSuperseded(_ archive: Int64, in db: Database) throws -> Bool {
        let select = "SELECT \(isSuperseded) FROM archive WHERE row = ?"
        return try Bool.fetchOne(db, sql: select, arguments: [archive]) ?? false
    }

    /// For `damage` with its recording and `explanation`: whether an operator has explained that the recording is lost.
    private static let isExplained =
        "(recording.failure IS NOT NULL AND instr(coalesce(explanation.failed, ''), ',' || damage.ordinal || ',') > 0)"

    /// The days on which something is damaged and not explained.
    /// - Throws: `damaged` if a row of `damage` refers to no recording, so that known damage is never left out
    ///   silently.
    static func days(organization: Int64, _ altered: AlteredArchives, in db: Database) throws -> Set<ArchiveDay> {
        let stray = """
            SELECT damage.task FROM damage LEFT JOIN task ON task.row = damage.task
            LEFT JOIN recording ON recording.task = damage.task AND recording.ordinal = damage.ordinal
            WHERE task.row IS NULL OR recording.task IS NULL LIMIT 1
            """
        if let row = try Row.fetchOne(db.cachedStatement(sql: stray)) {
            throw ManifestError.unreadable("damage", try row[0])
        }
        let select = """
            SELECT day FROM archive WHERE organization = :organization AND \(isOfArchive)
            UNION SELECT task.day FROM damage CROSS JOIN task ON task.row = damage.task
            JOIN recording ON recording.task = damage.task AND recording.ordinal = damage.ordinal
            LEFT JOIN explanation ON explanation.task = damage.task
            WHERE task.organization = :organization AND NOT \(isExplained)
            """
        let arguments: StatementArguments = ["organization": organization]
        return Set(try Row.fetchAll(db, sql: select, arguments: arguments + altered.argument).map { try $0[0] })
    }

    /// How many archives of each day are damaged themselves.
    static func archives(
        organization: Int64,
        _ altered: AlteredArchives,
        in db: Database
    ) throws -> [ArchiveDay: Int] {
        let select =
            "SELECT day, count(*) FROM archive WHERE organization = :organization AND \(isOfArchive) GROUP BY day"
        let arguments: StatementArguments = ["organization": organization]
        return try Row.fetchAll(db, sql: select, arguments: arguments + altered.argument).reduce(into: [:]) {
            $0[try $1[0]] = try $1[1]
        }
    }

    /// How much of one archive is known to be damaged.
    struct Extent: Equatable {
        var recordings: Int
        var fault: String?

        var isNone: Bool { recordings == 0 && fault == nil }

        init(of archive: Int64, in db: Database) throws {
            let select = """
                SELECT (SELECT count(*) FROM damage JOIN recording USING (task, ordinal) WHERE recording.archive = :archive),
                    (SELECT own_fault FROM reading WHERE archive = :archive)
                """
            let row = try Row.fetchOne(db, sql: select, arguments: ["archive": archive])
            recordings = try row?[0] ?? 0
            fault = try row?[1]
        }
    }

    /// Deletes what is known about damage in an archive whose contents were just checked, or are about to be recorded
    /// again.
    static func forget(of archive: Int64, in db: Database) throws {
        let delete = """
            DELETE FROM damage WHERE EXISTS (SELECT 1 FROM recording
                WHERE recording.task = damage.task AND recording.ordinal = damage.ordinal AND recording.archive = ?)
            """
        try db.execute(sql: delete, arguments: [archive])
    }
}

/// Recordings that were held, whose bytes are damaged or gone, and that may still be available at the provider. Those
/// that could not be fetched again are ``FailedRecording``.
struct DamagedRecordingRow {
    var gap: Gap
    /// Its state if it were intact: `archived` or `stored`; `pending` once it has left its archive.
    var place: RecordingState
    /// Whether its archive is sealed, must be in the vault, and is not there yet.
    var isWaitingForVault: Bool
    /// Whether its archive is sealed.
    var isSealed: Bool
    /// The duration of its audio, and its size, if its archive has it; otherwise 0.
    var audioMilliseconds: Int64
    var byteCount: Int64

    /// Calls `body` with each of them whose task meets the condition, in no particular order.
    static func forEach(
        _ walk: GapWalk,
        where condition: String,
        _ arguments: StatementArguments,
        _ altered: AlteredArchives,
        in db: Database,
        _ body: (DamagedRecordingRow) throws -> Void
    ) throws {
        let noted =
            switch walk {
            case .unfinished: "damage CROSS JOIN task ON task.row = damage.task"
            case .tasks: "task CROSS JOIN damage ON damage.task = task.row"
            }
        let ofReading = select(
            from:
                "\(noted) CROSS JOIN recording ON recording.task = damage.task AND recording.ordinal = damage.ordinal",
            where:
                "failure IS NULL AND coalesce(recording.archive, 0) NOT IN (\(AlteredArchives.rows)) AND \(condition)"
        )
        try run(ofReading, arguments, altered, in: db, body)
        guard !altered.isEmpty else { return }
        let held = "CROSS JOIN recording ON recording.task = task.row \(KnownDamage.join)"
        let tables =
            switch walk {
            case .unfinished:
                """
                archive AS gone CROSS JOIN task ON task.organization = gone.organization
                    AND task.created_time >= gone.day * 86400000 - 57600000
                    AND task.created_time < (gone.day + 1) * 86400000 + 57600000 AND task.day = gone.day
                \(held)
                """
            case .tasks: "task \(held)"
            }
        let ofDisk = select(
            from: tables,
            where: "recording.archive IN (\(AlteredArchives.rows)) AND \(condition)"
                + (walk == .unfinished
                    ? " AND gone.row IN (\(AlteredArchives.rows)) AND recording.archive = gone.row" : "")
        )
        try run(ofDisk, arguments, altered, in: db, body)
    }

    private static func select(from tables: String, where condition: String) -> String {
        """
        SELECT organization.name AS organization, task.day AS day, task.id AS task_id, created_time, attempts,
            coalesce(duration_ms, 0) AS audio_ms, coalesce(recording.byte_count, 0) AS bytes,
            recording.archive AS archive_row, \(RecordingColumns.key), \(RecordingColumns.damage),
            (SELECT digest IS NOT NULL FROM archive AS held WHERE held.row = recording.archive) AS is_sealed,
            (SELECT \(VaultRule.isArchived("held")) FROM archive AS held WHERE held.row = recording.archive) AS is_archived
        FROM \(tables) JOIN organization ON organization.row = task.organization \(RecordingColumns.keyJoins)
        WHERE \(condition)
        """
    }

    private static func run(
        _ select: String,
        _ arguments: StatementArguments,
        _ altered: AlteredArchives,
        in db: Database,
        _ body: (DamagedRecordingRow) throws -> Void
    ) throws {
        let rows = try Row.fetchCursor(db.cachedStatement(sql: select), arguments: arguments + altered.argument)
        while let row = try rows.next() { try body(DamagedRecordingRow(row, altered)) }
    }

    private init(_ row: Row, _ altered: AlteredArchives) throws {
        let organization = try OrganizationName(stored: row["organization"])
        let moment = try TaskMoment(row)
        let taskID = try TaskID(stored: row["task_id"])
        let held: Int64? = try row["archive_row"]
        let gone = held.flatMap { altered[$0] }
        let found = try (row["damaged_in"] as Int?).map {
            try ArchiveName(organization: organization, day: moment.day, stored: $0)
        }
        let reason: String = try gone?.reason ?? (row["damage_reason"] as String)
        let foundTime: Timestamp? = try gone == nil ? row["damage_found_time"] : nil
        gap = Gap(
            organization: organization,
            day: moment.day,
            taskID: taskID,
            createdTime: moment.createdTime,
            reason: .damaged,
            recording: try RecordingKey(row, taskID: taskID),
            detail: reason,
            archive: gone?.name ?? found,
            evidence: GapEvidence(
                attempts: try row["attempts"],
                damage: reason,
                damageFound: foundTime
            )
        )
        isSealed = try row["is_sealed"] ?? false
        let isArchived: Bool = try row["is_archived"] ?? false
        place = held == nil ? .pending : isArchived ? .archived : .stored
        isWaitingForVault = isSealed && !isArchived
        audioMilliseconds = try row.amount("audio_ms")
        byteCount = try row.amount("bytes")
    }
}
