import Foundation
import Recordings

extension TimeZone {
    /// For people. Foundation calls UTC by an older name.
    var name: String { identifier == "GMT" ? "UTC" : identifier }
}

extension Timestamp {
    /// For people, to the second: `2026-10-03 14:05:09 +02:00`.
    func local(in timeZone: TimeZone) -> String {
        "\(clock(in: timeZone)) \(Self.offset(timeZone.secondsFromGMT(for: date)))"
    }

    /// The same without the offset, for a table whose heading or lines name the time zone.
    func clock(in timeZone: TimeZone) -> String {
        // The wall clock's time, written as if it were UTC.
        let wall = self + .seconds(timeZone.secondsFromGMT(for: date))
        return String(wall.description.prefix(19)).replacing("T", with: " ")
    }

    private static func offset(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds < 0 ? "-" : "+")\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
    }
}
