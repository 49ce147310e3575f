/// The rows of a report in CSV: one kind per file.
enum ReportCSV: String, CaseIterable {
    case days, gaps, suspects, archives, displaced
}
