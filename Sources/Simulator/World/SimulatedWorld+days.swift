import Foundation

extension SimulatedWorld {
    /// The names of `count` days from `first` on.
    /// - Throws: ``SimulatorError`` if `first` is not a day.
    package static func days(_ count: Int, from first: String) throws(SimulatorError) -> [String] {
        guard let day = CalendarDay(first) else {
            throw SimulatorError(.badDay, "'\(first)' is not a day; write it as 2025-11-20")
        }
        return (0..<count).map { day.advanced(by: $0).description }
    }

    /// The names of the last `count` days that are over at `moment`.
    package static func days(_ count: Int, before moment: Moment, in zone: TimeZone) -> [String] {
        let today = CalendarDay(moment, in: zone)
        return (1...max(1, count)).map { today.advanced(by: -$0).description }
    }

    /// A world by this machine's clock whose first two calls have recordings, which those of some seeds have not.
    package static func recorded(days: [String], callsPerDay: Int, scale: Double, mix: CallMix) -> SimulatedWorld? {
        (11..<UInt64(100)).lazy.compactMap { seed in
            try? SimulatedWorld(
                seed: seed,
                days: days,
                callsPerDay: callsPerDay,
                scale: scale,
                clock: .system,
                mix: mix
            )
        }
        .first { $0.tasks().prefix(2).allSatisfy { !$0.recordings.isEmpty } }
    }
}
