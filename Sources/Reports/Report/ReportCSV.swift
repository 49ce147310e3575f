/// The rows of a report in CSV: one kind per file.
package enum ReportCSV: String, CaseIterable, Sendable {
    case days, gaps, suspects, archives, displaced
}
