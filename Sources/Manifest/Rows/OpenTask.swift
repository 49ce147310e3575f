import Foundation
import GRDB
import Recordings

/// Where a search for gaps begins: with the table that has fewer rows, because SQLite cannot know which it is.
enum GapWalk {
    /// With everything that is unfinished, for conditions that most tasks meet.
    case unfinished
    /// With the tasks that the condition finds, for a day or a window.
    case tasks

    private static let fewRows = 1000

    /// For a day or a window: with what is unfinished, if that is little in the whole manifest. Passing a hundred thousand
    /// tasks of a settled day takes a tenth of a second each time.
    /// - Parameter unfinished: what is unfinished, in SQL.
    init(overFew unfinished: String, in db: Database) throws {
        let select = "SELECT count(*) FROM (SELECT 1 FROM \(unfinished) LIMIT \(Self.fewRows))"
        let count = try Int.fetchOne(db.cachedStatement(sql: select)) ?? 0
        self = count < Self.fewRows ? .unfinished : .tasks
    }
}

/// A task that has a question, and no recordings or not all that the provider lists. Apart from tasks with failed
/// recordings, only such tasks can be gaps.
struct OpenTask {
    var row: Int64
    var organization: OrganizationName
    var day: ArchiveDay
    var id: TaskID
    var createdTime: Timestamp
    var captureRequest: CaptureRequest
    var status: TaskStatus
    var refusal: String?
    var hasUnusable: Bool
    /// Whether any of its recordings is known.
    var isHeld: Bool
    var isListed: Bool
    var evidence: GapEvidence
    var explanation: StoredExplanation?

    static func cursor(
        _ walk: GapWalk = .unfinished,
        where condition: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws -> RowCursor {
        let tables =
            switch walk {
            case .unfinished: "question CROSS JOIN task ON task.row = question.task"
            case .tasks: "task CROSS JOIN question ON question.task = task.row"
            }
        let select = """
            SELECT task.row AS task_row, organization.name AS organization, task.day AS day, task.id AS task_id,
                created_time, capture_request, status.text AS status, \(Question.hasUnusable) AS unusable_listed,
                EXISTS (SELECT 1 FROM recording WHERE recording.task = task.row) AS held, listed,
                \(GapColumns.question), \(GapColumns.explanation)
            FROM \(tables)
            JOIN organization ON organization.row = task.organization LEFT JOIN word AS status ON status.row = task.status
            LEFT JOIN explanation ON explanation.task = task.row
            WHERE (NOT held OR \(Question.hasUnusable)) AND \(condition)
            """
        return try Row.fetchCursor(db.cachedStatement(sql: select), arguments: arguments)
    }

    init(_ row: Row) throws {
        self.row = try row["task_row"]
        organization = try OrganizationName(stored: row["organization"])
        let moment = try TaskMoment(row)
        (day, createdTime) = (moment.day, moment.createdTime)
        id = try TaskID(stored: row["task_id"])
        captureRequest = try CaptureRequest(stored: row["capture_request"])
        status = TaskStatus(try row["status"])
        refusal = try row["refusal"]
        hasUnusable = try row["unusable_listed"]
        isHeld = try row["held"]
        isListed = try row["listed"]
        evidence = try GapColumns.evidence(row)
        evidence.asks = try row["asks"] as Int
        explanation = try StoredExplanation(row)
    }

    func standing(at standpoint: Standpoint) -> TaskStanding {
        standpoint.gaps.standing(
            captureRequest: captureRequest,
            status: status,
            created: createdTime,
            asks: evidence.asks ?? 0,
            refusal: refusal,
            hasUnusable: hasUnusable
        )
    }

    /// The gap that the task is for this reason.
    func gap(_ reason: GapReason) -> Gap {
        Gap(
            organization: organization,
            day: day,
            taskID: id,
            createdTime: createdTime,
            reason: reason,
            detail: refusal,
            evidence: evidence,
            explanation: explanation.flatMap { $0.covers(unusable: hasUnusable ? refusal : nil) ? $0.value : nil }
        )
    }
}

/// A recording that is given up for now.
struct FailedRecording {
    var row: RecordingRowID
    var gap: Gap
    /// Whether it was held before, and its bytes are damaged.
    var isDamaged: Bool

    static func cursor(
        _ walk: GapWalk = .unfinished,
        where condition: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws -> RowCursor {
        let wanted = "recording INDEXED BY recording_wanted"
        let tables =
            switch walk {
            case .unfinished: "\(wanted) CROSS JOIN task ON task.row = recording.task"
            case .tasks: "task CROSS JOIN \(wanted) ON recording.task = task.row"
            }
        let select = """
            SELECT task.row AS task_row, organization.name AS organization, task.day AS day, task.id AS task_id,
                created_time, recording.ordinal AS ordinal, attempts, failure, failure_code, \(RecordingColumns.key),
                \(RecordingColumns.damage), \(GapColumns.question), \(GapColumns.explanation)
            FROM \(tables)
            JOIN organization ON organization.row = task.organization \(RecordingColumns.keyJoins)
            \(KnownDamage.join)
            LEFT JOIN question ON question.task = task.row LEFT JOIN explanation ON explanation.task = task.row
            WHERE recording.archive IS NULL AND failure IS NOT NULL AND \(condition)
            """
        return try Row.fetchCursor(db.cachedStatement(sql: select), arguments: arguments)
    }

    init(_ row: Row) throws {
        let taskID = try TaskID(stored: row["task_id"])
        let ordinal: Int64 = try row["ordinal"]
        self.row = RecordingRowID(task: try row["task_row"], ordinal: ordinal)
        var evidence = try GapColumns.evidence(row)
        evidence.attempts = try row["attempts"]
        evidence.damage = try row["damage_reason"]
        evidence.damageFound = try row["damage_found_time"]
        isDamaged = try row["is_damaged"]
        let organization = try OrganizationName(stored: row["organization"])
        let moment = try TaskMoment(row)
        gap = Gap(
            organization: organization,
            day: moment.day,
            taskID: taskID,
            createdTime: moment.createdTime,
            reason: GapReason(stored: try row["failure_code"], wasHeld: isDamaged),
            recording: try RecordingKey(row, taskID: taskID),
            detail: try row["failure"],
            archive: try (row["damaged_in"] as Int?).map {
                try ArchiveName(organization: organization, day: moment.day, stored: $0)
            },
            evidence: evidence,
            explanation: try StoredExplanation(row).flatMap { $0.covers(ordinal: ordinal) ? $0.value : nil }
        )
    }
}

/// What describes both kinds of gap.
private enum GapColumns {
    static let question = "refusal, asks, found, first_ask_time, last_ask_time, tracking_id, next_ask_time"

    static let explanation = """
        explanation.reason AS explanation_reason, note, author, author_uid, author_claims,
        explanation.time AS explanation_time, unusable, failed
        """

    /// Columns that are NULL stay unknown, such as those of a task whose question is settled.
    static func evidence(_ row: Row) throws -> GapEvidence {
        var evidence = GapEvidence(
            firstAsked: try row["first_ask_time"],
            lastAsked: try row["last_ask_time"],
            asks: try row["asks"],
            found: try row["found"],
            trackingID: try row["tracking_id"]
        )
        evidence.nextAsk = try row["next_ask_time"]
        return evidence
    }
}
