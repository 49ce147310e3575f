import Archiver
import Evidence
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

    /// The beginning and the end of the window, as entries of the evidence log have them.
    func logValues(in timeZone: TimeZone) -> [LogKeyword: LogValue] {
        let bounds: (from: Timestamp?, to: Timestamp?) =
            switch self {
            case .sinceLastPass: (nil, nil)
            case .day(let day): (day.interval(in: timeZone).lowerBound, day.interval(in: timeZone).upperBound)
            case .between(let from, let to): (from, to)
            }
        var values: [LogKeyword: LogValue] = [:]
        values[.from] = bounds.from.map { .number($0.millisecondsSince1970) }
        values[.to] = bounds.to.map { .number($0.millisecondsSince1970) }
        return values
    }
}
