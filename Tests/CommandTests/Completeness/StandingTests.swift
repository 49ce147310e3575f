import Foundation
import Simulator
import Testing

/// What commands say about the state of things: never more than they have checked, and never two different things.
@Suite struct `How things stand` {
    /// With these limits, the day before yesterday is long past.
    private static let impatient = [
        "CALLARK_ALARMS_FREE_BYTES": "0", "CALLARK_ALARMS_OPEN_DAY_DAYS": "1", "CALLARK_CAPTURES_HORIZON_DAYS": "1",
        "CALLARK_CAPTURES_LOOK_BACK_HOURS": "24",
    ]

    /// A desk whose last call has no recording yet.
    private func withGap(_ body: (Desk, _ task: String) async throws -> Void) async throws {
        try await Desk.with(mix: .plain) { desk in
            let task = try #require(desk.simulator.servedRecordings().last).taskID
            desk.simulator.holdBackCaptures(of: task, until: desk.simulator.clock.now + .seconds(86_400))
            try await body(desk, task)
        }
    }

    @Test func `each alarm ends with the command that it names`() async throws {
        try await withGap { desk, task in
            #expect(try await desk.alarms().codes == ["no_complete_pass"])
            #expect(try await desk.end("no_complete_pass").status == 75, "a recording is missing")
            let incomplete = try await desk.alarms()
            #expect(incomplete.codes == ["no_complete_pass"])
            #expect(incomplete.lines[0]["message"]?.text?.contains("1 pending") == true)
            let twice = try await desk.run("archive", "--day", desk.day, environment: Self.impatient)
            #expect(twice.status == 75)
            let late = try await desk.alarms(Self.impatient)
            #expect(Set(late.codes) == ["no_complete_pass", "gaps_unexplained", "days_open"])
            #expect(late.status == 75)
            try await desk.explainGap(task, of: "gaps_unexplained", Self.impatient)
            #expect(try await desk.alarms(Self.impatient).codes == ["no_complete_pass", "days_open"])
            #expect(try await desk.end("days_open", Self.impatient).status == 0)
            #expect(try await desk.alarms(Self.impatient).codes == [])
            desk.simulator.inject(FaultRule(.tasks, .always, .status(403)))
            #expect(try await desk.run("archive").status == 77)
            let failed = try await desk.alarms()
            #expect(failed.codes == ["last_pass_failed"])
            #expect(failed.status == 77)
            #expect(failed.lines[0]["message"]?.text?.contains("status 403") == true)
            desk.simulator.clearFaults()
            #expect(try await desk.end("last_pass_failed").status == 0)
            let ends = try await desk.run(
                "status",
                "--check",
                environment: Desk.roomy.merging(["CALLARK_ALARMS_TOKEN_DAYS": "365"]) { $1 }
            )
            #expect(ends.status == 77)
            #expect(ends.output.contains("token_ends") && ends.output.hasSuffix("callark auth refresh --org acme\n"))
            #expect(try await desk.alarms().codes == [])
        }
    }

    @Test func `of damage ends with the command that it names`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("archive").status == 0)
            let path = try #require(try desk.archives().first)
            let row = try #require(try await desk.run("list", "--state", "archived", "--json").objects.first)
            try desk.flipByte(of: path, at: UInt64(try #require(row["offset"]?.number)) + 60)
            #expect(try await desk.run("verify").status == 65)
            #expect(try await desk.alarms().codes == ["archives_damaged"])
            #expect(try await desk.end("archives_damaged").status == 0)
            #expect(try await desk.alarms().codes == [])
            let aside = "\(desk.folder)/aside.tar"
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            #expect(try await desk.run("verify").status == 65)
            #expect(try await desk.alarms().codes.contains("archives_damaged"))
            try FileManager.default.moveItem(atPath: aside, toPath: path)
            #expect(try await desk.end("archives_damaged").status == 0)
            #expect(try await desk.alarms().codes == [])
        }
    }

    @Test func `of a token's end ends with the command that it names`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            desk.simulator.change { $0.tokens.refreshLifetime = .seconds(3 * 86_400) }
            #expect(try await desk.run("auth", "refresh").status == 0)
            try await desk.archiveDay()
            #expect(try await desk.run("archive").status == 0)
            #expect(try await desk.alarms().codes == ["token_ends"])
            desk.simulator.change { $0.tokens.refreshLifetime = .seconds(90 * 86_400) }
            #expect(try await desk.end("token_ends").status == 0)
            #expect(try await desk.alarms().codes == [])
        }
    }

    private static let horizon = ["CALLARK_ALARMS_FREE_BYTES": "0", "CALLARK_ALARMS_HORIZON_HOURS": "8760"]
    private static let purge = [
        "CALLARK_ALARMS_FREE_BYTES": "0", "CALLARK_CAPTURES_PROVIDER_RETENTION_DAYS": "10",
        "CALLARK_ALARMS_PURGE_DAYS": "9",
    ]

    @Test func `of a purge that is near ends with the command that it names`() async throws {
        try await withGap { desk, task in
            #expect(try await desk.run("archive").status == 75)
            #expect(try await desk.run("archive", "--day", desk.day).status == 75)
            let near = try await Set(desk.alarms(Self.horizon).codes).union(
                try await Set(desk.alarms(Self.purge).codes)
            )
            #expect(near.isSuperset(of: ["gaps_near_horizon", "purge_near"]))
            let usual = try await Set(desk.alarms(Desk.roomy).codes)
            #expect(usual.isDisjoint(with: ["gaps_near_horizon", "purge_near"]))
            desk.simulator.holdBackCaptures(of: task, until: nil)
            let fetched = try await desk.end("purge_near", Self.purge)
            #expect(fetched.status == 0)
            let after = try await Set(desk.alarms(Self.horizon).codes).union(
                try await Set(desk.alarms(Self.purge).codes)
            )
            #expect(after.isDisjoint(with: ["gaps_near_horizon", "purge_near"]))
        }
    }

    @Test func `of a horizon that is near ends with the command that it names`() async throws {
        try await withGap { desk, task in
            #expect(try await desk.run("archive").status == 75)
            try await desk.explainGap(task, of: "gaps_near_horizon", Self.horizon)
            let after = try await Set(desk.alarms(Self.horizon).codes)
            #expect(!after.contains("gaps_near_horizon"))
        }
    }

    @Test func `of a refused token is reported by every command until there is another`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("archive").status == 0)
            #expect(try await desk.run("auth", "status").status == 0)
            desk.simulator.inject(try FaultRule("token refuse"))
            #expect(try await desk.run("auth", "refresh").status == 77)
            let told = try await desk.run("auth", "status", "--json")
            #expect(told.status == 77)
            let row = try #require(try told.objects.first)
            #expect(row["state"]?.text == "refused")
            #expect(row["refused"]?.text?.isEmpty == false)
            #expect(row["refusal"]?.text?.contains("access_token") == true)
            #expect(try await desk.run("auth", "status").output.contains("run `callark auth login --org acme`"))
            let check = try await desk.alarms()
            #expect(check.codes == ["token_refused"])
            #expect(check.status == 77)
            let status = try await desk.run("status")
            #expect(status.output.contains("token: the provider refused the refresh token at "))
            #expect(status.output.contains("CRITICAL acme token_refused: "))
            let file = "\(desk.root)/spool/credentials/acme.json.refused"
            let kept = try String(contentsOfFile: file, encoding: .utf8)
            #expect(!kept.contains(desk.simulator.refreshToken) && !kept.contains(desk.simulator.clientSecret))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let again = try await desk.run("auth", "refresh", "--if-older-than", "7")
            #expect(again.status == 77, "a pair that was refused is not young enough")
            desk.simulator.clearFaults()
            let renewed = try await desk.run("auth", "refresh", "--if-older-than", "7")
            #expect(renewed.output.contains("acme: renewed"))
            #expect(try await desk.run("auth", "status").status == 0)
            #expect(try await desk.alarms().codes == [])
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    @Test func `is the same in status, in its check, and at the end of a pass`() async throws {
        try await withGap { desk, _ in
            #expect(try await desk.run("archive").status == 75)
            let pass = try await desk.run("archive", "--day", desk.day, environment: Self.impatient)
            let check = try await desk.run("status", "--check", environment: Self.impatient)
            let status = try await desk.run("status", environment: Self.impatient)
            let lines = check.output.split(separator: "\n").map(String.init)
            #expect(!lines.isEmpty && lines != ["OK"])
            func told(_ text: String) -> [String] {
                text.split(separator: "\n").map(String.init).filter {
                    $0.hasPrefix("WARNING ") || $0.hasPrefix("CRITICAL ")
                }
            }
            #expect(told(pass.output) == lines)
            #expect(told(status.output) == lines)
            let reason = "present: none yet; the last one: "
            let whyNone = try #require(status.output.split(separator: "\n").first { $0.contains(reason) })
            #expect(whyNone.hasSuffix(", not complete (1 pending)"), "the one over that day was not up to the present")
            #expect(lines[0].contains("no pass up to the present has been complete yet"))
            #expect(status.output.contains("  last pass: "))
            #expect(status.output.contains("not complete (1 missing and not explained)"))
            let json = try await desk.run("archive", "--day", desk.day, "--json", environment: Self.impatient).objects
            #expect(json.last?["type"]?.text == "summary")
            #expect(json.last?["reason"]?.text == "1 missing and not explained")
            #expect(json.filter { $0["type"]?.text == "alarm" }.count >= lines.count)
        }
    }

    @Test func `is complete for a given day, and says that the present was not looked at`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            let pass = try await desk.run("archive", "--day", desk.day, environment: Desk.roomy)
            #expect(pass.status == 0)
            let window = "\(desk.day) 00:00 to "
            #expect(pass.output.contains("\n  complete from \(window)"), "\(pass.output)")
            #expect(!pass.output.contains("no_complete_pass"), "that is not what was asked")
            let alarms = try await desk.alarms()
            #expect(alarms.codes == ["no_complete_pass"] && alarms.status == 75)
            let told = try #require(alarms["no_complete_pass"]?["message"]?.text)
            #expect(told.hasPrefix("no pass up to the present has run yet; "))
            #expect(told.contains("; the last one was complete, but only from \(window)"))
            let status = try await desk.run("status", environment: Desk.roomy)
            #expect(status.output.contains("CRITICAL acme no_complete_pass: "))
            let step = try await desk.run("archive", "--from", desk.day, "--low-priority", environment: Desk.roomy)
            #expect(step.status == 0 && !step.output.contains("no_complete_pass"))
            #expect(try await desk.alarms().codes == ["no_complete_pass"], "nor does a backfill look at the present")
            #expect(status.output.contains("present: none yet; `callark archive --org acme` makes one\n"))
            #expect(status.output.contains(", complete, from \(desk.day) 00:00 to "))
            #expect(try await desk.end("no_complete_pass").status == 0)
            #expect(try await desk.alarms().codes == [])
        }
    }

    @Test func `is reported for days outside the window too, and counts as damage when all failures are retried`()
        async throws
    {
        try await Desk.with(calls: 4, earlier: [20], mix: .plain) { desk in
            let old = try #require(desk.simulator.world.days.first)
            #expect(try await desk.run("archive", "--day", old).status == 0)
            let lost = try #require(try desk.archives().first)
            try FileManager.default.removeItem(atPath: lost)
            let daily = try await desk.run("archive", environment: Desk.roomy)
            #expect(daily.status == 0, "its own window is complete")
            let line = try #require(daily.output.split(separator: "\n").first { $0.hasPrefix("  complete from ") })
            #expect(line.firstMatch(of: /; outside of it: [0-9]+ damaged$/) != nil, "\(line)")
            let advice =
                "`callark verify --repair` uses a restored file, copies what is intact, and "
                + "fetches the rest"
            let retry = try await desk.run("archive", "--retry-failed")
            #expect(retry.status == 65)
            #expect(
                !retry.output.contains(" listed from ") && !retry.output.contains("not received"),
                "\(retry.output)"
            )
            #expect(retry.output.firstMatch(of: /not complete: [0-9]+ of other days damaged/) != nil, "\(retry.output)")
            #expect(retry.output.contains(advice) && !retry.output.contains("run it again later"))
            let estimate = try await desk.run("archive", "--dry-run", "--day", old)
            let pass = try await desk.run("archive", "--day", old)
            #expect(estimate.status == 65 && pass.status == 65)
            let counted = try #require(pass.output.firstMatch(of: /, ([0-9]+) damaged\n/)?.output.1)
            #expect(estimate.output.contains("; 0 are held, \(counted) are damaged\n"), "\(estimate.output)")
            for told in [
                estimate.output, pass.output, try await desk.run("report", "--day", old).output,
                try await desk.run("status", "--check").output, try await desk.run("gaps").output,
            ] {
                #expect(told.contains(advice), "\(told)")
            }
            let gaps = try await desk.run("gaps").output
            #expect(!gaps.contains("records why it is missing"), "damage is explained only when it cannot be repaired")
            let figures = ["EXPECTED", "ARCHIVED", "STORED", "PENDING", "MISSING", "EXPLAINED", "DAMAGED"]
            let tables = [
                pass.output, try await desk.run("status").output, try await desk.run("report", "--day", old).output,
            ]
            for text in tables {
                let heading = try #require(text.split(separator: "\n").first { $0.contains("EXPECTED  ") })
                #expect(
                    heading.split(separator: " ").map(String.init).filter(figures.contains) == figures,
                    "\(heading)"
                )
            }
            #expect(try await desk.end("archives_damaged").status == 0)
            #expect(try await desk.run("archive", "--retry-failed").status == 0)
        }
    }

    @Test(.enabled(if: getuid() == 0, "needs to become another user"))
    func `is shown to an account of the group as far as it may read, and cannot delay a pass`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            // Creates the folder of the tokens first, and the spool above it.
            #expect(try await desk.run("auth", "refresh").status == 0)
            #expect(try await desk.run("archive").status == 0)
            func mode(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: "\(desk.root)/\(path)")[.posixPermissions] as? Int
            }
            #expect(try mode("spool") == 0o750 && mode("spool/credentials") == 0o700)
            #expect(try mode("spool/pass.lock") == 0o600, "who can open it can hold it")
            let become = ["setpriv", "--reuid", "65534", "--regid", "\(getgid())", "--clear-groups"]
            func run(_ arguments: String...) async throws -> Program.Ending {
                try await desk.start(arguments, environment: Desk.roomy, within: become).end()
            }
            let check = try await run("status", "--check")
            #expect(check.status == 75, "\(check.output)\(check.errors)")
            let what = "WARNING acme not_checked: could not check the token: not readable by this account: "
            #expect(check.output.hasPrefix(what))
            #expect(check.output.split(separator: "\n").count == 1)
            let status = try await run("status")
            #expect(status.status == 0 && status.output.hasPrefix("running: nothing\n"), "\(status.output)")
            #expect(try await run("auth", "status").status == 74)
            #expect(try await desk.run("auth", "status", "--help").output.contains("74"))
            let program = try desk.start("archive")
            #expect(try await program.end().status == 0)
        }
    }

    @Test func `is pending, and not missing, if no pass has asked yet`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            desk.simulator.inject(FaultRule(.captures, .always, .status(403)))
            #expect(try await desk.run("archive", "--day", desk.day).status == 77)
            let calls = try await desk.run("list", "--json", "--calls").objects.dropLast()
            #expect(calls.count == 4 && calls.allSatisfy { $0["state"]?.text == "pending" })
            func rows(_ state: String) async throws -> Int {
                try await desk.run("list", "--state", state, "--json").objects.count { $0["type"]?.text == "gap" }
            }
            #expect(try await rows("pending") == 4)
            #expect(try await rows("gap") == 4)
            #expect(try await rows("missing") == 0)
            let status = try await desk.run("status", "--json").objects
            let day = try #require(status.first { $0["type"]?.text == "day" })
            #expect([day["gaps"], day["awaited"], day["missing"]] == [.number(4), .number(4), .number(0)])
            let report = try await desk.run("report", "--day", desk.day)
            #expect(report.output.contains("; 4 pending.") && !report.output.contains("; 4 missing"))
            #expect(report.output.contains("      4  not asked about yet: "))
            #expect(try await desk.run("gaps").output.contains("\n4 gaps: 4 pending\n"))
            let text = try await desk.run("status").output.split(separator: "\n")
            let heading = try #require(text.first { $0.hasPrefix("  DAY ") }).split(separator: " ")
            let figures = try #require(text.first { $0.hasPrefix("  \(desk.day) ") }).split(separator: " ")
            let counted = Dictionary(uniqueKeysWithValues: zip(heading, figures).map { (String($0), String($1)) })
            #expect(counted["EXPECTED"] == "4" && counted["PENDING"] == "4" && counted["MISSING"] == "0")
        }
    }

    @Test func `is complete only where it was looked at`() async throws {
        try await withGap { desk, task in
            let blind = try await desk.run("archive", "--day", desk.day, "--retry-failed")
            #expect(blind.status == 75)
            #expect(blind.output.contains("not complete: \(desk.day) not listed"))
            #expect(blind.output.contains("callark archive --org acme --day \(desk.day)"))
            let json = try await desk.run("archive", "--day", desk.day, "--retry-failed", "--json").objects
            #expect(json.last?["complete"] == .boolean(false))
            #expect(json.last?["not_listed"]?.list == [.text(desk.day)])
            #expect(try await desk.run("archive", "--retry-failed").status == 75)
            let gaps = try await desk.run("gaps", "--day", desk.day)
            #expect(gaps.output.contains("1 day not listed, the oldest \(desk.day)"))
            let from = ["archive", "--from", desk.day, "--low-priority", "--json"]
            let first = try await desk.start(from).end()
            #expect(first.status == 75)
            let again = try await desk.start(from).end()
            #expect(again.status == 75)
            #expect(try again.objects.last?["done"] == .number(0))
            #expect(try again.objects.last?["incomplete"]?.list == [.text(desk.day)])
            #expect(try again.objects.last?["complete"] == .boolean(false))
            #expect(try await desk.run("archive", "--day", desk.day, "--retry-failed").status == 75)
            #expect(
                try await desk.run("gaps", "explain", task, "--reason", "other", "--note", "x").status == 0
            )
            #expect(try await desk.start(from).end().status == 0)
            #expect(try await desk.run("archive", "--day", desk.day, "--retry-failed").status == 0)
            let unknown = try await desk.run("gaps", "--day", "2020-01-01")
            #expect(unknown.output.contains("1 day not listed, the oldest 2020-01-01"))
            let report = try await desk.run("report", "--day", "2020-01-01", "--json").objects
            #expect(report.first?["needed"]?.list == [.text("callark archive --org acme --day 2020-01-01")])
            #expect(report.first?["complete"] == .boolean(false))
        }
    }
}
