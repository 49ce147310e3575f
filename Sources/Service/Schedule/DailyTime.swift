import Foundation
import Recordings
import Settings

/// A time of day in a time zone, once on each calendar day.
struct DailyTime: Sendable, Hashable {
    let time: ClockTime
    let timeZone: TimeZone

    /// When the clock first shows the time on `day`. If it skips the time on that day, as it does when daylight-saving time
    /// begins, the moment at which it does; if it shows it twice, the first of them.
    /// - Returns: `nil` for a day that the calendar of the zone leaves out.
    func instant(on day: ArchiveDay) -> Timestamp? {
        let interval = day.interval(in: timeZone)
        guard !interval.isEmpty else { return nil }
        let wanted = Int64(time.hour * 60 + time.minute)
        let midnight = Timestamp(millisecondsSince1970: day.daysSince1970 * 86_400_000)
        // The clock shows the time when it is that many minutes after midnight, by one of the offsets of the day.
        let offsets = [interval.lowerBound, interval.upperBound - .milliseconds(1)].map(offset)
        let shown = offsets.map { midnight + .seconds(wanted * 60) - .seconds($0) }.sorted()
        if let first = shown.first(where: { interval.contains($0) && minutes($0, on: day) == wanted }) { return first }
        // It is skipped: the clock shows less before some moment, and more from then on.
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

    /// What the clock shows, in minutes after midnight of `day`.
    private func minutes(_ instant: Timestamp, on day: ArchiveDay) -> Int64 {
        let local = instant.millisecondsSince1970 + offset(instant) * 1000 - day.daysSince1970 * 86_400_000
        return local / 60_000
    }
}
