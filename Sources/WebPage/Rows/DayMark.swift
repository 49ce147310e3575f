import Recordings

/// A day as the calendar shows it: one of six states, each with a colour and a sign.
struct DayMark: Sendable {
    /// The state of a day. A day with several problems shows the worst.
    enum Kind: String, Sendable, CaseIterable {
        case closed, open, gaps, damaged, underway, none

        /// Readable without the colour.
        var sign: String {
            switch self {
            case .closed: "●"
            case .open: "◐"
            case .gaps: "✕"
            case .damaged: "▲"
            case .underway: "⟳"
            case .none: "○"
            }
        }
    }

    let day: ArchiveDay
    let kind: Kind
    let expected: Int
    let archived: Int
    let missing: Int
    let damaged: Int
    let explained: Int
    /// Known and not archived yet, without being missing.
    let waiting: Int

    /// - Parameter line: a day of `/api/v1/days`.
    init(_ line: JSONValue, _ today: ArchiveDay) {
        day = line.day("day") ?? today
        expected = line.count("expected")
        archived = line.count("archived")
        missing = line.count("missing")
        damaged = line.count("damaged")
        explained = line.count("explained")
        waiting = line.count("stored") + line.count("pending") + line.count("awaited")
        kind =
            switch line.text("state") {
            case "damaged": .damaged
            case _ where missing > 0: .gaps
            case "closed": .closed
            case _ where day >= today: .underway
            default: .open
            }
    }

    /// The figures in words.
    func sentence(_ shown: Shown) -> String {
        let words = shown.words
        var parts = [words("kind_\(kind.rawValue)")]
        parts.append(words("archived_of", ["n": Shown.number(archived), "of": Shown.number(expected)]))
        if missing > 0 { parts.append(words.count("n_missing", missing)) }
        if damaged > 0 { parts.append(words.count("n_damaged", damaged)) }
        if waiting > 0 { parts.append(words.count("n_waiting", waiting)) }
        if explained > 0 { parts.append(words.count("n_explained", explained)) }
        return parts.joined(separator: "; ")
    }
}
