import Recordings

/// A calendar day: `2025-11-20`, `today` or `yesterday`.
package enum DayArgument: Equatable {
    case day(ArchiveDay)
    case today, yesterday

    package init(argument: String) throws {
        guard let day = Self(argument) else {
            throw ArgumentFault(
                argument.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil
                    ? "the calendar has no such day" : "give a day: 2025-11-20, today or yesterday"
            )
        }
        self = day
    }

    /// - Returns: `nil` if `text` is not a day.
    package init?(_ text: String) {
        switch text {
        case "today": self = .today
        case "yesterday": self = .yesterday
        default:
            guard let day = ArchiveDay(text) else { return nil }
            self = .day(day)
        }
    }

    /// The calendar day, given which day is today.
    package func day(today: ArchiveDay) -> ArchiveDay {
        switch self {
        case .day(let day): day
        case .today: today
        case .yesterday: today.previous ?? today
        }
    }

    /// The calendar day in an installation's time zone.
    package func day(in installation: Installation) -> ArchiveDay {
        day(today: ArchiveDay(installation.now, in: installation.timeZone))
    }
}
