import GRDB
import Recordings

/// What another source of the provider counts for a day, compared with what is known about the day.
package struct DayComparison: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var source: Source
    package var time: Timestamp
    /// What was counted, by either side; empty if nothing could be compared.
    package var figures: [String: Int]
    /// What disagrees, one line each; empty if everything agrees, or nothing could be compared.
    package var differences: [String]
    /// Why nothing could be compared; `nil` if it was compared.
    package var absence: String?

    /// The source that was asked.
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

    /// Whether the source answered and agrees.
    package var fits: Bool { absence == nil && differences.isEmpty }
}

extension DayComparison {
    static func all(
        of organization: OrganizationName,
        where condition: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws -> [DayComparison] {
        guard let known = try OrganizationRow.find(organization, in: db) else { return [] }
        let select = """
            SELECT day, source, time, figures, differences, absence FROM witness
            WHERE organization = ? AND \(condition) ORDER BY day, source
            """
        return try Row.fetchAll(db, sql: select, arguments: [known.row] + arguments).compactMap { row in
            guard let source = Source(rawValue: try row[1]) else { return nil }
            let figures: String? = try row[3]
            let differences: String? = try row[4]
            return DayComparison(
                organization: organization,
                day: try row[0],
                source: source,
                time: try row[2],
                figures: try figures.map { try JSONColumn.value([String: Int].self, $0) } ?? [:],
                differences: try differences.map { try JSONColumn.value([String].self, $0) } ?? [],
                absence: try row[5]
            )
        }
    }
}
