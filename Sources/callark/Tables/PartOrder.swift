import Manifest
import Recordings

/// Puts the recordings and gaps of calls in order of their own times. Calls come in order of their creation, but a
/// recording of a long call may begin after the next call does. It therefore waits until no later call can have an
/// earlier one.
struct PartOrder {
    /// A recording, a gap, or a call that has neither.
    struct Part {
        let call: CallRow
        /// `nil` for a call that has no other part.
        let row: ListRow?
        /// Whether it is the first of its call.
        let isFirst: Bool
        fileprivate let time: Timestamp
    }

    private var waiting: [Part] = []
    private var last: CallRow?

    /// Removes and returns the parts that come before every part of `call` and of the calls after it.
    mutating func taken(before call: CallRow) -> [Part] {
        defer { last = call }
        guard let last, last.organization == call.organization, last.createdTime <= call.createdTime else {
            return rest()
        }
        let count = waiting.prefix { $0.time < call.createdTime }.count
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    /// Adds the parts of a call.
    mutating func add(_ call: CallRow) {
        let timed = call.rows.map { (row: Optional($0), time: max($0.time(in: call), call.createdTime)) }
            .sorted { $0.time < $1.time }
        for (place, part) in (timed.isEmpty ? [(nil, call.createdTime)] : timed).enumerated() {
            waiting.append(Part(call: call, row: part.row, isFirst: place == 0, time: part.time))
        }
        // At equal times, the order of arrival is kept.
        waiting.sort { $0.time < $1.time }
    }

    /// Removes and returns everything that is waiting.
    mutating func rest() -> [Part] {
        defer { waiting = [] }
        return waiting
    }
}

extension ListRow {
    /// When a recording, or the call of a gap, began.
    fileprivate func time(in call: CallRow) -> Timestamp {
        guard case .recording(let recording) = self else { return call.createdTime }
        return recording.key.startTime ?? call.createdTime
    }
}
