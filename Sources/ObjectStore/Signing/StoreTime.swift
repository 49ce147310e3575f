import Foundation
import Recordings

/// The forms in which stores write instants.
enum StoreTime {
    /// `20130524T000000Z`, for signatures.
    static func compact(_ date: Date) -> String {
        let text = Timestamp(date).description
        return String(text.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }) + "Z"
    }

    /// `2013-05-24T00:00:00Z`, rounded up to a whole second, for the end of a lock.
    static func roundedUp(_ date: Date) -> String {
        let seconds = Timestamp(date).date.timeIntervalSince1970.rounded(.up)
        return String(Timestamp(Date(timeIntervalSince1970: seconds)).description.prefix { $0 != "." }) + "Z"
    }

    /// Reads ISO 8601 with any number of digits of a second's fraction, as Ceph writes nine and AWS none or three.
    static func date(_ text: String) -> Date? {
        guard let parts = text.wholeMatch(of: /([^.]+?)(?:\.([0-9]+))?(Z|[+-][0-9]{2}:?[0-9]{2})/) else { return nil }
        guard let whole = try? Date(String(parts.1) + String(parts.3), strategy: .iso8601) else { return nil }
        let fraction = parts.2.flatMap { Double("0.\($0)") } ?? 0
        return whole.addingTimeInterval(fraction)
    }
}
