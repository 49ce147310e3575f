import ArgumentParser
import Foundation
import Recordings

/// A time on the command line: ISO 8601 with or without an offset, a day, or epoch milliseconds. A time without an offset
/// is in the archive's time zone, which is known only once the configuration has been read.
struct TimeArgument: ExpressibleByArgument {
    private let text: String

    /// Refuses what no time zone could make a time of.
    init?(argument: String) {
        text = argument
        guard instant(in: .gmt, today: .anyDay) != nil else { return nil }
    }

    /// The instant meant; of a day, its first.
    func timestamp(in timeZone: TimeZone, now: Timestamp) throws -> Timestamp {
        guard let instant = instant(in: timeZone, today: ArchiveDay(now, in: timeZone)) else {
            throw CommandError(.usage, "\(text) does not exist in \(timeZone.identifier)")
        }
        return instant
    }

    private func instant(in timeZone: TimeZone, today: ArchiveDay) -> Timestamp? {
        if let day = DayArgument(argument: text) { return day.day(today: today).interval(in: timeZone).lowerBound }
        if let milliseconds = Int64(text) {
            // Seconds by mistake would mean 1970, and the provider answers such a question with nothing (wxcc-api 1).
            guard milliseconds >= 1_000_000_000_000, milliseconds < 10_000_000_000_000 else { return nil }
            return Timestamp(millisecondsSince1970: milliseconds)
        }
        let hasOffset = text.hasSuffix("Z") || text.dropFirst(10).contains { $0 == "+" || $0 == "-" }
        for fraction in [false, true] {
            var style = Date.ISO8601FormatStyle(includingFractionalSeconds: fraction, timeZone: timeZone)
                .year().month().day().dateTimeSeparator(.standard).time(includingFractionalSeconds: fraction)
            if hasOffset { style = style.timeZone(separator: text.hasOffsetColon ? .colon : .omitted) }
            if let date = try? style.parse(text) { return Timestamp(date) }
        }
        return nil
    }
}

extension String {
    fileprivate var hasOffsetColon: Bool { dropLast(2).last == ":" && dropFirst(19).contains { "+-".contains($0) } }
}

extension ArchiveDay {
    /// Stands for today where only the form of an argument is checked.
    fileprivate static let anyDay = ArchiveDay(Timestamp(millisecondsSince1970: 0), in: .gmt)
}

extension ArchiveDay: ExpressibleByArgument {
    /// Reads `2025-11-20`.
    package init?(argument: String) { self.init(argument) }
}

extension OrganizationName: ExpressibleByArgument {
    /// Reads the name that the configuration gives an organization.
    package init?(argument: String) { self.init(argument) }
}

extension TaskID: ExpressibleByArgument {
    /// Takes the provider's identifier as it is.
    package init?(argument: String) { self.init(argument) }
}
