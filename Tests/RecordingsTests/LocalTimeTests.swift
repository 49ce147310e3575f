import Foundation
import Recordings
import Testing

@Suite struct `A time for people` {
    @Test(arguments: [
        (0, "UTC", "1970-01-01 00:00:00", "+00:00"),
        (1_791_000_000_000, "Europe/Berlin", "2026-10-03 06:00:00", "+02:00"),
        (1_791_000_000_999, "America/St_Johns", "2026-10-03 01:30:00", "-02:30"),
    ])
    func `is that of the clock on the wall`(_ milliseconds: Int64, _ zone: String, _ text: String, _ offset: String)
        throws
    {
        let timeZone = try #require(TimeZone(identifier: zone))
        let time = Timestamp(millisecondsSince1970: milliseconds)
        #expect(time.text(in: timeZone, seconds: true) == text)
        #expect(time.text(in: timeZone) == String(text.dropLast(3)))
        #expect(time.named(in: timeZone) == "\(text.dropLast(3)) \(zone)")
        #expect(time.localISO(in: timeZone) == text.replacing(" ", with: "T") + offset)
    }

    @Test(arguments: [("UTC", "AT (UTC)"), ("Europe/Berlin", "AT (Berlin)"), ("America/New_York", "AT (New York)")])
    func `stands below a heading that names the zone`(_ zone: String, _ heading: String) throws {
        #expect(try #require(TimeZone(identifier: zone)).heading("AT") == heading)
    }

    @Test func `of a span names the zone once`() {
        let span = Timestamp(millisecondsSince1970: 0)..<Timestamp(millisecondsSince1970: 86_400_000)
        #expect(span.named(in: .gmt) == "1970-01-01 00:00 to 1970-01-02 00:00 UTC")
    }
}
