import Foundation
import Recordings
import Settings
import Testing

@testable import Service

/// A time of day occurs once on each calendar day, even when daylight-saving time begins or ends.
@Suite struct `A daily time` {
    private func instant(_ time: String, _ day: String, _ zone: String) throws -> Timestamp? {
        let zone = try #require(TimeZone(identifier: zone))
        return ZonedTime(time: try #require(ClockTime(time)), timeZone: zone).instant(on: try #require(ArchiveDay(day)))
    }

    @Test(arguments: [
        ("03:30", "2026-11-30", "UTC", "2026-11-30T03:30:00.000Z"),
        ("00:00", "2026-11-30", "UTC", "2026-11-30T00:00:00.000Z"),
        ("23:59", "2026-11-30", "UTC", "2026-11-30T23:59:00.000Z"),
        ("03:30", "2026-07-01", "Europe/London", "2026-07-01T02:30:00.000Z"),
        // London skips 01:00 to 02:00 on 29 March 2026, and repeats that hour on 25 October.
        ("01:30", "2026-03-29", "Europe/London", "2026-03-29T01:00:00.000Z"),
        ("00:59", "2026-03-29", "Europe/London", "2026-03-29T00:59:00.000Z"),
        ("02:00", "2026-03-29", "Europe/London", "2026-03-29T01:00:00.000Z"),
        ("01:30", "2026-10-25", "Europe/London", "2026-10-25T00:30:00.000Z"),
        ("02:00", "2026-10-25", "Europe/London", "2026-10-25T02:00:00.000Z"),
        // New York changes on 8 March and 1 November 2026.
        ("02:30", "2026-03-08", "America/New_York", "2026-03-08T07:00:00.000Z"),
        ("01:30", "2026-11-01", "America/New_York", "2026-11-01T05:30:00.000Z"),
        ("03:30", "2026-11-01", "America/New_York", "2026-11-01T08:30:00.000Z"),
        // Lord Howe changes by half an hour, on 4 October and 5 April 2026.
        ("02:15", "2026-10-04", "Australia/Lord_Howe", "2026-10-03T15:30:00.000Z"),
        ("01:45", "2026-04-05", "Australia/Lord_Howe", "2026-04-04T14:45:00.000Z"),
        // Beirut and Havana skip midnight.
        ("00:00", "2026-03-08", "America/Havana", "2026-03-08T05:00:00.000Z"),
        ("00:30", "2026-03-29", "Asia/Beirut", "2026-03-28T22:00:00.000Z"),
        ("05:45", "2026-11-30", "Asia/Kathmandu", "2026-11-30T00:00:00.000Z"),
    ])
    func `is the first moment that the clock shows it, or skips it`(
        _ time: String,
        _ day: String,
        _ zone: String,
        _ expected: String
    ) throws {
        #expect(try instant(time, day, zone)?.description == expected)
    }

    @Test func `does not exist on a day that the calendar skips`() throws {
        #expect(try instant("12:00", "2011-12-30", "Pacific/Apia") == nil)
        #expect(try instant("12:00", "2011-12-31", "Pacific/Apia") != nil)
    }

    @Test(arguments: ["Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Havana", "UTC"])
    func `comes once on every day of a year, in order, and is on that day`(_ zone: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        let first = try #require(ArchiveDay("2026-01-01"))
        for time in ["00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "03:00", "23:59"] {
            let daily = ZonedTime(time: try #require(ClockTime(time)), timeZone: zone)
            var (day, last) = (first, Timestamp(millisecondsSince1970: 0))
            for _ in 0..<366 {
                let instant = try #require(daily.instant(on: day))
                #expect(ArchiveDay(instant, in: zone) == day && instant > last, "\(day) \(time)")
                (day, last) = (day.next, instant)
            }
        }
    }
}
