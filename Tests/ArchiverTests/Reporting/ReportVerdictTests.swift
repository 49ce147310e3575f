import Manifest
import Recordings
import Testing

@testable import Archiver

@Suite struct `The verdict of a report` {
    private static func figures(_ change: (inout ReportFigures) -> Void) -> ReportFigures {
        var figures = ReportFigures()
        figures.expected = 5854
        figures.archived = 5854
        change(&figures)
        return figures
    }

    static let cases: [(ReportVerdict.Days, ReportFigures, String)] = [
        (
            .init(count: 31, closed: 31), figures { _ in },
            "complete. All 31 days closed; 5,854 of 5,854 recordings archived."
        ),
        (
            .init(count: 31, closed: 25),
            figures {
                $0.archived = 5847
                $0.missing = 7
                $0.missingReasons = [.neverAvailable: 2, .damagedAtProvider: 5]
            },
            "not complete. 25 of 31 days closed; 5,847 of 5,854 recordings archived; 7 missing: "
                + "5 damaged at the provider, 2 never available."
        ),
        (
            .init(count: 30, closed: 28, notOver: 2),
            figures {
                $0.archived = 5840
                $0.stored = 10
                $0.pending = 1
                $0.explained = 3
            },
            "complete so far. 28 of 30 days closed (2 not over); 5,840 of 5,854 recordings archived; "
                + "10 stored, not yet sealed; 1 pending; 3 explained."
        ),
        (
            .init(count: 1, closed: 0),
            figures {
                $0.expected = 1
                $0.archived = 0
                $0.damaged = 1
            },
            "not complete. The day is not closed; 0 of 1 recording archived; 1 damaged."
        ),
        (
            .init(count: 1, notOver: 1), figures { _ in },
            "not complete. The day is not over; 5,854 of 5,854 recordings archived."
        ),
        (
            .init(count: 2, closed: 0, notListed: 2),
            figures {
                $0.expected = 0
                $0.archived = 0
            },
            "not complete. 0 of 2 days closed; 0 of 0 recordings archived. 2 days were not listed: what is missing there "
                + "is not known."
        ),
        (
            .init(count: 2, closed: 1, notOver: 1), figures { $0.damaged = 1 },
            "not complete. 1 of 2 days closed (1 not over); 5,854 of 5,854 recordings archived; 1 damaged."
        ),
    ]

    @Test(arguments: cases) func `is one sentence`(_ days: ReportVerdict.Days, _ figures: ReportFigures, _ text: String)
    {
        #expect(ReportVerdict(days, figures).sentence(of: "October 2026") == "October 2026: \(text)")
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")])
    func `groups digits by three`(_ number: Int, _ text: String) {
        #expect(number.grouped == text)
    }

    @Test(arguments: GapReason.allCases) func `has words for every reason`(_ reason: GapReason) {
        for text in [reason.words, reason.meaning, reason.advice] {
            #expect(!text.isEmpty && !text.contains("_") && text.last != ".")
        }
    }
}

@Suite struct `The figures of a report` {
    private static func account(_ change: (inout PassSummary.Recordings) -> Void, gaps: [Gap]) throws -> DayAccount {
        let organization = try #require(OrganizationName("acme"))
        let day = try #require(ArchiveDay("2026-10-03"))
        var account = DayAccount(figures: DayReconciliation(organization: organization, day: day), gaps: gaps)
        change(&account.figures.summary.recordings)
        return account
    }

    private static func gap(_ reason: GapReason, explained: Bool = false) throws -> Gap {
        let time = Timestamp(millisecondsSince1970: 0)
        return Gap(
            organization: try #require(OrganizationName("acme")),
            day: try #require(ArchiveDay("2026-10-03")),
            taskID: try #require(TaskID("task")),
            createdTime: time,
            reason: reason,
            explanation: explained
                ? GapExplanation(reason: .testCall, note: "n", author: "ann", authorUID: 1000, time: time) : nil
        )
    }

    @Test func `count each expected recording once, and each reason with what it is a reason of`() throws {
        let gaps = [
            try Self.gap(.neverAvailable), try Self.gap(.neverAvailable, explained: true),
            try Self.gap(.downloadFailed), try Self.gap(.damaged), try Self.gap(.lost),
            try Self.gap(.lost, explained: true), try Self.gap(.notAskedYet), try Self.gap(.notYetAvailable),
            try Self.gap(.notYetAvailable, explained: true),
        ]
        let account = try Self.account(
            {
                $0.known = 20 + 3 + 2 + 1 + 3
                $0.archived = 20
                $0.stored = 3
                $0.pending = 2
                $0.failed = 1
                $0.damaged = 3
                $0.gaps = 5
                $0.awaited = 2
                $0.explained = 3
                $0.unexplained = 6
                $0.unrepaired = 2
            },
            gaps: gaps
        )
        let figures = ReportFigures(account)
        let parts = [
            figures.archived, figures.stored, figures.pending, figures.missing, figures.explained, figures.damaged,
        ]
        #expect(parts == [20, 3, 4, 2, 3, 2])
        #expect(parts.reduce(0, +) == figures.expected)
        #expect(figures.pendingReasons == [.notAskedYet: 1, .notYetAvailable: 1])
        let reasons = Dictionary(
            uniqueKeysWithValues: figures.reasons.map { ($0.figure, $0.reasons.reduce(0) { $0 + $1.count }) }
        )
        #expect(reasons == ["pending": figures.pending, "missing": figures.missing, "damaged": figures.damaged])
        #expect(figures.reasons.first?.reasons.last?.words == "not received yet")
        #expect(figures.missingReasons == [.neverAvailable: 1, .downloadFailed: 1])
        #expect(figures.damagedReasons == [.damaged: 1, .lost: 1])
        #expect(figures.explanations == [.testCall: 3])
        var twice = figures
        twice += figures
        #expect(twice.missing == 4 && twice.missingReasons[.downloadFailed] == 2 && twice.expected == 68)
    }
}

@Suite struct `The steps of a report` {
    private static func days(_ reasons: [[DayReport.OpenReason]]) throws -> [DayReport] {
        let organization = try #require(OrganizationName("acme"))
        let first = try #require(ArchiveDay("2026-10-01"))
        let days = first.through(try #require(ArchiveDay("2026-10-31")))
        return zip(days, reasons).map { day, reasons in
            DayReport(
                account: DayAccount(figures: DayReconciliation(organization: organization, day: day)),
                archives: [],
                openBecause: reasons
            )
        }
    }

    @Test func `join days in a row that are open for the same reasons`() throws {
        let days = try Self.days([
            [.notListed], [.notListed], [], [.unexplained(2)], [.unexplained(3)],
            [.unexplained(1), .pending(1, awaited: 0)], [.notOver],
            [.pending(2, awaited: 0)], [.pending(0, awaited: 1)],
        ])
        let steps = ReportStep.steps(days)
        let periods = [
            "2026-10-01 to 2026-10-02", "2026-10-04 to 2026-10-05", "2026-10-06", "2026-10-08 to 2026-10-09",
        ]
        #expect(steps.map(\.period) == periods)
        #expect(steps.map(\.why) == ["not listed", "5 unexplained", "1 unexplained, 1 pending", "3 pending"])
        #expect(steps[0].steps == ["callark archive --org acme --from 2026-10-01 --to 2026-10-03"])
        #expect(
            steps[1].steps == [
                "explain what will not come (callark gaps --org acme --from 2026-10-04 --to 2026-10-06)",
                "callark archive --org acme --from 2026-10-04 --to 2026-10-06",
            ]
        )
        #expect(steps[2].steps.last == "callark archive --org acme --day 2026-10-06")
        #expect(
            steps[3].steps == [
                "wait: passes ask again until the horizon (callark gaps --org acme --from 2026-10-08 --to 2026-10-10 says "
                    + "when next)",
                "callark archive --org acme --from 2026-10-08 --to 2026-10-10",
            ],
            "nobody explains what may still come"
        )
        let unasked = ReportStep.steps(try Self.days([[.pending(2, awaited: 0)]]))
        #expect(unasked.first?.steps == ["callark archive --org acme --day 2026-10-01"])
    }

    @Test func `repair each day by itself, and archive them together`() throws {
        let steps = ReportStep.steps(try Self.days([[.damaged(1)], [.damaged(2)]]))
        #expect(steps.map(\.why) == ["3 damaged"])
        #expect(
            steps.first?.steps == [
                "`callark verify --repair` uses a restored file, copies what is intact, and fetches the rest",
                "callark verify --repair --org acme --day 2026-10-01",
                "callark verify --repair --org acme --day 2026-10-02",
                "callark archive --org acme --from 2026-10-01 --to 2026-10-03",
            ]
        )
    }

    /// A missing file and damaged recordings in an existing one are repaired in the same way.
    @Test func `about damage are the same sentence wherever they are said`() throws {
        let missing = ReportStep.steps(try Self.days([[.archivesDamaged(1)]]))
        #expect(missing.first?.steps == ReportStep.steps(try Self.days([[.damaged(9)]])).first?.steps)
        #expect(missing.first?.steps.first == GapReason.damaged.advice)
    }

    @Test func `leave to the running pass what it ends, and nothing else`() throws {
        var days = try Self.days([
            [.notListed], [.pending(2, awaited: 1), .undetermined(1)], [.unexplained(2), .notClosedYet], [.damaged(1)],
        ])
        for place in days.indices { days[place].isUnderWay = true }
        let wait = "wait until the pass that is running ends"
        #expect(days.map(\.needed.first) == [wait, wait, wait, GapReason.adviceOnDamage])
        #expect(days[0].needed == [wait] && days[1].needed == [wait])
        let explain = "explain what will not come (callark gaps --org acme --day 2026-10-03)"
        #expect(days[2].needed.dropFirst().first == explain)
        days[1].isUnderWay = false
        #expect(ReportStep.steps(days).count == 4, "days that are under way are told apart")
    }

    @Test func `are none if nothing is to be done`() throws {
        #expect(ReportStep.steps(try Self.days([[], [.notOver]])) == [])
        #expect(ReportStep.steps([]) == [])
    }
}
