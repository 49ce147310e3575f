import Foundation
import Recordings
import Settings

/// A time of day in a time zone, once on each calendar day.
struct ZonedTime: Sendable, Hashable {
    let time: ClockTime
    let timeZone: TimeZone

    /// The instant at which the clock first shows the time on `day`. If the clock skips the time, as when daylight-saving
    /// time begins, this is the instant of the change.
    /// - Returns: `nil` for a day that the zone's calendar skips.
    func instant(on day: ArchiveDay) -> Timestamp? {
        let interval = day.interval(in: timeZone)
        guard !interval.isEmpty else { return nil }
        let wanted = Int64(time.hour * 60 + time.minute)
        let midnight = Timestamp(millisecondsSince1970: day.daysSince1970 * 86_400_000)
        // A clock change gives the day two UTC offsets. Each has one instant for the time, which may not be in the day.
        let offsets = [interval.lowerBound, interval.upperBound - .milliseconds(1)].map(offset)
        let shown = offsets.map { midnight + .seconds(wanted * 60) - .seconds($0) }.sorted()
        if let first = shown.first(where: { interval.contains($0) && minutes($0, on: day) == wanted }) { return first }
        // The clock skips the time. Search for the instant at which it jumps past it.
        var (low, high) = (interval.lowerBound.millisecondsSince1970, interval.upperBound.millisecondsSince1970)
        while low < high {
            let middle = low + (high - low) / 2
            if minutes(Timestamp(millisecondsSince1970: middle), on: day) < wanted {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let skipped = Timestamp(millisecondsSince1970: low)
        return ArchiveDay(skipped, in: timeZone) == day ? skipped : nil
    }

    /// The seconds by which the clock is ahead of UTC.
    private func offset(_ instant: Timestamp) -> Int64 { Int64(timeZone.secondsFromGMT(for: instant.date)) }

    /// The time that the clock shows, in minutes after midnight of `day`.
    private func minutes(_ instant: Timestamp, on day: ArchiveDay) -> Int64 {
        let local = instant.millisecondsSince1970 + offset(instant) * 1000 - day.daysSince1970 * 86_400_000
        return local / 60_000
    }
}
