import Recordings

/// Durations, counted in classes, in the form that Prometheus reads.
struct Histogram: Sendable, Hashable {
    /// The upper bounds of the classes in seconds, ascending. Longer durations have no class of their own.
    static let bounds = [5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 21_600, 86_400]

    /// How many durations each class has, and no earlier one.
    private var classes = [Int64](repeating: 0, count: Self.bounds.count)
    private(set) var count: Int64 = 0
    /// The sum of all durations, in seconds.
    private(set) var sum = 0.0

    /// Counts a duration. A negative one, which clocks that differ can give, counts as none.
    mutating func note(_ duration: Duration) {
        let seconds = max(0, duration.seconds)
        count += 1
        sum += seconds
        if let place = Self.bounds.firstIndex(where: { seconds <= Double($0) }) { classes[place] += 1 }
    }

    /// For each bound, how many durations are not longer.
    var cumulative: [(bound: Int, count: Int64)] {
        var total: Int64 = 0
        return zip(Self.bounds, classes).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
