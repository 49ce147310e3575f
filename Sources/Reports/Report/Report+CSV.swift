import Recordings

/// For spreadsheets.
extension Report {
    /// One kind of row as CSV.
    package func csv(_ kind: ReportCSV) -> String {
        switch kind {
        case .days: return ReportTables.days.csv(sections.flatMap(\.days).map(ReportRow.init))
        case .gaps:
            let lines = sections.flatMap { section in
                section.gaps.map { GapTable.Line(gap: $0, call: section.calls[$0.taskID]) }
            }
            return GapTable(timeZone: timeZone).table.csv(lines)
        case .suspects: return SuspectTable(timeZone: timeZone).table.csv(sections.flatMap(\.suspects))
        case .archives: return ReportTables.archives(root).csv(sections.flatMap(\.archives))
        case .displaced: return ReportTables.displaced.csv(sections.flatMap(\.displaced))
        }
    }
}
