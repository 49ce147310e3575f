import Foundation
import Synchronization

/// The store's time. Stores refuse requests that were signed more than fifteen minutes off it.
final class StoreClock: Sendable {
    private let machine: @Sendable () -> Date
    /// How far the store is ahead, in seconds; set by whatever answer shows it.
    private let offset = Mutex(0.0)

    init(_ machine: @escaping @Sendable () -> Date) {
        self.machine = machine
    }

    var now: Date { machine().addingTimeInterval(offset.withLock { $0 }) }

    /// Sets the clock by the time in a store's answer.
    func set(_ date: Date) {
        let ahead = date.timeIntervalSince(machine())
        offset.withLock { $0 = ahead }
    }
}
