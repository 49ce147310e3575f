import Foundation
import Synchronization

/// The time as the store has it: stores refuse requests whose time is more than fifteen minutes off.
final class StoreClock: Sendable {
    private let machine: @Sendable () -> Date
    /// How far the store is ahead, in seconds; set by whatever answer shows it.
    private let offset = Mutex(0.0)

    init(_ machine: @escaping @Sendable () -> Date) {
        self.machine = machine
    }

    var now: Date { machine().addingTimeInterval(offset.withLock { $0 }) }

    /// From now on, the time is the one of a store's answer.
    func set(_ date: Date) {
        let ahead = date.timeIntervalSince(machine())
        offset.withLock { $0 = ahead }
    }
}
