import Recordings

/// A kind of statistics that the provider keeps, and how rows of several spans become one.
protocol StatisticsRow: Sendable {
    /// Below the interface's base.
    static var path: String { get }
    /// The parameter that names queues or agents.
    static var idParameter: String { get }
    /// One row of the provider.
    static func rows(of row: JSONValue, interval: Timestamp) -> [Self]
    /// When its span began.
    var intervalStart: Timestamp { get set }
    /// The name of the queue or agent.
    var name: String { get }
    /// What rows of several spans must share to belong together.
    var key: StatisticsKey { get }
    /// Adds the row of a later span.
    mutating func add(_ other: Self)
}

/// The queue or agent, the team and the channel of a row.
struct StatisticsKey: Hashable, Sendable {
    var who: String?
    var team: String?
    var channelType: String?
}

/// How the numbers of two spans are combined.
enum WeightedAverage {
    /// The average over both, weighted by their contacts. `nil` if a side has an average of contacts that it does not
    /// count, because they began in another span: then its weight is unknown.
    static func of(_ one: (average: Double?, weight: Int?), _ other: (average: Double?, weight: Int?)) -> Double? {
        let sides = [one, other].filter { ($0.average ?? 0) != 0 || ($0.weight ?? 0) != 0 }
        guard sides.allSatisfy({ $0.average != nil && $0.weight ?? 0 > 0 }) else { return nil }
        let weight = sides.reduce(0) { $0 + Double($1.weight ?? 0) }
        guard weight > 0 else { return one.average ?? other.average }
        return sides.reduce(0) { $0 + ($1.average ?? 0) * Double($1.weight ?? 0) } / weight
    }

    /// What is unknown for one side is unknown for both, unless that side has nothing at all.
    static func sum(_ one: Int?, _ other: Int?) -> Int? {
        one.map { $0.addingWithSaturation(other ?? 0) } ?? other
    }

    /// The same for durations.
    static func sum(_ one: Duration?, _ other: Duration?) -> Duration? {
        one.map { $0 + (other ?? .zero) } ?? other
    }
}

extension JSONValue {
    /// A number, written as one or as a string; `nil` if it is impossibly large.
    var fraction: Double? {
        guard let number = text.flatMap({ Double($0) }), number.magnitude <= Self.largestFraction else { return nil }
        return number
    }

    /// A billion seconds in milliseconds, times a thousand.
    private static let largestFraction = 1e15

    /// The names of members, at any depth, that have a number that cannot be a count, a length or an average.
    func unreadableNumbers(_ name: String = "") -> [String] {
        switch self {
        case .object(let members): members.flatMap { $0.value.unreadableNumbers($0.name) }
        case .array(let elements): elements.flatMap { $0.unreadableNumbers(name) }
        case .number, .string:
            ["total", "average", "service"].contains(where: name.hasPrefix) && text != nil
                && (fraction == nil || fraction ?? 0 > 1e13) ? [name] : []
        case .null, .bool: []
        }
    }
}
