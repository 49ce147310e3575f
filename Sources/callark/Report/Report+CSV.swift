import Recordings

/// For spreadsheets.
extension Report {
    func writeCSV(_ kind: ReportCSV, to output: Output) throws {
        switch kind {
        case .days:
            let rows = sections.flatMap(\.days).map(ReportRow.init)
            try ReportTables.days.write(rows, to: output, asCSV: true)
        case .gaps:
            let lines = sections.flatMap { section in
                section.gaps.map { GapTable.Line(gap: $0, call: section.calls[$0.taskID]) }
            }
            try GapTable(timeZone: timeZone).table.write(lines, to: output, asCSV: true)
        case .suspects:
            try SuspectTable(timeZone: timeZone).table.write(sections.flatMap(\.suspects), to: output, asCSV: true)
        case .archives:
            try ReportTables.archives(root).write(sections.flatMap(\.archives), to: output, asCSV: true)
        case .displaced:
            try ReportTables.displaced.write(sections.flatMap(\.displaced), to: output, asCSV: true)
        }
    }
}
