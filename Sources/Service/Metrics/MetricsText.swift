/// Metrics in the text format of Prometheus.
struct MetricsText {
    private(set) var text = ""

    /// The type of a metric.
    enum Kind: String {
        case counter, gauge
    }

    /// Adds a metric, unless it has no samples.
    mutating func add(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        _ samples: [(labels: [(String, String)], value: Double)]
    ) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, value) in samples { line(name, labels, value) }
    }

    /// Adds a histogram, unless it has no samples.
    mutating func add(
        _ name: String,
        _ help: String,
        _ samples: [(labels: [(String, String)], histogram: Histogram)]
    ) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
        for (labels, histogram) in samples {
            for (bound, count) in histogram.cumulative {
                line("\(name)_bucket", labels + [("le", String(bound))], Double(count))
            }
            line("\(name)_bucket", labels + [("le", "+Inf")], Double(histogram.count))
            line("\(name)_sum", labels, histogram.sum)
            line("\(name)_count", labels, Double(histogram.count))
        }
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        text += "\(name)\(list.isEmpty ? "" : "{\(list)}") \(Self.number(value))\n"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
