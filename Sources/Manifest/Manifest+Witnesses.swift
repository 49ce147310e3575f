import GRDB
import Recordings

/// What another source of the provider's counts of a day, held against what is known of it.
package struct DayWitness: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var source: Source
    package var time: Timestamp
    /// What was counted, by either side; empty where nothing could be compared.
    package var figures: [String: Int]
    /// What does not fit, a line each; empty where all does, or nothing could be compared.
    package var differences: [String]
    /// Why nothing could be compared; `nil` where it was.
    package var absence: String?

    /// Who speaks.
    package enum Source: String, Hashable, Sendable, CaseIterable, Codable {
        case search
        case queueStatistics = "queue_statistics"

        /// For people.
        package var name: String {
            switch self {
            case .search: "Search"
            case .queueStatistics: "queue statistics"
            }
        }
    }

    package init(
        organization: OrganizationName,
        day: ArchiveDay,
        source: Source,
        time: Timestamp,
        figures: [String: Int] = [:],
        differences: [String] = [],
        absence: String? = nil
    ) {
        self.organization = organization
        self.day = day
        self.source = source
        self.time = time
        self.figures = figures
        self.differences = differences
        self.absence = absence
    }

    /// Whether the source was heard and does not contradict.
    package var fits: Bool { absence == nil && differences.isEmpty }
}

extension Manifest {
    /// Keeps what a source says of a day in place of what it said before.
    package func noteWitness(_ witness: DayWitness) async throws {
        try await write { db in
            let row = try OrganizationRow.row(of: witness.organization, in: db)
            let isAbsent = witness.absence != nil
            let insert = """
                INSERT OR REPLACE INTO witness (organization, day, source, time, figures, differences, absence)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
            try db.execute(
                sql: insert,
                arguments: [
                    row, witness.day.stored, witness.source.rawValue, witness.time.stored,
                    isAbsent ? nil : try JSONObject.text(witness.figures),
                    isAbsent ? nil : try JSONObject.text(witness.differences), witness.absence,
                ]
            )
        }
    }

    /// What other sources said of these days last, by day.
    package func witnesses(
        _ organization: OrganizationName,
        days: ClosedRange<ArchiveDay>
    ) async throws -> [DayWitness] {
        try await read { db in
            try DayWitness.all(of: organization, where: "day BETWEEN ? AND ?", days.stored, in: db)
        }
    }

    /// Where another source's last word on a day does not fit what was known then, by day; none where the organization is
    /// not registered.
    /// - Parameter days: `nil` for all.
    package func disagreements(
        _ organization: OrganizationName,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> [DayWitness] {
        try await read { db in
            let condition = "differences IS NOT NULL AND differences <> '[]'"
            guard let days else { return try DayWitness.all(of: organization, where: condition, [], in: db) }
            return try DayWitness.all(
                of: organization,
                where: "day BETWEEN ? AND ? AND \(condition)",
                days.stored,
                in: db
            )
        }
    }

    /// How the tasks of a day stand that are as good as listed, for comparing with what others count.
    package func dayCounts(_ organization: OrganizationName, day: ArchiveDay) async throws -> DayCounts {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let arguments = TaskRange.arguments(organization: row, day: day)
            var counts = DayCounts()
            for found in try Row.fetchAll(db, sql: DayQuery.tasks, arguments: arguments) {
                let count: Int = try found[2]
                counts.tasks += count
                if TaskStatus(try found[0]) == TaskStatus("abandoned") { counts.abandoned += count }
                if try CaptureRequest(stored: found[1]) == .requested { counts.captureRequested += count }
            }
            let kind: StatementArguments = ["kind": CaptureKind.recording.stored]
            counts.recordings = try Int.fetchOne(db, sql: DayQuery.recordings, arguments: arguments + kind) ?? 0
            return counts
        }
    }

    /// The part of ``dayCounts(_:day:)`` that shows whether the listing is as it was.
    package func listedCount(_ organization: OrganizationName, day: ArchiveDay) async throws -> ListedCount {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            var arguments = TaskRange.arguments(organization: row, day: day)
            arguments += ["requested": CaptureRequest.requested.stored]
            let found = try Row.fetchOne(db.cachedStatement(sql: DayQuery.listed), arguments: arguments)
            guard let found else { return ListedCount() }
            return ListedCount(tasks: try found[0] ?? 0, captureRequested: try found[1] ?? 0)
        }
    }
}

/// How a day is counted: each is one walk over the day's part of `task_by_time`. The first needs no other table and is many
/// times cheaper, so that only a day that is compared is asked the others.
enum DayQuery {
    static let listed = """
        SELECT count(*), count(CASE WHEN capture_request = :requested THEN 1 END)
        FROM task WHERE \(TaskRange.condition) AND task.day = :day AND listed
        """

    static let tasks = """
        SELECT (SELECT text FROM word WHERE row = status), capture_request, count(*)
        FROM task WHERE \(TaskRange.condition) AND task.day = :day AND listed GROUP BY status, capture_request
        """

    static let recordings = """
        SELECT count(*) FROM task CROSS JOIN recording ON recording.task = task.row
        WHERE \(TaskRange.condition) AND task.day = :day AND listed AND kind = :kind
        """
}

extension DayWitness {
    fileprivate static func all(
        of organization: OrganizationName,
        where condition: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws -> [DayWitness] {
        guard let known = try OrganizationRow.find(organization, in: db) else { return [] }
        let select = """
            SELECT day, source, time, figures, differences, absence FROM witness
            WHERE organization = ? AND \(condition) ORDER BY day, source
            """
        return try Row.fetchAll(db, sql: select, arguments: [known.row] + arguments).compactMap { row in
            guard let source = Source(rawValue: try row[1]) else { return nil }
            let figures: String? = try row[3]
            let differences: String? = try row[4]
            return DayWitness(
                organization: organization,
                day: try ArchiveDay(stored: row[0]),
                source: source,
                time: Timestamp(stored: try row[2]),
                figures: try figures.map { try JSONObject.value([String: Int].self, $0) } ?? [:],
                differences: try differences.map { try JSONObject.value([String].self, $0) } ?? [],
                absence: try row[5]
            )
        }
    }
}

extension ClosedRange<ArchiveDay> {
    /// Its bounds, as `BETWEEN` wants them.
    fileprivate var stored: StatementArguments { [lowerBound.stored, upperBound.stored] }
}

/// How many tasks of a day are known, and how they stand.
package struct DayCounts: Hashable, Sendable {
    package var tasks = 0
    package var abandoned = 0
    package var captureRequested = 0
    /// Audio recordings that are known, held or not.
    package var recordings = 0

    package init() {}
}

/// How many tasks of a day are as good as listed.
package struct ListedCount: Hashable, Sendable {
    package var tasks = 0
    /// Of them, those of which a recording was requested.
    package var captureRequested = 0

    package init(tasks: Int = 0, captureRequested: Int = 0) {
        self.tasks = tasks
        self.captureRequested = captureRequested
    }
}
