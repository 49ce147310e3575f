import GRDB
import Recordings

/// Counts by day what archives hold and what is unfinished.
struct DayCounting {
    private struct Key: Hashable {
        var organization: String
        var day: Int64
    }

    private var days: [Key: DayStatus] = [:]
    private let organization: OrganizationName?
    private let since: ArchiveDay?
    private let standpoint: Standpoint
    /// For `archive` and `day_close`, and for `suspect` joined with its task.
    private let condition: String
    /// For `task`.
    private let taskCondition: String
    private let arguments: StatementArguments

    init(organization: OrganizationName?, since: ArchiveDay?, standpoint: Standpoint) {
        self.organization = organization
        self.since = since
        self.standpoint = standpoint
        condition = "day >= :since AND (:organization IS NULL OR organization.name = :organization)"
        taskCondition = "task.\(condition)"
        arguments = ["since": since?.stored ?? .min, "organization": organization?.description]
    }

    var statuses: [DayStatus] {
        days.values.sorted { ($0.organization, $0.day) < ($1.organization, $1.day) }
    }

    /// An archive that is gone, and that later ones make up for, holds nothing of what it once had.
    mutating func countHeld(in db: Database) throws {
        let select = """
            SELECT organization.name, day, \(VaultRule.isArchived()), archive.row IN (\(AlteredArchives.rows)), sum(recordings
                - (SELECT count(*) FROM displacement WHERE displacement.archive = archive.row)), archive.row,
                \(VaultRule.isWaiting())
            FROM archive JOIN organization ON organization.row = archive.organization
            WHERE recordings IS NOT 0 AND NOT \(KnownDamage.isSuperseded) AND \(condition) GROUP BY archive.row
            """
        for row in try Row.fetchAll(db, sql: select, arguments: arguments + standpoint.altered.argument) {
            let count = Int(try row.amount(4))
            let isAltered: Bool = try row[3]
            let (isArchived, isWaiting): (Bool, Bool) = (try row[2], try row[6])
            try add(row[0], row[1], isAltered ? \.damaged : isArchived ? \.archived : \.stored, count)
            if isAltered { try addUnrepaired(row[0], row[1], count) }
            if isWaiting, !isAltered { try add(row[0], row[1], \.unvaulted, count) }
        }
    }

    /// Counts as damaged what a reading found damaged, and was counted as archived, stored or pending before. What
    /// altered archives hold is counted per archive instead, because it can be millions of recordings.
    mutating func countDamaged(in db: Database) throws {
        let select = """
            SELECT organization.name, task.day, held.row IS NULL, \(VaultRule.isArchived("held")), count(*),
                max(\(TaskRange.contradiction)), \(VaultRule.isWaiting("held.row"))
            FROM damage CROSS JOIN task ON task.row = damage.task
            JOIN recording ON recording.task = damage.task AND recording.ordinal = damage.ordinal
            JOIN organization ON organization.row = task.organization
            LEFT JOIN archive AS held ON held.row = recording.archive
            WHERE failure IS NULL AND coalesce(held.row, 0) NOT IN (\(AlteredArchives.rows)) AND \(taskCondition)
            GROUP BY 1, 2, 3, 4, 7
            """
        for row in try Row.fetchAll(db, sql: select, arguments: arguments + standpoint.altered.argument) {
            let count: Int = try row[4]
            let (isWanted, isArchived, isWaiting): (Bool, Bool, Bool) = (try row[2], try row[3], try row[6])
            guard try !row[5] else { throw try row.unreadable(column: 1) }
            try add(row[0], row[1], isWanted ? \.pending : isArchived ? \.archived : \.stored, -count)
            if isWaiting { try add(row[0], row[1], \.unvaulted, -count) }
            try add(row[0], row[1], \.damaged, count)
            try addUnrepaired(row[0], row[1], count)
        }
    }

    mutating func countWanted(in db: Database) throws {
        let select = """
            SELECT organization.name, day, count(*), max(\(TaskRange.contradiction))
            FROM recording CROSS JOIN task ON task.row = recording.task
            JOIN organization ON organization.row = task.organization
            WHERE archive IS NULL AND failure IS NULL AND \(taskCondition) GROUP BY 1, 2
            """
        for row in try Row.fetchAll(db, sql: select, arguments: arguments) {
            let count: Int = try row[2]
            guard try !row[3] else { throw try row.unreadable(column: 1) }
            try add(row[0], row[1], \.pending, count)
        }
        let failed = try FailedRecording.cursor(where: taskCondition, arguments, in: db)
        while let recording = try failed.next().map(FailedRecording.init) {
            add(recording.gap, as: recording.isDamaged ? \.damaged : \.failed)
            guard recording.isDamaged, recording.gap.explanation == nil else { continue }
            add(recording.gap.organization, recording.gap.day, \.unrepaired, 1)
        }
    }

    mutating func countGaps(in db: Database) throws {
        let open = try OpenTask.cursor(where: taskCondition, arguments, in: db)
        while let task = try open.next().map(OpenTask.init) {
            switch task.standing(at: standpoint) {
            case .notRequested: break
            case .inProgress: add(task.organization, task.day, \.inProgress, 1)
            case .undetermined: add(task.organization, task.day, \.undetermined, 1)
            case .gap(let reason):
                let gap = task.gap(reason)
                add(gap, as: \.gaps)
                if gap.isPending { add(gap.organization, gap.day, \.awaited, 1) }
            }
        }
    }

    mutating func countSuspects(in db: Database) throws {
        let select = """
            SELECT organization.name, day, count(*), count(acknowledged_time), max(\(TaskRange.contradiction))
            FROM suspect CROSS JOIN task ON task.row = suspect.task
            JOIN organization ON organization.row = task.organization WHERE better IS NULL AND \(condition) GROUP BY 1, 2
            """
        for row in try Row.fetchAll(db, sql: select, arguments: arguments) {
            guard try !row[4] else { throw try row.unreadable(column: 1) }
            try add(row[0], row[1], \.suspect, row[2])
            try add(row[0], row[1], \.acknowledged, row[3])
        }
    }

    /// Call this last.
    mutating func markClosed(in db: Database) throws {
        try IndexEnds.require(in: db)
        let select = """
            SELECT organization.name, day, json_extract(record, '$.recordings.archived')
            FROM day_close JOIN organization ON organization.row = day_close.organization
            WHERE is_current AND \(condition)
            """
        for row in try Row.fetchAll(db, sql: select, arguments: arguments) {
            let day: ArchiveDay = try row[1]
            let key = Key(organization: try row[0], day: day.stored)
            // A current record counts what is known now. If less is known, an archive's number of recordings is
            // damaged.
            let recorded: Int = try row[2]
            guard days[key]?.known ?? 0 >= recorded else { throw try row.unreadable(column: 2) }
            days[key]?.isClosed = true
        }
        for row in try Row.fetchAll(db, sql: "SELECT row, name FROM organization") {
            let text: String = try row[1]
            guard organization == nil || organization?.description == text else { continue }
            let name = try OrganizationName(stored: text)
            // Also of days without a recording, whose archives have the lines of their tasks.
            for day in try KnownDamage.days(organization: row[0], standpoint.altered, in: db) {
                mark(name, day) { $0.isDamaged = true }
            }
            for (day, count) in try VaultRule.archives(organization: row[0], in: db) {
                mark(name, day) { $0.archivesUnvaulted = count }
            }
        }
    }

    /// Changes a day that something keeps from being closed.
    private mutating func mark(_ organization: OrganizationName, _ day: ArchiveDay, _ change: (inout DayStatus) -> Void)
    {
        guard since.map({ $0 <= day }) ?? true else { return }
        let key = Key(organization: organization.description, day: day.stored)
        var status = days[key] ?? DayStatus(organization: organization, day: day)
        status.isClosed = false
        change(&status)
        days[key] = status
    }

    private mutating func add(_ gap: Gap, as field: WritableKeyPath<DayStatus, Int>) {
        add(gap.organization, gap.day, field, 1)
        add(gap.organization, gap.day, gap.explanation == nil ? \.unexplained : \.explained, 1)
    }

    private mutating func addUnrepaired(_ organization: String, _ day: ArchiveDay, _ count: Int) throws {
        try add(organization, day, \.unrepaired, count)
        try add(organization, day, \.unexplained, count)
    }

    private mutating func add(
        _ organization: String,
        _ day: ArchiveDay,
        _ field: WritableKeyPath<DayStatus, Int>,
        _ count: Int
    ) throws {
        add(try OrganizationName(stored: organization), day, field, count)
    }

    private mutating func add(
        _ organization: OrganizationName,
        _ day: ArchiveDay,
        _ field: WritableKeyPath<DayStatus, Int>,
        _ count: Int
    ) {
        let key = Key(organization: organization.description, day: day.stored)
        days[key, default: DayStatus(organization: organization, day: day)][keyPath: field] += count
    }
}
