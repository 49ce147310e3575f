import Synchronization

/// Counts requests since the service started, by route, method and status.
final class RequestMetrics: Sendable {
    struct Key: Hashable, Sendable, Comparable {
        /// The pattern of the route; `-` if none matched.
        var route: String
        /// The method; `-` if no route matched, because a client could then create any number of metrics with invented
        /// methods.
        var method: String
        var status: Int

        static func < (lhs: Self, rhs: Self) -> Bool {
            (lhs.route, lhs.method, lhs.status) < (rhs.route, rhs.method, rhs.status)
        }
    }

    struct Figures: Sendable {
        var count: Int64 = 0
        var bytes: Int64 = 0
        var milliseconds: Int64 = 0
    }

    private let figures = Mutex<[Key: Figures]>([:])

    func count(_ line: AccessLine) {
        let key = Key(route: line.route, method: line.route == "-" ? "-" : line.method, status: line.status)
        let milliseconds = line.milliseconds
        figures.withLock { figures in
            figures[key, default: Figures()].count += 1
            figures[key, default: Figures()].bytes += line.bytes
            figures[key, default: Figures()].milliseconds += milliseconds
        }
    }

    var all: [(key: Key, figures: Figures)] {
        figures.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
}
