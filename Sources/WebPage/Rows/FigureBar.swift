import Foundation
import Recordings

/// Figures as one bar whose parts add up to what is expected.
struct FigureBar {
    let values: [String: Any]

    init(_ recordings: JSONValue, _ missing: Int, _ words: Words) {
        let expected = recordings.count("expected")
        let parts: [(name: String, count: Int, mark: String)] = [
            ("archived", recordings.count("archived"), "good"), ("stored", recordings.count("stored"), "soft"),
            ("pending", recordings.count("pending") + recordings.count("awaited"), "wait"),
            ("explained", recordings.count("explained"), "none"), ("missing", missing, "bad"),
            ("damaged", recordings.count("damaged"), "bad"),
        ]
        var x = 0.0
        let shown = parts.filter { $0.count > 0 }.map { part -> [String: Any] in
            let width = expected > 0 ? Double(part.count) / Double(expected) * 100 : 0
            defer { x += width }
            return [
                "name": words("figure_\(part.name)"), "count": Shown.number(part.count), "mark": part.mark,
                "x": String(format: "%.2f%%", x), "width": String(format: "%.2f%%", max(width, 0.4)),
            ]
        }
        values = ["parts": shown, "total": words.count("expected", expected), "hasParts": !shown.isEmpty]
    }
}
