import Archiver
import Foundation
import Recordings

extension PassWindow.Request {
    /// The window that a request's body names, by the rules of the command line.
    /// - Throws: a ``Problem`` with status 400.
    init(day: String?, from: String?, to: String?, in timeZone: TimeZone, now: Timestamp) throws(Problem) {
        let time = try TimeQuery(QueryItems(["day": day, "from": from, "to": to]), in: timeZone, now: now)
        if let day = time.day {
            self = .day(day)
        } else if let window = time.window {
            self = .between(
                from: from == nil ? nil : window.lowerBound,
                to: to == nil ? nil : window.upperBound
            )
        } else {
            self = .sinceLastPass
        }
    }
}
