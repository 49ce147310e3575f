import ArgumentParser
import Archiver
import Foundation
import Recordings
import Testing

@testable import callark

@Suite struct `The time that a command is about` {
    /// 2025-11-20T00:30 in Berlin, when it is still the 19th in Greenwich.
    private let now = Timestamp(millisecondsSince1970: 1_763_595_000_000)
    private let berlin: TimeZone

    init() throws {
        berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
    }

    @Test(arguments: [
        (["--day", "today"], "2025-11-20 2025-11-20"),
        (["--day", "yesterday"], "2025-11-19 2025-11-19"),
        (["--day", "2025-03-30"], "2025-03-30 2025-03-30"),
        (["--month", "this"], "2025-11-01 2025-11-30"),
        (["--month", "last"], "2025-10-01 2025-10-31"),
        (["--month", "2024-02"], "2024-02-01 2024-02-29"),
        (["--month", "2025-12"], "2025-12-01 2025-12-31"),
        (["--last", "1h"], "2025-11-19 2025-11-20"),
        (["--last", "24h"], "2025-11-19 2025-11-20"),
        (["--last", "7d"], "2025-11-13 2025-11-20"),
        (["--last", "2w"], "2025-11-06 2025-11-20"),
        (["--from", "yesterday"], "2025-11-19 2025-11-20"),
        (["--from", "2025-11-01", "--to", "2025-11-03"], "2025-11-01 2025-11-02"),
        (["--to", "2025-11-03"], "any"),
        ([], "any"),
    ])
    func `is whole days in the archive's time zone`(_ arguments: [String], _ days: String) throws {
        let window = try WindowOptions.parse(arguments).window(in: berlin, now: now)
        #expect((window.days.map { "\($0.lowerBound) \($0.upperBound)" } ?? "any") == days)
    }

    @Test(arguments: [
        (["--day", "today"], "2025-11-19T23:00:00.000Z 2025-11-20T23:00:00.000Z"),
        (["--day", "2025-03-30"], "2025-03-29T23:00:00.000Z 2025-03-30T22:00:00.000Z"),
        (["--month", "2025-10"], "2025-09-30T22:00:00.000Z 2025-10-31T23:00:00.000Z"),
        (["--last", "24h"], "2025-11-18T23:30:00.000Z 9999-12-31T24:00"),
        (["--last", "4w"], "2025-10-22T22:00:00.000Z 9999-12-31T24:00"),
        (["--from", "yesterday", "--to", "today"], "2025-11-18T23:00:00.000Z 2025-11-19T23:00:00.000Z"),
        (["--from", "2025-11-20T09:00", "--to", "1763629200000"], "2025-11-20T08:00:00.000Z 2025-11-20T09:00:00.000Z"),
        (
            ["--from", "2025-11-20T09:00:00.25+0100", "--to", "2025-11-20T12:00+02"],
            "2025-11-20T08:00:00.250Z 2025-11-20T10:00:00.000Z"
        ),
        (
            ["--from", "2025-11-20T09:00:01-01", "--to", "2025-11-21"],
            "2025-11-20T10:00:01.000Z 2025-11-20T23:00:00.000Z"
        ),
    ])
    func `begins and ends as the clocks there do`(_ arguments: [String], _ instants: String) throws {
        let window = try WindowOptions.parse(arguments).window(in: berlin, now: now)
        let range = try #require(window.instants)
        let end = window.isOpenEnded ? "9999-12-31T24:00" : "\(range.upperBound)"
        #expect("\(range.lowerBound) \(end)" == instants)
    }

    /// Beyond all calls, in either direction.
    @Test(arguments: [
        ["--to", "0001-01-01"], ["--to", "1969-12-31T23:59:59Z"], ["--from", "9999-12-31T23:59:59-14:00"],
    ])
    func `is empty if it ends before any call, or begins after all`(_ arguments: [String]) throws {
        let window = try WindowOptions.parse(arguments).window(in: berlin, now: now)
        #expect(try #require(window.instants).isEmpty)
    }

    @Test func `of a pass reaches to the present if no end was given`() throws {
        let window = try WindowOptions.parse(["--last", "1d"]).window(in: berlin, now: now)
        let yesterday = try #require(ArchiveDay("2025-11-19")).interval(in: berlin).lowerBound
        #expect(window.request == .between(from: yesterday, to: nil))
        #expect(try WindowOptions.parse([]).window(in: berlin, now: now).request == .sinceLastPass)
    }

    @Test(arguments: [
        ["--day", "tomorrow"], ["--day", "2025-02-30"], ["--month", "2025-13"], ["--month", "next"], ["--last", "7"],
        ["--last", "0d"], ["--last", "7m"], ["--last", "-7d"], ["--last", "999999d"], ["--last", "٣d"],
        ["--day", "today", "--month", "this"], ["--last", "7d", "--from", "yesterday"],
        ["--month", "last", "--to", "today"], ["--day", "today", "--last", "24h"],
    ])
    func `is refused if it cannot be meant`(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try WindowOptions.parse(arguments) }
    }

    @Test func `is refused if it ends before it begins`() throws {
        let options = try WindowOptions.parse(["--from", "today", "--to", "yesterday"])
        #expect(throws: CommandError.self) { try options.window(in: berlin, now: now) }
    }
}
