import Foundation
import Recordings
import Testing

@Suite struct ArchiveDayTests {
    private func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }

    private func day(_ text: String) throws -> ArchiveDay { try #require(ArchiveDay(text)) }

    private func instant(_ text: String) throws -> Timestamp {
        Timestamp(try Date(text, strategy: .iso8601))
    }

    @Test(arguments: [
        ("2025-11-20T00:00:00Z", "UTC", "2025-11-20"), ("2025-11-19T23:59:59Z", "UTC", "2025-11-19"),
        ("2025-11-20T04:59:59Z", "America/New_York", "2025-11-19"),
        ("2025-11-20T05:00:00Z", "America/New_York", "2025-11-20"),
        ("2025-07-01T03:59:59Z", "America/New_York", "2025-06-30"),
        ("2025-07-01T04:00:00Z", "America/New_York", "2025-07-01"),
        ("2025-11-19T18:29:59Z", "Asia/Kolkata", "2025-11-19"), ("2025-11-19T18:30:00Z", "Asia/Kolkata", "2025-11-20"),
        ("2025-11-19T10:00:00Z", "Pacific/Kiritimati", "2025-11-20"),
        ("2025-11-19T11:59:59Z", "Etc/GMT+12", "2025-11-18"),
        ("2025-10-05T13:30:00Z", "Australia/Lord_Howe", "2025-10-06"), ("2024-02-29T12:00:00Z", "UTC", "2024-02-29"),
    ])
    func `an instant falls on the day that the clocks of the zone show`(instant: String, zone: String, day: String)
        throws
    {
        #expect(ArchiveDay(try self.instant(instant), in: try self.zone(zone)).description == day)
    }

    @Test(arguments: [
        ("2025-03-09", "America/New_York", 23), ("2025-11-02", "America/New_York", 25),
        ("2025-11-20", "America/New_York", 24),
        ("2025-03-30", "Europe/Berlin", 23), ("2025-10-26", "Europe/Berlin", 25), ("2025-11-20", "UTC", 24),
        ("2025-09-07", "America/Santiago", 23), ("2024-03-31", "Africa/Cairo", 24),
    ])
    func `a day is as long as its clocks have it`(day: String, zone: String, hours: Int) throws {
        let interval = try self.day(day).interval(in: try self.zone(zone))
        #expect(interval.upperBound - interval.lowerBound == .hours(hours))
    }

    @Test func `a day that begins at one in the morning is whole`() throws {
        // Clocks in Santiago go from 23:59:59 to 01:00:00: midnight of that day does not exist.
        let zone = try zone("America/Santiago")
        let interval = try day("2025-09-07").interval(in: zone)
        #expect(interval.lowerBound == (try instant("2025-09-07T04:00:00Z")))
        #expect(ArchiveDay(interval.lowerBound, in: zone) == (try day("2025-09-07")))
        #expect(ArchiveDay(interval.lowerBound - .milliseconds(1), in: zone) == (try day("2025-09-06")))
    }

    @Test(arguments: [
        "UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago",
        "Pacific/Apia", "Asia/Tehran", "America/Havana", "Pacific/Chatham",
    ])
    func `the days of a year follow each other without a hole in any zone`(name: String) throws {
        let zone = try zone(name)
        var day = try day("2025-01-01")
        while day.year == 2025 {
            let interval = day.interval(in: zone)
            #expect(interval.upperBound == day.next.interval(in: zone).lowerBound)
            #expect(ArchiveDay(interval.lowerBound, in: zone) == day)
            #expect(ArchiveDay(interval.upperBound - .milliseconds(1), in: zone) == day)
            #expect(ArchiveDay(interval.upperBound, in: zone) == day.next)
            day = day.next
        }
        #expect(day == (try self.day("2026-01-01")))
    }

    @Test(arguments: [
        "", "2025", "2025-1-1", "2025-13-01", "2025-00-10", "2025-02-29", "2025-11-31", "2025-11-20 ", "20251120",
        "+025-11-20", "2025-11-2x", "２０２５-11-20", "0000-01-01", "-2025-11-20", "2025-11-20-001", "2025--1-20",
    ])
    func `what is no day is refused`(text: String) {
        #expect(ArchiveDay(text) == nil)
    }

    @Test(arguments: ["0001-01-01", "0999-12-31", "1582-10-20", "1970-01-01", "2024-02-29", "2025-11-20", "9999-12-31"])
    func `a day's text reads back`(text: String) throws {
        let day = try day(text)
        #expect(day.description == text)
        #expect(try JSONDecoder().decode(ArchiveDay.self, from: JSONEncoder().encode(day)) == day)
        #expect(ArchiveDay(daysSince1970: day.daysSince1970) == day)
    }

    @Test func `days are numbered without a hole`() throws {
        #expect(try day("1970-01-01").daysSince1970 == 0)
        #expect(try day("2025-11-20").daysSince1970 == 20_412)
        #expect(try day("1969-12-31").daysSince1970 == -1)
        #expect(ArchiveDay(daysSince1970: -719_162)?.description == "0001-01-01")
        #expect(ArchiveDay(daysSince1970: 2_932_896)?.description == "9999-12-31")
        #expect(ArchiveDay(daysSince1970: -719_163) == nil)
        #expect(ArchiveDay(daysSince1970: 2_932_897) == nil)
        var day = try day("1899-12-01")
        for number in day.daysSince1970..<(day.daysSince1970 + 120_000) {
            try #require(ArchiveDay(daysSince1970: number) == day)
            try #require(day.daysSince1970 == number)
            day = day.next
        }
    }

    @Test func `days are in order`() throws {
        #expect(try day("2024-12-31") < day("2025-01-01"))
        #expect(try day("2025-01-31") < day("2025-02-01"))
        #expect(try !(day("2025-02-01") < day("2025-02-01")))
    }
}
