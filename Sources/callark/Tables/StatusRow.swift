import Reports
import Archiver
import Manifest
import Payloads
import Recordings

/// A day in the table of `status`.
struct StatusRow {
    var status: DayStatus
    /// Other sources of the provider's whose counts of the day differ.
    var differing: [DayComparison]

    /// Only the text form, with the figures of a report; ``StatusDayLine`` has the lines of JSON.
    static var table: Table<StatusRow> {
        Table(
            type: "day",
            indent: 2,
            columns: [
                .init(name: nil, heading: "DAY") { .text($0.status.day.description) },
                // As in a report: only columns of zeros may be left out of the sum.
                figure("EXPECTED", "EXP", rank: 1) { $0.expected }, figure("ARCHIVED", "ARCH", rank: 1) { $0.archived },
                figure("STORED", "STOR", rank: 2) { $0.stored }, figure("PENDING", "PEND", rank: 2) { $0.pending },
                figure("MISSING", "MISS", rank: 1) { $0.missing },
                figure("EXPLAINED", "EXPL", rank: 2) { $0.explained },
                figure("DAMAGED", "DAM", rank: 2) { $0.damaged }, figure("SUSPECT", rank: 8) { $0.suspect },
                .init(name: nil, heading: "STATE", value: { .text($0.state) }, short: { $0.shortState }),
            ]
        )
    }

    private static func figure(
        _ heading: String,
        _ short: String? = nil,
        rank: Int,
        _ value: @escaping @Sendable (ReportFigures) -> Int
    ) -> Table<StatusRow>.Column {
        .init(
            name: nil,
            heading: heading,
            isNumber: true,
            rank: rank,
            shortHeading: short,
            line: 1,
            label: "\(heading.lowercased()) ",
            isExtra: short == nil
        ) {
            .integer(Int64(value(ReportFigures($0.status))))
        }
    }

    private var ownState: String { status.isDamaged ? "damaged" : status.isClosed ? "closed" : "open" }

    private var state: String {
        ([ownState] + differing.map { "differs from \($0.source.name)" }).joined(separator: ", ")
    }

    /// Lines below the table say what it differs from.
    private var shortState: String { differing.isEmpty ? ownState : "\(ownState), differs" }
}
