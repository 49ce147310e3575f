import Recordings

/// How many requests a walk through a span of time may take, depending on what they bring, so that a provider whose
/// answers never end is not followed for ever. A pure value.
///
/// An honest page has room for at least a hundred rows, and windows are at worst halved a few dozen times. So one
/// request per two rows, twenty per day, and a hundred more are many times what a walk needs.
struct WalkBudget: Sendable {
    private let base: Int
    private var requests = 0
    private var rows = 0

    private static let base = 100
    private static let perDay = 20
    private static let rowsForRequest = 2

    /// - Parameter span: the time that the walk goes through.
    init(over span: Duration) {
        let days = min(max(span.milliseconds / 86_400_000 + 1, 1), 10_000)
        base = Self.base + Self.perDay * Int(days)
    }

    /// Counts a request.
    mutating func spend() { requests += 1 }

    /// Counts rows that no earlier request had.
    mutating func gain(_ rows: Int) { self.rows += rows }

    /// Whether there were too many requests for what they brought.
    var isSpent: Bool { requests >= base + rows / Self.rowsForRequest }
}
