import ArgumentParser
import Recordings

/// A calendar day on the command line: `2025-11-20`, `today` or `yesterday`.
enum DayArgument: ExpressibleByArgument {
    case day(ArchiveDay)
    case today, yesterday

    init?(argument: String) {
        switch argument {
        case "today": self = .today
        case "yesterday": self = .yesterday
        default:
            guard let day = ArchiveDay(argument) else { return nil }
            self = .day(day)
        }
    }

    /// The day meant.
    func day(today: ArchiveDay) -> ArchiveDay {
        switch self {
        case .day(let day): day
        case .today: today
        case .yesterday: today.previous ?? today
        }
    }
}
