import Foundation
import Recordings
import Testing

@testable import WebPage

/// How values look on pages.
@Suite struct `A value on a page` {
    private let shown: Shown

    init() throws {
        let zone = try #require(TimeZone(identifier: "Europe/London"))
        let now = try #require(Timestamp(iso: "2026-11-25T09:00:00Z"))
        shown = Shown(timeZone: zone, now: now, words: .english)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1 000"), (-1_234_567, "−1 234 567")])
    func `groups digits`(_ number: Int, text: String) {
        #expect(Shown.number(number).replacing("\u{202F}", with: " ") == text)
    }

    @Test(arguments: [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (57_340_000, "57.3 MB"), (999_960, "1.0 MB"),
    ])
    func `has sizes in units of a thousand`(_ bytes: Int64, text: String) {
        #expect(Shown.bytes(bytes) == text)
    }

    @Test(arguments: [(0, "0 s"), (59_400, "59 s"), (247_000, "4 min 07 s"), (3_840_000, "1 h 04 min")])
    func `has durations for people`(_ milliseconds: Int64, text: String) {
        #expect(shown.duration(milliseconds) == text)
    }

    @Test func `has times in the archive's zone`() throws {
        #expect(shown.moment(try #require(Timestamp(iso: "2026-11-25T08:15:00.000Z"))) == "today 08:15")
        #expect(shown.moment(try #require(Timestamp(iso: "2026-11-24T23:59:00Z"))) == "yesterday 23:59")
        #expect(shown.moment(try #require(Timestamp(iso: "2026-07-01T23:30:00Z"))) == "Thu 2 Jul 00:30")
        #expect(shown.long(try #require(ArchiveDay("2026-11-24"))) == "Tuesday 24 November 2026")
    }

    @Test func `has calendar months`() throws {
        let month = try #require(Month("2026-12"))
        #expect(month.advanced(by: 1).description == "2027-01" && month.advanced(by: -12).description == "2025-12")
        #expect(month.days.count == 31 && Month(year: 2028, month: 2).days.count == 29)
        #expect(Month.all(from: try #require(Month("2026-11")), through: try #require(Month("2027-02"))).count == 4)
        #expect(Shown.weekday(try #require(ArchiveDay("2026-11-30"))) == 0)
        #expect(Month("2026-13") == nil && Month("x") == nil)
    }
}
