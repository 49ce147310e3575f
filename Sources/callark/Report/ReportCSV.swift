/// Which rows a report has in CSV: one kind a file.
enum ReportCSV: String, CaseIterable {
    case days, gaps, suspects, archives, displaced
}
