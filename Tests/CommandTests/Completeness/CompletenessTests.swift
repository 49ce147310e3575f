import Foundation
import Simulator
import Testing

/// What operators and auditors see about missing recordings.
@Suite struct `What is missing` {
    /// A desk whose last call has no recording yet.
    private static func withGap(_ body: (Desk, _ task: String) async throws -> Void) async throws {
        try await Desk.with(mix: .plain) { desk in
            let task = try #require(desk.simulator.servedRecordings().last).taskID
            desk.simulator.holdBackCaptures(of: task, until: desk.simulator.clock.now + .seconds(86_400))
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            try await body(desk, task)
        }
    }

    @Test func `is reported by day, and the days add up to the summary`() async throws {
        try await Desk.with(calls: 20) { desk in
            let served = desk.simulator.servedRecordings()
            let bad = try #require(served.first)
            let late = try #require(served.last).taskID
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            desk.simulator.holdBackCaptures(of: late, until: desk.simulator.clock.now + .seconds(86_400))
            let ending = try await desk.run("archive", "--json")
            #expect(ending.status == 75)
            let objects = try ending.objects
            let summary = try #require(objects.last)
            let days = objects.filter { $0["type"]?.text == "day" }
            #expect(days.count >= 7, "every day of the window")
            for part in ["tasks", "recordings"] {
                guard case .object(let figures) = try #require(summary[part]) else { continue }
                for (key, value) in figures {
                    guard let total = value.number else { continue }
                    let sum = days.compactMap { $0[part]?[key]?.number }.reduce(0, +)
                    #expect(sum == total, "\(part).\(key)")
                }
            }
            #expect(summary["recordings"]?["unexplained"] == .number(2))
            #expect(summary["recordings"]?["reasons"]?["damaged_at_provider"] == .number(1))
            #expect(summary["recordings"]?["reasons"]?["not_yet_available"] == .number(1))
            let day = try #require(days.first { $0["day"]?.text == desk.day })
            #expect(day["closed"] == .boolean(false))
            #expect(day["complete"] == .boolean(false))
            let recordings = try #require(day["recordings"])
            #expect(recordings["expected"]?.number == (recordings["known"]?.number ?? 0) + 1)
            #expect(days.filter { $0["closed"] == .boolean(true) }.count == days.count - 2, "all but this and today")
            // The count of an independent tool.
            let count = try await Program.run(
                "sqlite3",
                ["\(desk.root)/manifest.sqlite", "SELECT count(*) FROM recordings_readable WHERE state = 'archived'"]
            )
            #expect(Double(count.output.dropLast()) == summary["recordings"]?["archived"]?.number)
        }
    }

    @Test func `leads to what is explained, if nothing else is missing`() async throws {
        try await Self.withGap { desk, task in
            #expect(!(try await desk.run("gaps").output.contains("--all")))
            let explain = ["gaps", "explain", task, "--reason", "test_call", "--note", "line test"]
            #expect(try await desk.start(explain).end().status == 0)
            let text = try await desk.run("gaps").output
            #expect(text == "0 gaps\n1 more gap is explained: add --all to see it\n")
            for option in ["--all", "--explained"] {
                let shown = try await desk.run("gaps", option).output
                #expect(shown.contains("1 gap: 1 explained") && !shown.contains("more gap"))
            }
            #expect(try await desk.run("gaps", "--day", "2020-01-01").output.hasPrefix("0 gaps\n1 day not listed"))
        }
    }

    @Test func `is a short table for people, of days that are not complete only`() async throws {
        try await Self.withGap { desk, _ in
            let open = try await desk.run("archive", "--day", desk.day)
            #expect(open.output.contains("1 not yet available"))
            #expect(open.output.contains("callark gaps"))
            desk.simulator.holdBackCaptures(of: "", until: nil)
        }
        try await Desk.with(calls: 2) { desk in
            let whole = try await desk.archiveDay()
            #expect(!whole.output.contains("not complete"))
        }
    }

    @Test func `that no pass fetches any more leads to the gaps, and what may still come to another pass`() async throws
    {
        try await Self.withGap { desk, _ in
            let again = "run it again later"
            #expect(try await desk.run("archive", "--day", desk.day).output.contains(again))
            // The day before yesterday is past this horizon.
            let horizon = ["CALLARK_CAPTURES_HORIZON_DAYS": "1"]
            let past = try await desk.run("archive", "--day", desk.day, environment: horizon)
            #expect(past.status == 75)
            #expect(past.output.contains("explain what will not arrive any more: callark gaps --org acme"))
            #expect(!past.output.contains(again))
        }
    }

    /// The name of the account that runs the tests, or its number.
    private static let account: String = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())"

    @Test(.enabled(if: getuid() == 0, "needs to become another user"))
    func `is explained by a number if the account has no name, as in a container`() async throws {
        try await Self.withGap { desk, task in
            let become = ["setpriv", "--reuid", "10001", "--regid", "10001", "--clear-groups"]
            _ = try await Program.run("chown", ["-R", "10001:10001", desk.folder])
            let ending = try await desk.start(
                ["gaps", "explain", task, "--reason", "other", "--note", "n", "--json"],
                environment: ["USER": "root"],
                within: become
            ).end()
            #expect(ending.status == 0, "\(ending.errors)")
            let explanation = try ending.objects.first?["explanation"]
            #expect(explanation?["author"]?.text == "10001" && explanation?["author_uid"]?.number == 10001)
            #expect(explanation?["author_claims"] == .object(["USER": .text("root")]))
            #expect(try await desk.run("gaps", "show", task).output.contains("by uid 10001 (USER claims root), "))
        }
    }

    @Test func `is not known of a root that no pass has used, whatever asks about it`() async throws {
        try await Desk.with(calls: 0) { desk in
            let explain = ["gaps", "explain", "no-such", "--reason", "other", "--note", "n"]
            let acknowledge = ["gaps", "acknowledge", "no-such", "--note", "n"]
            for command in [["gaps", "show", "no-such"], explain, acknowledge, ["list", "--task", "no-such"]] {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 66, "\(command)")
                #expect(ending.errors.contains("task no-such is not known; "), "\(ending.errors)")
            }
        }
    }

    @Test func `is listed with its evidence, explained with a name, and then no longer in the way`() async throws {
        try await Self.withGap { desk, task in
            let gap = try #require(try await desk.run("gaps", "--json").objects.first)
            #expect(gap["type"]?.text == "gap")
            #expect(gap["task_id"]?.text == task)
            #expect(gap["reason"]?.text == "not_yet_available")
            #expect(gap["evidence"]?["asks"] == .number(1))
            #expect(gap["evidence"]?["tracking_id"]?.text?.isEmpty == false)
            let explained = try await desk.run(
                "gaps",
                "explain",
                "-",
                "--reason",
                "test_call",
                "--note",
                "a line test",
                environment: ["SUDO_USER": "ann", "LOGNAME": "mal\u{1B}[2Jlory", "USER": Self.account],
                input: "\(task)\n\(task)\n"
            )
            #expect(explained.status == 0)
            #expect(try await desk.run("gaps", "--json").objects.map { $0["type"]?.text } == ["summary"])
            let row = try #require(try await desk.run("gaps", "list", "--explained", "--json").objects.first)
            // The account is the author, whatever the environment says.
            #expect(row["explanation"]?["author"]?.text == Self.account)
            #expect(row["explanation"]?["author_uid"]?.number == Double(getuid()))
            let claims = ["SUDO_USER": JSON.text("ann"), "LOGNAME": .text("mal\\u{1B}[2Jlory")]
            #expect(row["explanation"]?["author_claims"] == .object(claims))
            let shown = try await desk.run("gaps", "show", task).output
            #expect(shown.contains("by \(Self.account) (uid \(getuid()); LOGNAME claims mal"))
            #expect(shown.contains("SUDO_USER claims ann)") && !shown.contains("\u{1B}"))
            #expect(row["explanation"]?["note"]?.text == "a line test")
            #expect(try await desk.run("gaps", "--all", "--reason", "not_yet_available").output.contains(task))
            #expect(try await desk.run("gaps", "--all", "--day", "2020-01-01").output.hasPrefix("0 gaps"))
            let next = try await desk.run("archive", "--day", desk.day, "--json")
            #expect(next.status == 0)
            #expect(try next.objects.last?["recordings"]?["explained"] == .number(1))
            #expect(try next.objects.last?["archives"]?.list.count == 1, "the record of the day")
            let back = try await desk.run("gaps", "explain", "--withdraw", task)
            #expect(back.status == 0)
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let story = try await desk.run("gaps", "show", task, "--json").objects
            let kinds = story.filter { $0["type"]?.text == "event" }.compactMap { $0["kind"]?.text }
            #expect(kinds == ["gap.opened", "gap.explained", "explanation.withdrawn"])
            let changes = story.filter {
                $0["kind"]?.text == "gap.explained" || $0["kind"]?.text == "explanation.withdrawn"
            }
            #expect(changes.map { $0["actor"]?["name"]?.text } == [Self.account, Self.account])
            #expect(changes.map { $0["actor"]?["uid"]?.number } == [Double(getuid()), Double(getuid())])
            #expect(changes.first?["actor"]?["claims"]?["SUDO_USER"]?.text == "ann")
            desk.simulator.holdBackCaptures(of: task, until: nil)
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            let whole = try await desk.run("gaps", "show", task)
            #expect(whole.output.contains("  filled the gap, open since "))
            #expect(whole.output.contains("archived in acme-"))
        }
    }

    @Test func `says whose call it was`() async throws {
        try await Self.withGap { desk, task in
            let recording = try #require(
                try await desk.run("list", "--json").objects.first {
                    $0["type"]?.text == "recording" && $0["agent"]?.text != nil
                }
            )
            for command in [["gaps"], ["list", "--state", "gap"], ["gaps", "show", task]] {
                let rows = try await desk.start(command + ["--json"]).end().objects
                let gap = try #require(rows.first { $0["type"]?.text == "gap" })
                #expect(gap["task_id"]?.text == task)
                for field in ["agent", "queue", "origin", "destination", "direction", "call_source"] {
                    #expect(gap[field]?.text?.isEmpty == false, "\(field)")
                }
                #expect(gap["call_source"] == recording["call_source"])
                let text = try await desk.start(command).end().output
                // A call's row has only the customer's number.
                let numbers = command[0] == "list" ? [] : ["origin", "destination"]
                for field in ["agent", "queue"] + numbers {
                    #expect(text.contains(gap[field]?.text ?? "?"), "\(field)")
                }
            }
        }
        try await Self.withGap { desk, task in
            // A manifest from before these facts were kept.
            let update =
                "UPDATE task SET call_profile = NULL, call_number = NULL, call_duration_ms = NULL, call_outcome = NULL"
            _ = try await Program.run("sqlite3", ["\(desk.root)/manifest.sqlite", update])
            let gap = try #require(try await desk.run("gaps", "--json").objects.first)
            #expect(gap["task_id"]?.text == task)
            #expect(gap["agent"] == nil && gap["origin"] == nil && gap["call_source"] == nil)
        }
    }

    @Test func `is explained only if it is missing, with a known reason and a note`() async throws {
        try await Self.withGap { desk, task in
            let held = try #require(desk.simulator.servedRecordings().first).taskID
            func explain(_ arguments: String...) async throws -> Program.Ending {
                try await desk.start(["gaps", "explain"] + arguments).end()
            }
            let unknown = try await explain(task, "no-such-task", "--reason", "other", "--note", "x")
            #expect(unknown.status == 66)
            #expect(unknown.errors.contains("no-such-task") && unknown.errors.contains("nothing was changed"))
            let whole = try await explain(held, "--reason", "other", "--note", "x")
            #expect(whole.status == 64)
            #expect(whole.errors.contains("\(held): has nothing missing"))
            let reason = try await explain(task, "--reason", "because", "--note", "x")
            #expect(reason.status == 64)
            for word in ["recording_disabled", "test_call", "provider_fault", "legal_deletion", "other"] {
                #expect(reason.errors.contains(word))
            }
            #expect(try await explain(task, "--reason", "other").status == 64)
            #expect(try await explain(task, "--reason", "other", "--note", "  ").status == 64)
            #expect(try await explain("--reason", "other", "--note", "x").status == 64)
            #expect(try await explain(task, "--withdraw").status == 64)
            #expect(try await desk.run("gaps", "show", "no-such-task").status == 66)
            #expect(try await desk.run("gaps", "--reason", "because").status == 64)
            #expect(try await desk.run("gaps", "--reason", "capture_not_requested").status == 64)
            #expect(try await desk.run("gaps", "--all", "--json").objects.last?["unexplained"] == .number(1))
        }
    }

    @Test func `is a line for people, whatever its explanation says`() async throws {
        try await Self.withGap { desk, task in
            let note = "two\nlines \u{1B}[31mand red"
            for arguments in [["explain", task, "--reason", "other", "--note", note], ["--all"], ["show", task]] {
                let ending = try await desk.start(["gaps"] + arguments).end()
                #expect(ending.status == 0)
                #expect(ending.output.contains("two\\nlines"))
                #expect(!ending.output.contains("\u{1B}"))
            }
            #expect(try await desk.run("gaps", "--all", "--json").objects.first?["explanation"]?["note"]?.text == note)
        }
    }
}

@Suite struct `What other sources count` {
    private static let searchOnly = ["CALLARK_ORG_ACME_CROSS_CHECK_ACTIVITIES": "false"]

    @Test func `is reported by status and gaps if it does not agree, and no longer once it does`() async throws {
        try await Desk.with(calls: 20) { desk in
            desk.simulator.change { $0.tasks.hiddenShare = 0.4 }
            let pass = try await desk.run("archive", "--day", desk.day, "--json", environment: Self.searchOnly)
            let told = try #require(try pass.objects.first { $0["type"]?.text == "witness" })
            #expect(told["fits"] == .boolean(false))
            let status = try await desk.run("status", "--json").objects
            let day = try #require(status.first { $0["day"]?.text == desk.day && $0["type"]?.text == "day" })
            #expect(day["differing"]?.list == [.text("search")])
            #expect(status.filter { $0["type"]?.text == "witness" } == [told])
            #expect(status.first { $0["type"]?.text == "organization" }?["days_differing"] == .number(1))
            let text = try await desk.run("status").output
            let hidden = try #require(told["figures"]?["not_listed"]?.number.map { Int($0) })
            let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("  \(desk.day)  ") })
            #expect(row.hasSuffix("differs from Search"))
            #expect(text.contains("\(desk.day) differs from Search: \(hidden) calls were missing from the task list"))
            #expect(text.contains("it has 20 contacts"))
            let gaps = try await desk.run("gaps", "--day", desk.day, "--json").objects
            #expect(gaps.filter { $0["type"]?.text == "witness" } == [told])
            #expect(gaps.last?["days_differing"] == .number(1))
            #expect(try await desk.run("gaps").output.contains("1 day disagrees with another source\n"))
            let report = try await desk.run("report", "--day", desk.day, "--json").objects
            #expect(report.first?["differing"]?.list == [.text("search")])
            let sheet = try await desk.run("report", "--day", desk.day, "--csv").output.split(separator: "\r\n")
            let column = try #require(sheet.first?.split(separator: ",").firstIndex(of: "differing"))
            let dayLine = try #require(sheet.dropFirst().first).split(separator: ",", omittingEmptySubsequences: false)
            #expect(dayLine.count == sheet.first?.split(separator: ",").count && dayLine[column] == "search")
            #expect(try await desk.run("report", "--day", desk.day).output.contains(", differs from Search\n"))
            for (window, more) in [
                (["--day", "2020-01-01"], "1 day not listed, the oldest 2020-01-01"), (["--to", desk.day], ""),
            ] {
                let other = try await desk.start(["gaps"] + window).end()
                #expect(other.output.hasPrefix("0 gaps\n\(more)"))
            }
            _ = try await desk.run("archive", "--day", desk.day, environment: Self.searchOnly)
            let clean = try await desk.run("status").output
            #expect(!clean.contains("differs from"))
            #expect(try await desk.run("gaps", "--json").objects.last?["days_differing"] == .number(0))
        }
    }
}
