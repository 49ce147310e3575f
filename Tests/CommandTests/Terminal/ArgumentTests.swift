import Foundation
import Testing

@testable import callark

/// Wrong values on the command line: one line says what is wrong and what is accepted instead.
@Suite struct `A wrong argument` {
    /// A command with a wrong value, and the text after `callark: error: `.
    private static let values: [([String], String)] = [
        (["list", "--day", "2026-02-30"], "--day 2026-02-30: the calendar has no such day"),
        (["list", "--day", "tomorrow"], "--day tomorrow: give a day: 2025-11-20, today or yesterday"),
        (["list", "--day", ""], "--day \"\": give a day: 2025-11-20, today or yesterday"),
        (["verify", "--day", "2026-13-01"], "--day 2026-13-01: the calendar has no such day"),
        (["legacy", "enrich", "--day", "x"], "--day x: give a day: 2025-11-20, today or yesterday"),
        (["report", "--month", "2026-13"], "--month 2026-13: the calendar has no such month"),
        (["report", "--month", "next"], "--month next: give a month: 2025-11, this or last"),
        (["list", "--last", "7"], "--last 7: the unit is missing: give 7h (hours), 7d (days) or 7w (weeks)"),
        (["list", "--last", "7m"], "--last 7m: give hours, days or weeks: 24h, 7d or 2w"),
        (["list", "--last", "-7d"], "--last -7d: give hours, days or weeks: 24h, 7d or 2w"),
        (["list", "--last", "0d"], "--last 0d: give hours, days or weeks: 24h, 7d or 2w"),
        (
            ["archive", "--last", "99999w"],
            "--last 99999w: at most ten years: give 3653d or less"
        ),
        (
            ["list", "--from", "1763596800"],
            "--from 1763596800: epoch milliseconds have 13 digits; give those, or a time such as 2025-11-20T08:00"
        ),
        (
            ["list", "--from", "2026-02-30T10:00"],
            "--from 2026-02-30T10:00: there is no such time; give 2025-11-20, 2025-11-20T08:00 or "
                + "2025-11-20T08:00:00+01:00"
        ),
        (
            ["events", "--to", "2026-02-01T25:00:00Z"],
            "--to 2026-02-01T25:00:00Z: there is no such time; give 2025-11-20, 2025-11-20T08:00 or "
                + "2025-11-20T08:00:00+01:00"
        ),
        (
            ["events", "--to", "noon"],
            "--to noon: give a time: 2025-11-20, 2025-11-20T08:00, 2025-11-20T08:00:00Z, today, yesterday or epoch "
                + "milliseconds"
        ),
        (
            ["list", "--from", "2026-02-01 08:00"],
            "--from 2026-02-01 08:00: give a time: 2025-11-20, 2025-11-20T08:00, 2025-11-20T08:00:00Z, today, yesterday "
                + "or epoch milliseconds"
        ),
        (["list", "--limit", "-1"], "--limit -1: give a whole number, 1 or more"),
        (["list", "--limit", "many"], "--limit many: give a whole number, 1 or more"),
        (["list", "--limit", "99999999999999999999"], "--limit 99999999999999999999: give a whole number, 1 or more"),
        (["auth", "refresh", "--if-older-than", "-3"], "--if-older-than -3: give a whole number, 0 to 365"),
        (["auth", "login", "--timeout", "0"], "--timeout 0: give a whole number, 1 to 86400"),
        (["verify", "--share", "2"], "--share 2: give a share of all, more than 0 and at most 1: 1/30 or 5%"),
        (["verify", "--share", "0%"], "--share 0%: give a share of all, more than 0 and at most 1: 1/30 or 5%"),
        (
            ["list", "--min-duration", "1.5h"],
            "--min-duration 1.5h: give seconds, or a whole number with s, m or h: 90, 90s, 10m or 1h"
        ),
        (["list", "--direction", "incoming"], "--direction incoming: give inbound, outbound or outdial"),
        (
            ["list", "--state", "lost"],
            "--state lost: give pending, stored, archived, failed, damaged, suspect, missing, explained or gap"
        ),
        (
            ["report", "--day", "today", "--csv", "foo"],
            "--csv foo: give one of days, gaps, suspects, archives, displaced, or none for days; see `callark report --help`"
        ),
        (["stats", "queues", "--day", "today", "--interval", "7"], "--interval 7: give 15, 30 or 60"),
        (["stats", "agents", "--day", "today", "--source", "x"], "--source x: give statistics or search"),
        (["legacy", "query", "--query", "-", "--type", "x"], "--type x: give csrs, cars, asrs or aars"),
        (
            ["list", "--log-level", "loud"],
            "--log-level loud: give trace, debug, info, notice, warning, error or critical"
        ),
        (["list", "--log-format", "xml"], "--log-format xml: give text or json"),
        (
            ["list", "--org", "ACME Inc"],
            "--org ACME Inc: not an organization's name in the configuration, which has up to 40 of a-z, 0-9 and -"
        ),
        (["list", "--task", ""], "--task \"\": give a task ID, as `callark list` prints it"),
        (["gaps", "show", ""], "\"\": give a task ID, as `callark list` prints it"),
        (["sites", "get", ""], "\"\": give a site's ID, as `callark sites list` prints it"),
        (["list", "--agent", ""], "--agent is empty: leave it out, or give a value; see `callark list --help`"),
        (
            ["auth", "login", "--redirect-uri", "ftp://x"],
            "--redirect-uri ftp://x: give an https URL, or an http URL of a loopback address; see "
                + "`callark auth login --help`"
        ),
        (
            ["auth", "login", "--scope", "a b"],
            "--scope takes one scope without blanks: give the option once for each; see `callark auth login --help`"
        ),
        (
            ["list", "--day"],
            "--day: the value is missing: a calendar day in the archive's time zone: 2025-11-20, today or yesterday"
        ),
        (
            ["gaps", "explain", "t", "--reason", "other"],
            "--note is missing or empty: give the reason in your own words; see "
                + "`callark gaps explain --help`"
        ),
        (
            ["fetch", "t", "-o", "-"],
            "--output names a folder: fetch writes files, and nothing to standard output; see "
                + "`callark fetch --help`"
        ),
        (["list", "--dya", "today"], "unknown option '--dya'; did you mean '--day'? See `callark list --help`"),
        (["list", "today"], "unexpected argument 'today'; see `callark list --help`"),
        (["fetch"], "missing expected argument '<task-id> ...'; see `callark fetch --help`"),
        (["lisst"], "there is no command \"lisst\": did you mean `callark list`?"),
        (["gaps", "shwo", "x"], "there is no command \"shwo\": did you mean `callark gaps show`?"),
        (["sites", "frobnicate"], "there is no command \"frobnicate\": `callark sites --help` lists the commands"),
    ]

    @Test(arguments: values) func `is refused in one line`(_ command: [String], _ line: String) async throws {
        let ending = try await Program.run("callark", command, environment: ["CALLARK_CONFIG": "/nonexistent"])
        #expect(ending.status == 64)
        #expect(ending.output == "")
        #expect(ending.errors == "callark: error: \(line)\n")
    }

    @Test func `that is one of many words names them all, in one line`() async throws {
        for (command, words) in [
            (["gaps", "--reason", "x"], ["not_yet_available", "lost"]),
            (["events", "--kind", "x"], ["pass.began", "manifest.rebuilt"]),
            (["gaps", "explain", "t", "--note", "n", "--reason", "x"], ["test_call", "other"]),
        ] {
            let ending = try await Program.run("callark", command)
            #expect(ending.status == 64)
            #expect(words.allSatisfy { ending.errors.contains($0) } && ending.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func `is a line of JSON among lines of JSON`() async throws {
        let ending = try await Program.run("callark", ["list", "--log-format", "json", "--limit", "0"])
        #expect(ending.status == 64)
        let line = try JSONDecoder().decode([String: String].self, from: Data(ending.errors.utf8))
        #expect(line["message"] == "--limit 0: give a whole number, 1 or more" && line["level"] == "error")
    }

    @Test func `that names what is not known is 66, in one wording`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            let fetched = "task nobody is not known; neither the archive nor the provider has it"
            let task = "task nobody is not known; check the ID, or run `callark fetch nobody` to ask the provider"
            let organization = "organization umbrella is not known; \(desk.configuration) has acme"
            let cases =
                [
                    (["list", "--task", "nobody"], task), (["events", "--task", "nobody"], task),
                    (["gaps", "show", "nobody"], task),
                    (
                        ["gaps", "explain", "nobody", "--reason", "other", "--note", "x"],
                        "\(task); nothing was changed"
                    ),
                    (["gaps", "acknowledge", "nobody", "--note", "x"], "\(task); nothing was changed"),
                    (["fetch", "nobody", "-o", "\(desk.folder)/out"], fetched),
                    (
                        ["verify", "--day", "2020-01-01"],
                        "day 2020-01-01 is not known; no call and no archive of it exists"
                    ),
                    (
                        ["verify", "\(desk.folder)/x.tar"],
                        "archive \(desk.folder)/x.tar is not known; no file exists there"
                    ),
                ]
                + [
                    ["archive"], ["list"], ["status"], ["gaps"], ["events"], ["verify"], ["auth", "status"],
                    ["sites", "list"],
                    ["report", "--day", "today"], ["stats", "queues", "--day", "yesterday"], ["fetch", "x"],
                ].map { ($0 + ["--org", "umbrella"], organization) }
            for (command, line) in cases {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 66, "\(command)")
                #expect(try ending.complaint == "callark: error: \(line)", "\(command)")
            }
        }
    }

    @Test func `that is a number says how numbers are stored`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            for option in ["--number", "--origin", "--destination"] {
                let ending = try await desk.run("list", option, "abc")
                #expect(ending.status == 64 && ending.output == "")
                #expect(try ending.complaint.contains("\(option): no call has this text; give at least 4 digits"))
                let short = try await desk.run("list", option, "+1 55")
                #expect(short.status == 64 && short.output == "")
                #expect(try short.complaint.contains("\(option) has too few digits: give at least 4 in a row"))
                #expect(try !short.complaint.contains("+1 55"))
            }
            let none = try await desk.run("list", "--number", "0999 1234567")
            #expect(none.status == 0)
            #expect(none.output.contains("--number finds numbers that contain these digits in a row; fewer of them"))
            #expect(!none.output.contains("1234567"))
            let calls = try await desk.run("list", "--json", "--calls").objects.dropLast()
            let call = try #require(calls.first { $0["direction"]?.text == "inbound" })
            let number = try #require(call["origin"]?.text)
            for end in [String(number.suffix(7)), "0" + number.suffix(10), "00" + number.dropFirst()] {
                let found = try await desk.run("list", "--json", "--calls", "--number", end).objects
                #expect(found.contains { $0["task_id"] == call["task_id"] }, "\(end)")
            }
        }
    }
}
