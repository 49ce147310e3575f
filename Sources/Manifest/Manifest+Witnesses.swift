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
            guard let known = try OrganizationRow.find(organization, in: db) else { return [] }
            let select = """
                SELECT day, source, time, figures, differences, absence FROM witness
                WHERE organization = ? AND day BETWEEN ? AND ? ORDER BY day, source
                """
            let bounds = [days.lowerBound.stored, days.upperBound.stored]
            return try Row.fetchAll(db, sql: select, arguments: [known.row, bounds[0], bounds[1]])
                .compactMap { row in
                    guard let source = DayWitness.Source(rawValue: row[1]) else { return nil }
                    let figures: String? = row[3]
                    let differences: String? = row[4]
                    return DayWitness(
                        organization: organization,
                        day: try ArchiveDay(stored: row[0]),
                        source: source,
                        time: Timestamp(stored: row[2]),
                        figures: try figures.map { try JSONObject.value([String: Int].self, $0) } ?? [:],
                        differences: try differences.map { try JSONObject.value([String].self, $0) } ?? [],
                        absence: row[5]
                    )
                }
        }
    }

    /// How the tasks of a day stand that are as good as listed, for comparing with what others count.
    package func dayCounts(_ organization: OrganizationName, day: ArchiveDay) async throws -> DayCounts {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let arguments = TaskRange.arguments(organization: row, day: day)
            let select = """
                SELECT status.text, capture_request, count(*), sum((SELECT count(*) FROM recording
                    WHERE recording.task = task.row AND kind = :kind))
                FROM task JOIN word AS status ON status.row = task.status
                WHERE \(TaskRange.condition) AND task.day = :day AND listed GROUP BY status.text, capture_request
                """
            var counts = DayCounts()
            let kind = CaptureKind.recording.stored
            for found in try Row.fetchAll(db, sql: select, arguments: arguments + ["kind": kind]) {
                let count: Int = found[2]
                counts.tasks += count
                if TaskStatus(found[0]) == TaskStatus("abandoned") { counts.abandoned += count }
                if try CaptureRequest(stored: found[1]) == .requested { counts.captureRequested += count }
                counts.recordings += found[3] ?? 0
            }
            return counts
        }
    }
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
