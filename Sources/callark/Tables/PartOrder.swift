import Manifest
import Recordings

/// Puts the recordings and gaps of calls in the order of their own times. Calls come in the order of their creation, and a
/// recording of a long call may begin after the next call does: it waits until no later call can have an earlier one.
struct PartOrder {
    /// A recording or a gap; or a call that has neither.
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

    /// The parts that come before every part of `call` and of those behind it, taken out.
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
        // Of the same time, whatever came first stays first.
        waiting.sort { $0.time < $1.time }
    }

    /// All that waits, taken out.
    mutating func rest() -> [Part] {
        defer { waiting = [] }
        return waiting
    }
}

extension ListRow {
    /// When a recording began, or the call of a gap.
    fileprivate func time(in call: CallRow) -> Timestamp {
        guard case .recording(let recording) = self else { return call.createdTime }
        return recording.key.startTime ?? call.createdTime
    }
}
