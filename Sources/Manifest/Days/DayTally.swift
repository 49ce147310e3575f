import GRDB
import Recordings

/// Counts the tasks and recordings of one organization by day.
struct DayTally {
    /// Which gaps are kept in addition to being counted. If a media host has failed for days, there can be as many gaps
    /// as tasks.
    enum GapKeeping {
        case none
        case explained
        case all
    }

    private var byDay: [ArchiveDay: DayReconciliation] = [:]
    private let organization: OrganizationName
    private let scope: DayTallyScope
    private let standpoint: Standpoint
    private let keeping: GapKeeping
    /// The gaps that are kept, in the order in which their tasks were created.
    private(set) var gaps: [Gap] = []
    /// How many tasks are not over and have no recording.
    private(set) var underWay = 0

    init(
        _ organization: OrganizationName,
        _ row: Int64,
        _ scope: DayTallyScope,
        at standpoint: Standpoint,
        keeping: GapKeeping,
        in db: Database
    ) throws {
        self.organization = organization
        self.scope = scope
        self.keeping = keeping
        self.standpoint = standpoint
        try IndexEnds.require(in: db)
        try TaskRange.requireDays(scope.range, in: db)
        try countTasks(in: db)
        try countRecordings(in: db)
        try countOpen(in: db)
        try countFailed(in: db)
        try countDamaged(in: db)
        try countSuspects(in: db)
        try markDays(row, in: db)
        gaps.sort(by: Gap.isEarlier)
    }

    private mutating func markDays(_ row: Int64, in db: Database) throws {
        let closed = "SELECT day FROM day_close WHERE organization = ? AND is_current"
        for found in try Row.fetchAll(db, sql: closed, arguments: [row]) { byDay[try found[0]]?.isClosed = true }
        for day in try KnownDamage.days(organization: row, standpoint.altered, in: db) {
            byDay[day]?.isClosed = false
            byDay[day]?.isDamaged = true
        }
        for (day, count) in try KnownDamage.archives(organization: row, standpoint.altered, in: db) {
            byDay[day]?.summary.recordings.archivesDamaged = count
        }
        for (day, count) in try VaultRule.archives(organization: row, in: db) {
            byDay[day]?.isClosed = false
            byDay[day]?.summary.recordings.archivesUnvaulted = count
        }
    }

    /// Counts as damaged what was counted as archived, stored or pending before.
    private mutating func countDamaged(in db: Database) throws {
        let (condition, arguments, today) = (scope.condition, scope.arguments, standpoint.today)
        let walk = standpoint.altered.isEmpty ? try GapWalk(overFew: "damage", in: db) : .tasks
        try DamagedRecordingRow.forEach(walk, where: condition, arguments, standpoint.altered, in: db) { row in
            change(row.gap.day) { day in
                switch row.place {
                case .archived: day.summary.recordings.archived -= 1
                case .stored:
                    day.summary.recordings.stored -= 1
                    day.summary.recordings.overdue -= day.day < today || row.isWaitingForVault ? 1 : 0
                    day.summary.recordings.unvaulted -= row.isWaitingForVault ? 1 : 0
                default: day.summary.recordings.pending -= 1
                }
                day.summary.recordings.damaged += 1
                day.summary.recordings.unrepaired += 1
                day.audioMilliseconds -= row.audioMilliseconds
                day.bytes -= row.byteCount
            }
            add(row.gap)
        }
    }

    var days: [DayReconciliation] { byDay.values.sorted { $0.day < $1.day } }

    private mutating func countTasks(in db: Database) throws {
        let select = """
            SELECT day, capture_request, EXISTS (SELECT 1 FROM recording WHERE recording.task = task.row) AS has,
                count(*)
            FROM task WHERE \(scope.condition) AND listed GROUP BY day, capture_request, has
            """
        for row in try Row.fetchAll(db, sql: select, arguments: scope.arguments) {
            let count: Int = try row[3]
            let request = try CaptureRequest(stored: row[1])
            let has: Bool = try row[2]
            try change(row[0]) { day in
                day.summary.tasks.listed += count
                switch (request, has) {
                case (.notRequested, _):
                    day.summary.tasks.notRequested += count
                    if !has { day.summary.recordings.reasons[.captureNotRequested, default: 0] += count }
                case (.requested, _), (.undetermined, true): day.summary.tasks.captureRequested += count
                case (.undetermined, false): break
                }
            }
        }
    }

    private mutating func countRecordings(in db: Database) throws {
        // Grouped by archive first, because there are few archives: otherwise one would be looked up for each
        // recording.
        let select = """
            WITH counted AS (
                SELECT task.day AS day, recording.archive AS archive, count(*) AS known, count(failure) AS failed,
                    sum(iif(\(Self.isMeasured), duration_ms, 0)) AS audio_ms,
                    sum(iif(\(Self.isMeasured), recording.byte_count, 0)) AS bytes,
                    count(*) - count(nullif(recording.archive IS NULL OR \(Self.isMeasured), FALSE)) AS unmeasured
                FROM task CROSS JOIN recording ON recording.task = task.row
                WHERE \(scope.condition) GROUP BY task.day, recording.archive)
            SELECT counted.day, sum(known), sum(iif(archive.row IS NULL, 0, known)),
                sum(iif(archive.digest IS NULL OR waits, 0, known)), sum(failed),
                sum(iif(waits OR (archive.digest IS NULL AND archive.day < :today), known, 0)),
                coalesce(sum(audio_ms), 0), coalesce(sum(bytes), 0), sum(unmeasured),
                sum(iif(counted.archive IS NOT NULL AND archive.row IS NULL, known, 0)), sum(iif(waits, known, 0))
            FROM (SELECT *, \(VaultRule.isWaiting("counted.archive")) AS waits FROM counted) AS counted
            LEFT JOIN archive ON archive.row = counted.archive GROUP BY counted.day
            """
        let today: StatementArguments = ["today": standpoint.today.stored]
        for row in try Row.fetchAll(db, sql: select, arguments: scope.arguments + today) {
            let (known, held, failed): (Int, Int, Int) = (try row[1], try row[2], try row[4])
            guard held + failed <= known, try row[8] == 0, try row[9] == 0 else { throw try strayRecording(in: db) }
            try change(row[0]) { day in
                day.summary.recordings.known = known
                day.summary.recordings.archived = try row[3]
                day.summary.recordings.stored = held - day.summary.recordings.archived
                day.summary.recordings.failed = failed
                day.summary.recordings.pending = known - held - failed
                day.summary.recordings.overdue = try row[5]
                day.summary.recordings.unvaulted = try row[10]
                day.audioMilliseconds = try row.amount(6)
                day.bytes = try row.amount(7)
            }
        }
    }

    /// For `recording`: whether the size and duration of what is held are possible values.
    private static let isMeasured = """
        (\(isAmount("recording.byte_count")) AND \(isAmount("coalesce(duration_ms, 0)")))
        """

    private static func isAmount(_ column: String) -> String { "\(column) BETWEEN 0 AND \(Row.largestAmount)" }

    /// The error for the first counted recording whose row contradicts itself, or a row that it refers to.
    private func strayRecording(in db: Database) throws -> ManifestError {
        let held = "recording.archive IS NOT NULL"
        for (column, condition) in [
            ("byte_count", "\(held) AND (\(Self.isAmount("recording.byte_count"))) IS NOT TRUE"),
            ("duration_ms", "\(held) AND (\(Self.isAmount("coalesce(duration_ms, 0)"))) IS NOT TRUE"),
            ("archive", "\(held) AND NOT EXISTS (SELECT 1 FROM archive WHERE archive.row = recording.archive)"),
            ("failure", "\(held) AND failure IS NOT NULL"),
        ] {
            let select = """
                SELECT recording.\(column), recording.task, recording.ordinal
                FROM task CROSS JOIN recording ON recording.task = task.row
                WHERE \(scope.condition) AND \(condition) LIMIT 1
                """
            guard let row = try Row.fetchOne(db, sql: select, arguments: scope.arguments) else { continue }
            return try row.unreadable(column: 0)
        }
        return .disordered
    }

    private mutating func countOpen(in db: Database) throws {
        // Only listed tasks. A task that was only asked for by its ID is known because it has recordings; its question
        // stays open only if some of them are unusable.
        let condition = "\(scope.condition) AND (listed OR \(Question.hasUnusable))"
        let walk = try GapWalk(overFew: "question", in: db)
        let open = try OpenTask.cursor(walk, where: condition, scope.arguments, in: db)
        while let task = try open.next().map(OpenTask.init) {
            let isUndetermined = task.captureRequest == .undetermined && !task.isHeld && task.isListed
            let standing = task.standing(at: standpoint)
            if standing == .inProgress { underWay += 1 }
            change(task.day) { day in
                switch standing {
                case .notRequested: break
                case .inProgress: day.summary.tasks.inProgress += isUndetermined ? 1 : 0
                case .undetermined:
                    day.summary.tasks.undetermined += 1
                    day.summary.tasks.unresolved += 1
                case .gap(let reason):
                    day.summary.tasks.undetermined += isUndetermined ? 1 : 0
                    day.summary.recordings.gaps += 1
                    day.summary.recordings.awaited += task.gap(reason).isPending ? 1 : 0
                }
            }
            if case .gap(let reason) = standing { add(task.gap(reason)) }
        }
    }

    private mutating func countFailed(in db: Database) throws {
        let walk = try GapWalk(overFew: "recording INDEXED BY recording_wanted WHERE archive IS NULL", in: db)
        let failed = try FailedRecording.cursor(walk, where: scope.condition, scope.arguments, in: db)
        while let recording = try failed.next().map(FailedRecording.init) {
            add(recording.gap)
            guard recording.isDamaged else { continue }
            change(recording.gap.day) { day in
                day.summary.recordings.failed -= 1
                day.summary.recordings.damaged += 1
                day.summary.recordings.unrepaired += recording.gap.explanation == nil ? 1 : 0
            }
        }
    }

    private mutating func countSuspects(in db: Database) throws {
        let tables =
            switch try GapWalk(overFew: "suspect", in: db) {
            case .unfinished: "suspect CROSS JOIN task ON task.row = suspect.task"
            case .tasks: "task CROSS JOIN suspect ON suspect.task = task.row"
            }
        let select = """
            SELECT day, count(*), count(acknowledged_time) FROM \(tables)
            WHERE better IS NULL AND \(scope.condition) GROUP BY day
            """
        for row in try Row.fetchAll(db, sql: select, arguments: scope.arguments) {
            let suspect: Int = try row[1]
            let acknowledged: Int = try row[2]
            try change(row[0]) { day in
                day.summary.recordings.suspect = suspect
                day.summary.recordings.acknowledged = acknowledged
            }
        }
    }

    private mutating func add(_ gap: Gap) {
        change(gap.day) { day in
            day.summary.recordings.reasons[gap.reason, default: 0] += 1
            day.summary.recordings.explained += gap.explanation == nil ? 0 : 1
            day.summary.recordings.unexplained += gap.explanation == nil ? 1 : 0
        }
        switch keeping {
        case .none: break
        case .explained: if gap.explanation != nil { gaps.append(gap) }
        case .all: gaps.append(gap)
        }
    }

    private mutating func change(_ day: ArchiveDay, _ body: (inout DayReconciliation) throws -> Void) rethrows {
        try body(&byDay[day, default: DayReconciliation(organization: organization, day: day)])
    }
}
