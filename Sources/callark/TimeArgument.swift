import Archiver
import ArgumentParser
import Foundation
import Recordings

/// A time on the command line: ISO 8601 with or without an offset, a day, or epoch milliseconds. What has no offset is
/// meant in the archive's time zone, which is known only once the configuration has been read.
struct TimeArgument: ExpressibleByArgument {
    private let text: String

    /// Refuses what no time zone could make a time of.
    init?(argument: String) {
        text = argument
        guard instant(in: .gmt) != nil else { return nil }
    }

    /// The instant meant; of a day, its first.
    func timestamp(in timeZone: TimeZone) throws -> Timestamp {
        guard let instant = instant(in: timeZone) else {
            throw CommandError(.usage, "\(text) is no time in \(timeZone.identifier)")
        }
        return instant
    }

    private func instant(in timeZone: TimeZone) -> Timestamp? {
        if let day = ArchiveDay(text) { return day.interval(in: timeZone).lowerBound }
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

/// `--from` and `--to`, and `--day` for both.
struct WindowOptions: ParsableArguments {
    @Option(help: "The calendar day (2025-11-20) in the archive's time zone.")
    var day: ArchiveDay?

    @Option(help: "Calls created at or after this time: 2025-11-20, 2025-11-20T08:00:00Z, or epoch milliseconds.")
    var from: TimeArgument?

    @Option(help: "Calls created before this time; a day means its first instant.")
    var to: TimeArgument?

    func validate() throws {
        if day != nil && (from != nil || to != nil) {
            throw ValidationError("--day already says both ends: leave out --from and --to")
        }
    }

    /// The days that calls in the window may be of; `nil` if they may be of any.
    func days(in timeZone: TimeZone) throws -> ClosedRange<ArchiveDay>? {
        if let day { return day...day }
        guard let range = try range(in: timeZone), range.lowerBound != .distantPast, range.upperBound != .distantFuture
        else { return nil }
        return ArchiveDay(range.lowerBound, in: timeZone)...ArchiveDay(range.upperBound, in: timeZone)
    }

    /// The time between `--from` and `--to`; `nil` where neither is given.
    func range(in timeZone: TimeZone) throws -> Range<Timestamp>? {
        let from = try from?.timestamp(in: timeZone)
        let to = try to?.timestamp(in: timeZone)
        if let from, let to, from >= to {
            throw CommandError(.usage, "the window begins at \(from), which is not before its end, \(to)")
        }
        return from == nil && to == nil ? nil : (from ?? .distantPast)..<(to ?? .distantFuture)
    }

    /// What the archiver is asked to look at.
    func request(in timeZone: TimeZone) throws -> PassWindow.Request {
        if let day { return .day(day) }
        guard from != nil || to != nil else { return .sinceLastPass }
        return .between(from: try from?.timestamp(in: timeZone), to: try to?.timestamp(in: timeZone))
    }
}

extension Timestamp {
    /// Before any call.
    fileprivate static let distantPast = Timestamp(millisecondsSince1970: 0)
    /// After any call: the end of the year 9999.
    fileprivate static let distantFuture = Timestamp(millisecondsSince1970: 253_402_300_800_000)
}
