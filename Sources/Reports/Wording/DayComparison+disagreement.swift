import Foundation
import Manifest
import Recordings

extension DayComparison {
    /// The disagreement, for people; `nil` if there is none.
    package var disagreement: String? {
        if let absence { return "\(day) not compared with \(source.name): \(absence)" }
        guard !fits else { return nil }
        return "\(day) differs from \(source.name): \(differences.joined(separator: "; "))"
    }

    /// The same, with the counts of the source, and what was known when it was asked.
    package func detailedDisagreement(in timeZone: TimeZone) -> String? {
        disagreement.map { "\($0); \(sides(timeZone))" }
    }

    private func sides(_ timeZone: TimeZone) -> String {
        let mark = source == .search ? "search_" : "queue_"
        func text(_ figures: [String: Int]) -> String {
            figures.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key.replacing("_", with: " "))" }
                .joined(separator: ", ")
        }
        let theirs = figures.filter { $0.key.hasPrefix(mark) }
        let counted = Dictionary(uniqueKeysWithValues: theirs.map { (String($0.key.dropFirst(mark.count)), $0.value) })
        let ours = figures.filter { Self.ourFigures.contains($0.key) }
        return "it has \(text(counted)); the archive has \(text(ours)); compared \(time.named(in: timeZone))"
    }

    private static let ourFigures = ["tasks", "abandoned", "capture_requested", "recordings"]
}
