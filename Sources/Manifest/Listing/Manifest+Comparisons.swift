import GRDB
import Recordings

extension Manifest {
    /// Stores what a source says about a day, instead of what it said before.
    package func noteComparison(_ comparison: DayComparison) async throws {
        try await write { db in
            let row = try OrganizationRow.row(of: comparison.organization, in: db)
            let isAbsent = comparison.absence != nil
            let insert = """
                INSERT OR REPLACE INTO witness (organization, day, source, time, figures, differences, absence)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
            try db.execute(
                sql: insert,
                arguments: [
                    row, comparison.day.stored, comparison.source.rawValue, comparison.time.stored,
                    isAbsent ? nil : try JSONColumn.text(comparison.figures),
                    isAbsent ? nil : try JSONColumn.text(comparison.differences), comparison.absence,
                ]
            )
        }
    }

    /// What other sources last said about these days, by day.
    package func comparisons(
        _ organization: OrganizationName,
        days: ClosedRange<ArchiveDay>
    ) async throws -> [DayComparison] {
        try await read { db in
            try DayComparison.all(of: organization, where: "day BETWEEN ? AND ?", days.stored, in: db)
        }
    }

    /// The latest comparisons with other sources in which something disagrees, by day; none if the organization is not
    /// registered.
    /// - Parameter days: only these days; `nil` for all.
    package func disagreements(
        _ organization: OrganizationName,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> [DayComparison] {
        try await read { db in
            let condition = "differences IS NOT NULL AND differences <> '[]'"
            guard let days else { return try DayComparison.all(of: organization, where: condition, [], in: db) }
            return try DayComparison.all(
                of: organization,
                where: "day BETWEEN ? AND ? AND \(condition)",
                days.stored,
                in: db
            )
        }
    }

    /// How many listed tasks of a day are in which state, for comparison with what other sources count. Tasks that the
    /// second source named count too.
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

    /// The part of ``dayCounts(_:day:)`` that shows whether the listing has changed.
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

extension ClosedRange<ArchiveDay> {
    /// Its bounds, for `BETWEEN`.
    var stored: StatementArguments { [lowerBound.stored, upperBound.stored] }
}
