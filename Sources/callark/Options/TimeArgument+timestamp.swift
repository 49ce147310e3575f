import Foundation
import Recordings
import Wiring

extension TimeArgument {
    /// The instant that is meant; the first instant of a day.
    /// - Throws: ``CommandError`` with exit code 64 if the clocks of `timeZone` never show it.
    func timestamp(in timeZone: TimeZone, now: Timestamp) throws -> Timestamp {
        guard let instant = instant(in: timeZone, now: now) else {
            throw CommandError(.usage, "there is no \(text) in \(timeZone.name)")
        }
        return instant
    }
}
