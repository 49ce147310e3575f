import Foundation
import Recordings
import Reports
import Testing

@testable import callark

@Suite struct `The period of a report` {
    @Test(arguments: [
        ("2026-10-01", "2026-10-31", "October 2026", "--month 2026-10"),
        ("2024-02-01", "2024-02-29", "February 2024", "--month 2024-02"),
        ("2026-12-01", "2026-12-31", "December 2026", "--month 2026-12"),
        ("2026-10-03", "2026-10-03", "2026-10-03", "--day 2026-10-03"),
        ("2026-10-01", "2026-10-30", "2026-10-01 to 2026-10-30", "--from 2026-10-01 --to 2026-10-31"),
        ("2026-09-01", "2026-10-31", "2026-09-01 to 2026-10-31", "--from 2026-09-01 --to 2026-11-01"),
        ("2025-10-01", "2026-10-31", "2025-10-01 to 2026-10-31", "--from 2025-10-01 --to 2026-11-01"),
    ])
    func `has a name, and options that give it again`(_ from: String, _ to: String, _ name: String, _ options: String)
        throws
    {
        let first = try #require(ArchiveDay(from))
        let period = ReportPeriod(days: first...(try #require(ArchiveDay(to))))
        #expect(period.name == name)
        #expect(period.options == options)
        #expect(period.list.first == first && period.list.last?.description == to)
    }

    @Test func `is ten years at most`() throws {
        let last = try #require(ArchiveDay("2025-12-31"))
        #expect(try ReportPeriod(checking: #require(ArchiveDay("2016-01-01"))...last).list.count == 3653)
        for day in ["2015-12-31", "1970-01-01", "0001-01-01"] {
            let first = try #require(ArchiveDay(day))
            #expect(throws: CommandError.self) { try ReportPeriod(checking: first...last) }
        }
    }
}
