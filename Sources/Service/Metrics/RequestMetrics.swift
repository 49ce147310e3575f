import Synchronization

/// How many requests there were, by kind and outcome, since the service began.
final class RequestMetrics: Sendable {
    struct Key: Hashable, Sendable, Comparable {
        /// The pattern of the route; `-` for requests that have none.
        var route: String
        /// The method; `-` if there is no route, since it is whatever the request calls it then.
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
