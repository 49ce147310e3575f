import GRDB
import Recordings

extension Manifest {
    /// What the tasks that were created in `window` come to, as seen from `standpoint`.
    package func summary(
        organization: OrganizationName,
        window: Range<Timestamp>,
        at standpoint: Standpoint
    ) async throws -> PassSummary {
        try await read { db in
            let organization = try OrganizationRow.row(of: organization, in: db)
            let arguments = TaskRange.arguments(organization: organization, window: window)
            var summary = PassSummary()
            try summary.countTasks(arguments, in: db)
            try summary.countRecordings(arguments, standpoint, in: db)
            try summary.countOpen(arguments, standpoint, in: db)
            return summary
        }
    }

    /// What each day comes to, oldest first, as seen from `standpoint`. Days of which nothing is known are left out.
    ///
    /// It takes time by the number of archives and of what is unfinished, not of recordings.
    /// - Parameters:
    ///   - organization: only this one's days; `nil` for all, one organization after the other.
    ///   - since: only this day and later ones.
    package func dayStatuses(
        organization: OrganizationName? = nil,
        since: ArchiveDay? = nil,
        at standpoint: Standpoint
    ) async throws -> [DayStatus] {
        try await read { db in
            var counting = DayCounting(organization: organization, since: since, standpoint: standpoint)
            try counting.countHeld(in: db)
            try counting.countWanted(in: db)
            try counting.countGaps(in: db)
            return counting.statuses
        }
    }
}

extension PassSummary {
    fileprivate mutating func countTasks(_ arguments: StatementArguments, in db: Database) throws {
        let select = """
            SELECT capture_request, EXISTS (SELECT 1 FROM recording WHERE recording.task = task.row) AS has, count(*)
            FROM task WHERE \(TaskRange.condition) AND listed GROUP BY capture_request, has
            """
        for row in try Row.fetchAll(db, sql: select, arguments: arguments) {
            let count: Int = row[2]
            tasks.listed += count
            switch (try CaptureRequest(stored: row[0]), row[1] as Bool) {
            case (.notRequested, _): tasks.notRequested += count
            case (.requested, _), (.undetermined, true): tasks.captureRequested += count
            case (.undetermined, false): break
            }
        }
    }

    fileprivate mutating func countRecordings(
        _ arguments: StatementArguments,
        _ standpoint: Standpoint,
        in db: Database
    ) throws {
        let select = """
            SELECT count(*), count(archive.row), count(archive.digest), count(failure),
                count(CASE WHEN archive.digest IS NULL AND archive.day < :today THEN 1 END)
            FROM task CROSS JOIN recording ON recording.task = task.row
            LEFT JOIN archive ON archive.row = recording.archive WHERE \(TaskRange.condition)
            """
        let today: StatementArguments = ["today": standpoint.today.stored]
        guard let row = try Row.fetchOne(db, sql: select, arguments: arguments + today) else { return }
        let held: Int = row[1]
        recordings.known = row[0]
        recordings.archived = row[2]
        recordings.stored = held - recordings.archived
        recordings.failed = row[3]
        recordings.pending = recordings.known - held - recordings.failed
        recordings.overdue = row[4]
    }

    fileprivate mutating func countOpen(
        _ arguments: StatementArguments,
        _ standpoint: Standpoint,
        in db: Database
    ) throws {
        // Listed tasks only: one that was asked for by its ID is known because it has recordings, and open only where
        // some of them are unusable.
        let condition = "\(TaskRange.condition) AND (listed OR \(Question.hasUnusable))"
        let open = try OpenTask.cursor(where: condition, arguments, in: db)
        while let task = try open.next().map(OpenTask.init) {
            let isUndetermined = task.captureRequest == .undetermined && !task.isHeld && task.isListed
            switch task.standing(at: standpoint) {
            case .explained: break
            case .inProgress: tasks.inProgress += isUndetermined ? 1 : 0
            case .undetermined:
                tasks.undetermined += 1
                tasks.unresolved += 1
            case .gap(let reason):
                tasks.undetermined += isUndetermined ? 1 : 0
                recordings.gaps += 1
                recordings.openGaps += task.mayStillBeFilled(reason, at: standpoint) ? 1 : 0
            }
        }
    }
}

/// A task that has a question and no recordings, or not all that the provider lists: the only ones that can be gaps.
struct OpenTask {
    var organization: String
    var day: Int64
    var createdTime: Timestamp
    var captureRequest: CaptureRequest
    var status: TaskStatus
    var asks: Int
    var refusal: String?
    var hasUnusable: Bool
    /// Whether recordings of it are known.
    var isHeld: Bool
    var isListed: Bool

    static func cursor(where condition: String, _ arguments: StatementArguments, in db: Database) throws -> RowCursor {
        let select = """
            SELECT organization.name, task.day, created_time, capture_request, status.text, asks, refusal,
                \(Question.hasUnusable), EXISTS (SELECT 1 FROM recording WHERE recording.task = task.row) AS held, listed
            FROM question JOIN task ON task.row = question.task
            JOIN organization ON organization.row = task.organization JOIN word AS status ON status.row = task.status
            WHERE (NOT held OR \(Question.hasUnusable)) AND \(condition)
            """
        return try Row.fetchCursor(db, sql: select, arguments: arguments)
    }

    init(_ row: Row) throws {
        organization = row[0]
        day = row[1]
        createdTime = Timestamp(stored: row[2])
        captureRequest = try CaptureRequest(stored: row[3])
        status = TaskStatus(row[4])
        asks = row[5]
        refusal = row[6]
        hasUnusable = row[7]
        isHeld = row[8]
        isListed = row[9]
    }

    /// Whether a gap is open: its horizon has not passed, or a single answer is all that speaks for it. One empty answer
    /// is never the last word (wxcc-api 6.4).
    func mayStillBeFilled(_ reason: GapReason, at standpoint: Standpoint) -> Bool {
        reason == .notYetAvailable || standpoint.now < createdTime + standpoint.horizon || asks < 2
    }

    func standing(at standpoint: Standpoint) -> TaskStanding {
        standpoint.standing(
            captureRequest: captureRequest,
            status: status,
            created: createdTime,
            asks: asks,
            refusal: refusal,
            hasUnusable: hasUnusable
        )
    }
}

/// Adds up days.
private struct DayCounting {
    private struct Key: Hashable {
        var organization: String
        var day: Int64
    }

    private var days: [Key: DayStatus] = [:]
    private let standpoint: Standpoint
    private let condition: String
    private let arguments: StatementArguments

    init(organization: OrganizationName?, since: ArchiveDay?, standpoint: Standpoint) {
        self.standpoint = standpoint
        condition = "day >= :since AND (:organization IS NULL OR organization.name = :organization)"
        arguments = ["since": since?.stored ?? .min, "organization": organization?.description]
    }

    var statuses: [DayStatus] {
        days.values.sorted { ($0.organization, $0.day) < ($1.organization, $1.day) }
    }

    mutating func countHeld(in db: Database) throws {
        let select = """
            SELECT organization.name, day, digest IS NOT NULL, sum(recordings
                - (SELECT count(*) FROM displacement WHERE displacement.archive = archive.row)) FROM archive
            JOIN organization ON organization.row = archive.organization
            WHERE recordings > 0 AND \(condition) GROUP BY 1, 2, 3
            """
        for row in try Row.fetchAll(db, sql: select, arguments: arguments) {
            let count: Int = row[3]
            try add(row[0], row[1], row[2] ? \.archived : \.stored, count)
        }
    }

    mutating func countWanted(in db: Database) throws {
        let select = """
            SELECT organization.name, day, failure IS NOT NULL, count(*)
            FROM recording CROSS JOIN task ON task.row = recording.task
            JOIN organization ON organization.row = task.organization
            WHERE archive IS NULL AND \(condition) GROUP BY 1, 2, 3
            """
        for row in try Row.fetchAll(db, sql: select, arguments: arguments) {
            let count: Int = row[3]
            try add(row[0], row[1], row[2] ? \.failed : \.pending, count)
        }
    }

    mutating func countGaps(in db: Database) throws {
        let open = try OpenTask.cursor(where: condition, arguments, in: db)
        while let task = try open.next().map(OpenTask.init) {
            switch task.standing(at: standpoint) {
            case .explained, .inProgress: break
            case .undetermined: try add(task.organization, task.day, \.undetermined, 1)
            case .gap(let reason):
                try add(task.organization, task.day, \.gaps, 1)
                if task.mayStillBeFilled(reason, at: standpoint) { try add(task.organization, task.day, \.openGaps, 1) }
            }
        }
    }

    private mutating func add(
        _ organization: String,
        _ day: Int64,
        _ field: WritableKeyPath<DayStatus, Int>,
        _ count: Int
    ) throws {
        let key = Key(organization: organization, day: day)
        var status =
            try days[key]
            ?? DayStatus(organization: OrganizationName(stored: organization), day: ArchiveDay(stored: day))
        status[keyPath: field] += count
        days[key] = status
    }
}
