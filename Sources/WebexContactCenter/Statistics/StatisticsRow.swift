import Recordings

/// A kind of statistics that the provider keeps, and how rows of several spans become one.
protocol StatisticsRow: Sendable {
    /// Below the interface's base.
    static var path: String { get }
    /// How the question names whom it is about.
    static var idParameter: String { get }
    /// What one row of the provider's says.
    static func rows(of row: JSONValue, interval: Timestamp) -> [Self]
    /// When its span began.
    var intervalStart: Timestamp { get set }
    /// Whom it is about, as people say it.
    var name: String { get }
    /// Which rows of several spans belong together.
    var key: StatisticsKey { get }
    /// Takes in what a later span says of the same.
    mutating func add(_ other: Self)
}

/// Whom, in which team and on which channel statistics are about.
struct StatisticsKey: Hashable, Sendable {
    var who: String?
    var team: String?
    var channelType: String?
}

/// How numbers of two spans become one.
enum WeightedAverage {
    /// The average over both: each side weighs as much as it has contacts. `nil` if a side has an average of contacts
    /// that it does not count, because they began in another span: then nothing says what it weighs.
    static func of(_ one: (average: Double?, weight: Int?), _ other: (average: Double?, weight: Int?)) -> Double? {
        let sides = [one, other].filter { ($0.average ?? 0) != 0 || ($0.weight ?? 0) != 0 }
        guard sides.allSatisfy({ $0.average != nil && $0.weight ?? 0 > 0 }) else { return nil }
        let weight = sides.reduce(0) { $0 + Double($1.weight ?? 0) }
        guard weight > 0 else { return one.average ?? other.average }
        return sides.reduce(0) { $0 + ($1.average ?? 0) * Double($1.weight ?? 0) } / weight
    }

    /// What is not known of one side is not known of both, save where that side has nothing at all to tell.
    static func sum(_ one: Int?, _ other: Int?) -> Int? {
        one.map { $0.addingWithSaturation(other ?? 0) } ?? other
    }

    /// The same of lengths of time.
    static func sum(_ one: Duration?, _ other: Duration?) -> Duration? {
        one.map { $0 + (other ?? .zero) } ?? other
    }
}

extension JSONValue {
    /// A number, written as one or as a string; `nil` if it is beyond all that can be meant.
    var fraction: Double? {
        guard let number = text.flatMap({ Double($0) }), number.magnitude <= Self.largestFraction else { return nil }
        return number
    }

    /// A milliard of seconds in milliseconds, a thousandfold.
    private static let largestFraction = 1e15

    /// The names of members, at whatever depth, that have a number in which no count, length or average can be read.
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
