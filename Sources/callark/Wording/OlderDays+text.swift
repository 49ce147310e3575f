import Reports
import Archiver
import Manifest
import Payloads
import Recordings

extension OlderDays {
    /// One line for people, with the figures that are not 0.
    var text: String {
        let sums = ReportFigures(total)
        let figures = [
            ("archived", sums.archived), ("stored", sums.stored), ("pending", sums.pending),
            ("missing", sums.missing), ("explained", sums.explained), ("damaged", sums.damaged),
        ]
        .filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        let open = days - closed == 0 ? "all closed" : "\(closed) closed, \(days - closed) open"
        return "older: \(Readable.count(days, "day")) from \(first) to \(last), \(open): \(total.expected) expected"
            + (figures.isEmpty ? "" : ": \(figures)") + "; see `callark status --from \(first)`"
    }
}
