import Foundation
import Synchronization

/// The simulator's own time, which decides what has happened, what has expired and who has to wait (wxcc-api 15, row
/// 28). It runs at the pace of real time from wherever it was set, and can be moved ahead.
package final class SimulatedClock: Sendable {
    /// Where a simulator's time starts.
    package enum Start: Sendable, Hashable {
        /// The real time.
        case system
        /// That moment.
        case at(Moment)
        /// The real time with an offset: one of the two clocks is wrong.
        case ahead(Duration)
        /// Thirty hours after the world's last day has ended, when its latest capture has long appeared.
        case afterLastDay
    }

    // What has been added to the real time, in milliseconds.
    private let offset: Mutex<Int64>

    init(start: Moment?) {
        offset = Mutex(start.map { $0.milliseconds - Moment(Date()).milliseconds } ?? 0)
    }

    /// The simulator's current time.
    package var now: Moment { offset.withLock { Moment(Date()).advanced(by: $0) } }

    /// Moves the clock ahead; everything due until then has then happened.
    package func advance(by duration: Duration) {
        offset.withLock { $0 += duration.milliseconds }
    }
}
