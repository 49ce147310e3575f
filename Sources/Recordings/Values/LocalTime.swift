import Foundation

extension Timestamp {
    /// For people, by the clocks of a time zone: `2026-10-05 14:03`. The zone is named once, in the heading or in the
    /// line.
    /// - Parameter seconds: whether to include them.
    package func text(in timeZone: TimeZone, seconds: Bool = false) -> String {
        String(wall(in: timeZone).prefix(seconds ? 19 : 16)).replacing("T", with: " ")
    }

    /// The same for a line by itself: `2026-10-05 14:03 Europe/Berlin`.
    package func named(in timeZone: TimeZone, seconds: Bool = false) -> String {
        "\(text(in: timeZone, seconds: seconds)) \(timeZone.name)"
    }

    /// For programs that want the local time: `2026-10-05T14:03:07+02:00`.
    package func localISO(in timeZone: TimeZone) -> String {
        let minutes = timeZone.secondsFromGMT(for: date) / 60
        let (hour, minute) = abs(minutes).quotientAndRemainder(dividingBy: 60)
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let offset = "\(minutes < 0 ? "-" : "+")\(twoDigits(hour)):\(twoDigits(minute))"
        return wall(in: timeZone).prefix(19) + offset
    }

    /// The local time, written as if it were UTC.
    private func wall(in timeZone: TimeZone) -> String {
        (self + .seconds(timeZone.secondsFromGMT(for: date))).description
    }
}

extension Range<Timestamp> {
    /// For people: `2026-10-05 00:00 to 2026-10-06 00:00 Europe/Berlin`.
    package func named(in timeZone: TimeZone) -> String {
        "\(lowerBound.text(in: timeZone)) to \(upperBound.named(in: timeZone))"
    }
}

extension TimeZone {
    /// For people. Foundation calls UTC by an older name.
    package var name: String { identifier == "GMT" ? "UTC" : identifier }

    /// The heading of a column of times: `TIME (Berlin)`, because the whole name would be wider than the times.
    package func heading(_ word: String) -> String {
        "\(word) (\((name.split(separator: "/").last ?? "UTC").replacing("_", with: " ")))"
    }
}
