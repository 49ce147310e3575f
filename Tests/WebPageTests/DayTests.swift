import Foundation
import Recordings
import Testing

@testable import WebPage

/// Days and months on pages.
@Suite struct `A day on a page`: ReadsPages {
    private func day(_ closings: String, _ statement: String) -> [String: String] {
        [
            "/api/v1/calls": #"{"calls":[]}"#,
            "/api/v1/days/acme/2026-11-20": """
            {"day":"2026-11-20","state":"closed","missing":0,"bytes":1,"audio_ms":1,"tasks":{},"recordings":{"expected":3,"archived":3},
            "open_because":[],"needed":[],"witnesses":[],"gap_list":[],
            "archives":[{"path":"/a/acme-2026-11-20-001.tar","state":"sound","recordings":3,"bytes":1,"sha256":"aa","copies":["disk","vault"],
                "read_time":"2026-11-25T06:00:00.000Z"}],
            "statement":\(statement),"closings":\(closings)}
            """,
        ]
    }

    private let place = ["organization": "acme", "day": "2026-11-20"]

    @Test func `of a day has its statement, its number and its proof`() async throws {
        let closings = """
            [{"type":"day.closed","time":"2026-11-21T03:31:00.000Z","leaf":900,"published":true,"sha256":"bb","recordings":2,"gaps":0},
            {"type":"day.reopened","time":"2026-11-22T03:31:00.000Z","leaf":1000,"published":true,"sha256":null,"recordings":null,"gaps":null},
            {"type":"day.closed","time":"2026-11-23T03:31:00.000Z","leaf":1234,"published":false,"sha256":"cc","recordings":3,"gaps":1}]
            """
        let statement = #"{"sha256":"cc","current":true,"archive":"acme-2026-11-20-001"}"#
        let page = try await html(.day, role: "auditor", values: place, day(closings, statement))
        let words = text(page).replacing("\u{202F}", with: " ")
        #expect(
            words.contains(
                "Closed: 3 recordings, 1 explained gap. Entry 1 234 of the evidence log; no checkpoint has it yet."
            )
        )
        #expect(words.contains("Opened again") && words.contains("Entry 900 of the evidence log."))
        #expect(page.contains(#"href="/api/v1/days/acme/2026-11-20/proof""#))
        #expect(words.contains("disk, vault read back today 06:00"))
        let viewer = try await html(.day, role: "viewer", values: place, day(closings, statement))
        #expect(!viewer.contains("/proof"))
    }

    @Test func `of a day has hours that its clocks show`() async throws {
        var answers = day("[]", "null")
        answers["/api/v1/days/acme/2026-03-29"] = answers["/api/v1/days/acme/2026-11-20"]
        answers["/api/v1/calls"] = #"{"calls":[{"created_time":"2026-03-29T00:30:00Z","state":"complete"}]}"#
        let place = ["organization": "acme", "day": "2026-03-29"]
        // In London, 1:00 is 2:00 on this day.
        let page = try await html(.day, values: place, zone: "Europe/London", answers)
        #expect(!page.contains("T01:00:00"))
        #expect(page.contains("from=2026-03-29T00:00:00&amp;to=2026-03-29T02:00:00"))
        let plain = try await html(.day, values: place, answers)
        #expect(plain.contains("from=2026-03-29T23:00:00&amp;to=2026-03-30\""))
    }

    @Test func `of a day with too many calls says that it does not show them by hour`() async throws {
        var answers = day("[]", "null")
        answers["/api/v1/calls"] = #"{"calls":[],"next_cursor":"c"}"#
        #expect(try await html(.day, values: place, answers).contains("too many calls to show them by hour"))
        #expect(try await !html(.day, values: place, day("[]", "null")).contains("too many calls"))
    }

    @Test func `of a day that was never closed says so`() async throws {
        let page = try await html(.day, values: place, day("[]", "null"))
        #expect(page.contains("There is no statement") && !page.contains("/proof"))
    }

    @Test func `that is open leads those who may act to what closes it`() async throws {
        var answers = day("[]", "null")
        answers["/api/v1/days/acme/2026-11-20"] = """
            {"day":"2026-11-20","state":"open","missing":1,"tasks":{},"recordings":{"expected":3},"open_because":["unexplained"],
            "needed":["explain what will not come (`callark gaps`)"],"witnesses":[],"archives":[],"closings":[],
            "gap_list":[{"type":"gap","organization":"acme","task_id":"t","reason":"download_failed","evidence":{}}]}
            """
        let page = try await html(.day, role: "operator", values: place, answers)
        #expect(page.contains(#"href="/gaps?organization=acme&amp;day=2026-11-20">Explain the gaps</a>"#))
        #expect(page.contains(#"href="/passes?organization=acme&amp;day=2026-11-20#start-title">"#))
        #expect(page.contains("explain what will not come (callark gaps)"))
        #expect(try await !html(.day, role: "reviewer", values: place, answers).contains("Explain the gaps"))
    }

    @Test func `is chosen in the form for a pass, and in the list of gaps`() async throws {
        let status = #"{"running":null,"alarms":[],"summary":{},"organizations":[]}"#
        let answers = ["/api/v1/status": status, "/api/v1/passes": #"{"passes":[]}"#]
        let pass = try await html(.passes, query: ["day": "2026-11-20"], answers)
        #expect(pass.contains(#"value="day" checked>"#) && pass.contains(#"name="day" value="2026-11-20""#))
        let other = try await html(.passes, answers)
        #expect(other.contains(#"value="since" checked>"#) && other.contains(#"name="day" value="""#))
        let gaps = try await html(
            .gaps,
            query: ["day": "2026-11-20"],
            ["/api/v1/gaps?day=2026-11-20&explained=false&limit=200&organization=acme": #"{"gaps":[],"total":0}"#]
        )
        #expect(gaps.contains("of Friday 20 November 2026"))
    }

    @Test func `that no pass has listed is not shown as open in its month`() async throws {
        func line(_ day: String, _ listed: Int) -> String {
            """
            {"day":"\(day)","state":"open","missing":0,"tasks":{"listed":\(listed)},"recordings":{"expected":0},
            "open_because":["not_listed"],"archives":[]}
            """
        }
        let report = """
            {"summary":{"verdicts":[{"complete":false,"missing":0,"sentence":"November 2026: not complete."}]},"gaps":[],
            "days":[\(line("2026-11-20", 0)),\(line("2026-11-21", 2))]}
            """
        let month = ["organization": "acme", "month": "2026-11"]
        let words = text(try await html(.month, values: month, ["/api/v1/reports/acme": report]))
        #expect(words.contains("Fri 20 Nov ○ nothing listed") && words.contains("Sat 21 Nov ◐ open"))
    }
}
