/// How a contact centre's calls spread over a day: a trickle at night, two busy spells, a dip at lunch.
struct DayShape: Sendable {
    /// Relative numbers of calls in each hour of local time.
    private static let hourly: [Double] = [
        0.3, 0.2, 0.15, 0.15, 0.2, 0.4, 1, 3, 6.5, 9, 10, 9.4, 6.2, 6.8, 8.8, 9.2, 8.4, 6.4, 4, 2.6, 1.7, 1.1, 0.7, 0.5,
    ]
    private static let cumulative: [Double] = {
        let total = hourly.reduce(0, +)
        return hourly.reduce(into: [0.0]) { $0.append($0[$0.count - 1] + $1 / total) }
    }()

    /// The point of the day (0 ..< 1) before which this share of the day's calls has arrived; increases with `share`.
    static func place(ofShare share: Double) -> Double {
        let wanted = min(max(share, 0), 0.999_999_999)
        let hour = (cumulative.firstIndex { $0 > wanted } ?? hourly.count) - 1
        let within = (wanted - cumulative[hour]) / (cumulative[hour + 1] - cumulative[hour])
        return (Double(hour) + within) / Double(hourly.count)
    }
}
