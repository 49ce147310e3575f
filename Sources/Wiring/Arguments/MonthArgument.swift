import Recordings

/// A calendar month: `2025-11`, `this` or `last`.
package enum MonthArgument: Sendable {
    /// The month with this first day.
    case beginning(ArchiveDay)
    case this, last

    package init(argument: String) throws {
        switch argument {
        case "this": self = .this
        case "last": self = .last
        default:
            guard let first = ArchiveDay("\(argument)-01") else {
                throw ArgumentFault(
                    argument.wholeMatch(of: /\d{4}-\d\d/) != nil
                        ? "the calendar has no such month" : "give a month: 2025-11, this or last"
                )
            }
            self = .beginning(first)
        }
    }

    /// All days of the month.
    package func days(today: ArchiveDay) -> ClosedRange<ArchiveDay> {
        switch self {
        case .beginning(let day): day.month
        case .this: today.month
        case .last: (today.month.lowerBound.previous ?? today).month
        }
    }
}

extension ArchiveDay {
    /// The calendar month that this day is in.
    fileprivate var month: ClosedRange<ArchiveDay> {
        let month = description.dropLast(2)
        let last = (28...31).reversed().lazy.compactMap { ArchiveDay("\(month)\($0)") }.first
        return (ArchiveDay("\(month)01") ?? self)...(last ?? self)
    }
}
