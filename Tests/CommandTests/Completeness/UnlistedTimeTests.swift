import Foundation
import Recordings
import Simulator
import Testing

@testable import callark

/// What `list` says about time that no pass has listed: an empty table would not be an answer.
@Suite struct `Time that was not listed` {
    private func day(_ text: String) throws -> ArchiveDay { try #require(ArchiveDay(text)) }

    @Test func `is reported below a list, in its summary, and on standard error next to CSV`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            let whole = try await desk.run("list", "--day", desk.day)
            #expect(!whole.output.contains("not listed"))
            let before = try #require(try day(desk.day).previous)
            let unlisted = try await desk.run("list", "--day", before.description)
            #expect(unlisted.status == 0)
            let text =
                "1 day of this time was not listed, or only in part: what calls there were is not known; "
                + "callark archive --day \(before)\n"
            #expect(unlisted.output == "0 calls; times in UTC\n" + text)
            // A range that is partly listed.
            let range = ["--from", "\(before)", "--to", try day(desk.day).next.description]
            let part = try await desk.start(["list"] + range).end().output
            #expect(part.contains("4 calls: ") && part.hasSuffix(text))
            let summary = try #require(try await desk.start(["list", "--json"] + range).end().objects.last)
            #expect(summary["days_not_listed"] == .number(1) && summary["calls"] == .number(4))
            let listed = try await desk.run("list", "--json", "--day", desk.day).objects.last
            #expect(listed?["days_not_listed"] == .number(0))
            let csv = try await desk.start(["list", "--csv"] + range).end()
            #expect(csv.output.components(separatedBy: "\r\n").count == 6)
            #expect(try csv.complaint.contains("1 day of this time was not listed"))
            // The command that it names lists it.
            #expect(try await desk.run("archive", "--day", before.description).status == 0)
            #expect(try await desk.run("list", "--day", before.description).output == "0 calls; times in UTC\n")
        }
    }

    @Test func `is all of it before the first pass`() async throws {
        try await Desk.with(calls: 0) { desk in
            let days = try await desk.run("list", "--from", "2026-09-01", "--to", "2026-10-01", "--json")
            #expect(try days.objects.last?["days_not_listed"] == .number(30))
            let text = try await desk.run("list", "--from", "2026-09-01", "--to", "2026-10-01").output
            #expect(text.hasSuffix("; callark archive --from 2026-09-01 --to 2026-10-01\n"), "\(text)")
            #expect(text.contains("\n30 days of this time were not listed"))
        }
    }

    @Test func `that is in the future is said to`() async throws {
        try await Desk.with(calls: 0) { desk in
            let future = try await desk.run("list", "--day", "2199-01-01")
            #expect(future.status == 0)
            #expect(future.output == "0 calls; times in UTC\n2199-01-01 is in the future\n")
            #expect(try await desk.run("list", "--day", "2199-01-01", "--json").objects.last?["calls"] == .number(0))
        }
    }

    @Test func `is named with the command that lists it`() throws {
        let today = try day("2026-11-30")
        func text(_ days: [String], names: Bool = false) throws -> String? {
            var unlisted = UnlistedDays(today: today, namesOrganizations: names)
            unlisted.add(try days.map(day), of: try #require(OrganizationName("acme")))
            return unlisted.text
        }
        #expect(try text([]) == nil)
        #expect(
            try text(["2026-11-30"])
                == "2026-11-30 is not listed up to now: what calls there were is not known; "
                + "callark archive --day 2026-11-30"
        )
        #expect(try text(["2026-11-28", "2026-11-30"])?.hasSuffix("; callark archive --from 2026-11-28") == true)
        #expect(
            try text(["2026-11-28", "2026-11-27"], names: true)?
                .hasSuffix("; callark archive --org acme --from 2026-11-27 --to 2026-11-29") == true
        )
    }
}
