import Foundation
import Recordings
import Testing

@testable import WebPage

/// Pages as they are made from answers of the API.
@Suite struct `A view`: ReadsPages {
    // MARK: Calls

    private func calls(_ durations: [Int], next: Bool = false) -> [String: String] {
        let lines = durations.map { seconds in
            """
            {"type":"call","organization":"acme","task_id":"t\(seconds)","created_time":"2026-11-24T08:00:00Z","agents":\
            [{"id":"a","name":"Ana María"}],"queue":"Billing","origin":"+44\(seconds)","direction":"inbound",\
            "duration_ms":\(seconds * 1000),"recordings":1,"transcripts":0,"state":"complete"}
            """
        }
        let cursor = next ? #","next_cursor":"c1""# : ""
        return ["/api/v1/calls": "{\"calls\":[\(lines.joined(separator: ","))]\(cursor)}"]
    }

    @Test func `of calls sorts all that were found by their length`() async throws {
        let page = try await html(.calls, query: ["sort": "length"], calls([61, 7, 300]))
        let numbers = page.matches(of: /<bdi>\+44([0-9]+)<\/bdi>/).map { String($0.output.1) }
        #expect(numbers == ["300", "61", "7"])
        #expect(page.contains("3 calls, longest first") && page.contains(#"aria-sort="descending""#))
    }

    @Test func `of calls says that a part of them is not sorted`() async throws {
        let page = try await html(.calls, query: ["sort": "length"], calls([61, 7, 300], next: true))
        let numbers = page.matches(of: /<bdi>\+44([0-9]+)<\/bdi>/).map { String($0.output.1) }
        #expect(numbers == ["61", "7", "300"] && page.contains("Narrow the search to sort by length"))
        #expect(!page.contains("aria-sort"))
    }

    @Test func `of calls offers times, and names that were found`() async throws {
        let page = try await html(.calls, query: ["agent": "Ana María", "month": "this"], calls([61]))
        #expect(page.contains("from=2026-11-16&amp;to=2026-11-23") || page.contains("from=2026-11-16&to=2026-11-23"))
        #expect(page.contains(#"<option value="Ana María">"#) && page.contains(#"<option value="Billing">"#))
        #expect(page.contains(#"name="agent" value="Ana María""#))
    }

    private let nothing = #"{"calls":[]}"#

    @Test func `of calls finds an agent by a part of the name`() async throws {
        let one = calls([61])["/api/v1/calls"] ?? ""
        let page = try await html(
            .calls,
            query: ["q": "maria"],
            [
                "/api/v1/calls?agent=maria&limit=100": nothing, "/api/v1/calls?limit=100&queue=maria": nothing,
                "/api/v1/calls": one,
            ]
        )
        #expect(page.contains("agent=Ana%20Mar%C3%ADa") && page.contains("+4461"))
    }

    @Test func `of calls offers names, if several have what was typed`() async throws {
        let lines = ["Ana María", "Anatol"].map {
            #"{"type":"call","organization":"acme","task_id":"t","agents":[{"name":"\#($0)"}],"queue":"Banana"}"#
        }
        let page = try await html(
            .calls,
            query: ["q": "ANA"],
            [
                "/api/v1/calls?agent=ANA&limit=100": nothing, "/api/v1/calls?limit=100&queue=ANA": nothing,
                "/api/v1/calls?limit=1000": "{\"calls\":[\(lines.joined(separator: ","))]}",
            ]
        )
        let words = text(page)
        #expect(words.contains("agent Ana María agent Anatol queue Banana"))
        #expect(page.contains(#"href="/calls?queue=Banana""#))
    }

    @Test func `of calls says how many digits a number needs`() async throws {
        let page = try await html(.calls, query: ["q": "794"], ["/api/v1/calls": nothing])
        #expect(page.contains("at least 4 digits in a row") && !page.contains(#"role="alert">"#))
    }

    @Test func `of calls asks how many there are, if there are more than it shows`() async throws {
        let page = try await html(.calls, query: ["direction": "inbound"], calls([61, 7], next: true))
        #expect(page.contains(#"data-count="/api/v1/calls/count?direction=inbound" data-shown="2""#))
        #expect(try await !html(.calls, calls([61])).contains("data-count"))
    }

    @Test(arguments: [
        ("day", "today", "Wed 25 Nov"), ("day", "2026-11-24", "Tue 24 Nov"), ("month", "last", "October 2026"),
        ("month", "2025-12", "December 2025"), ("last", "7d", "7d"),
        ("to", "2026-11-24T08:00:00", "2026-11-24 08:00:00"),
        ("state", "missing", "missing"), ("day", "someday", "someday"),
    ])
    func `of calls shows filters to people`(_ name: String, _ value: String, _ shown: String) async throws {
        let page = try await html(.calls, query: [name: value], calls([61]))
        #expect(page.contains("<bdi>\(shown)</bdi></a><a class=\"remove\""))
    }

    @Test func `of calls keeps a time of day in its fields`() async throws {
        let page = try await html(.calls, query: ["from": "2026-11-24T08:00:00", "to": "2026-11-25"], calls([61]))
        #expect(page.contains(#"<input name="from" type="text" value="2026-11-24T08:00:00">"#))
        #expect(page.contains(#"<input name="to" type="date" value="2026-11-25">"#))
    }

    @Test func `of calls lets only those select calls who may export them`() async throws {
        #expect(try await html(.calls, role: "reviewer", calls([61])).contains(#"id="collect""#))
        let viewer = try await html(.calls, role: "viewer", calls([61]))
        #expect(!viewer.contains(#"id="collect""#) && !viewer.contains("checkbox"))
    }

    // MARK: Overview

    private let status = """
        {"running":null,"alarms":[],"summary":{"free_bytes":5000000000,"total_bytes":9000000000},
        "schedule":[{"organization":"acme","kept":true,"verify_share":"1/30",
            "jobs":[{"job":"poll","next_time":"2026-11-25T09:15:00.000Z"},{"job":"upkeep","next_time":"2026-11-25T09:01:00.000Z"}]}],
        "requests":[{"organization":"acme","per_minute":50,"left":38,"paused_seconds":null}],
        "organizations":[{"organization":"acme","archives":340,"archives_never_read":12,"archives_with_faults":0,"days_differing":0,
            "anchors":[{"name":"freetsa","kind":"timestamp","size":12345,"seen_time":"2026-11-25T06:00:00.000Z"},
                {"name":"other","kind":"witness","size":null,"seen_time":null}]}]}
        """

    @Test func `of everything says what comes next, and what anchors have seen`() async throws {
        let page = try await html(.overview, ["/api/v1/status": status, "/api/v1/days": #"{"days":[]}"#])
        let words = text(page)
        for part in [
            "Next pass today 09:15", "Requests left 38 of 50 this minute", "Archives never read back 12 of 340",
            "1/30 of the archives each day", "freetsa, 3 h ago: 12 345 entries; 1 anchor has seen nothing yet",
        ] {
            #expect(words.replacing("\u{202F}", with: " ").contains(part), "\(part)")
        }
    }

    @Test func `of everything names neither a pass nor an anchor that is not planned`() async throws {
        let bare = #"{"running":null,"alarms":[],"summary":{},"schedule":[],"requests":[],"organizations":[]}"#
        let words = text(try await html(.overview, ["/api/v1/status": bare, "/api/v1/days": #"{"days":[]}"#]))
        #expect(words.contains("Next pass none planned") && words.contains("Newest anchor none configured"))
        #expect(!words.contains("Requests left"))
    }

    @Test func `of the evidence says what each anchor has seen`() async throws {
        let audit =
            #"{"entries":[],"missing":[],"total":0,"checkpoints":[{"origin":"o","root":"r","size":20000,"key_confirmed":true}]}"#
        let page = try await html(.evidence, ["/api/v1/audit": audit, "/api/v1/status": status])
        let words = text(page).replacing("\u{202F}", with: " ")
        #expect(words.contains("Anchor: freetsa, time stamps saw 12 345 entries today 06:00"))
        #expect(words.contains("Anchor: other, witness has seen nothing yet"))
    }

    @Test func `of everything says how long the disk lasts`() async throws {
        let summary = """
            {"running":null,"alarms":[],"summary":{"free_bytes":5000,"total_bytes":9000,"minimum_free_bytes":1000,
            "bytes_per_day":100},"organizations":[]}
            """
        let words = text(try await html(.overview, ["/api/v1/status": summary, "/api/v1/days": #"{"days":[]}"#]))
        #expect(words.contains("Disk lasts about 40 days") && words.contains("On the way nothing"))
        let bare = #"{"running":null,"alarms":[],"summary":{"free_bytes":5000,"total_bytes":9000},"organizations":[]}"#
        let other = text(try await html(.overview, ["/api/v1/status": bare, "/api/v1/days": #"{"days":[]}"#]))
        #expect(!other.contains("Disk lasts"))
    }

    @Test func `of everything leads from an alarm to what it is about`() async throws {
        let alarms = ["days_open", "token_refused", "witness_differs"].map {
            #"{"code":"\#($0)","severity":"warning","organization":"acme","message":"m"}"#
        }
        let list = alarms.joined(separator: ",")
        let status = #"{"running":null,"alarms":[\#(list)],"summary":{},"organizations":[]}"#
        let days = """
            {"days":[{"organization":"acme","day":"2026-11-20","state":"open","differing":[]},
            {"organization":"acme","day":"2026-11-19","state":"closed","differing":["search"]},
            {"organization":"acme","day":"2026-11-21","state":"open","differing":["search"]}]}
            """
        let page = try await html(.overview, ["/api/v1/status": status, "/api/v1/days": days])
        #expect(page.contains(#"<a class="button" href="/days/acme/2026-11-20">See Fri 20 Nov</a>"#))
        #expect(page.contains(#"<a class="button" href="/days/acme/2026-11-19">See Thu 19 Nov</a>"#))
        #expect(page.contains(#"<a class="button" href="/settings">See the settings</a>"#))
        let viewer = try await html(.overview, role: "viewer", ["/api/v1/status": status, "/api/v1/days": days])
        #expect(!viewer.contains(#"<a class="button" href="/settings">"#))
    }

    // MARK: Gaps

    private func gaps(_ lines: [(created: String, reason: String)]) -> [String: String] {
        let gaps = lines.map {
            """
            {"type":"gap","organization":"acme","task_id":"t","created_time":"\($0.created)","reason":"\($0.reason)",
            "evidence":{}}
            """
        }
        return [
            "/api/v1/gaps": "{\"gaps\":[\(gaps.joined(separator: ","))],\"total\":\(gaps.count)}",
            "/api/v1/organizations": """
            {"organizations":[{"name":"acme","horizon_hours":168,"provider_retention_days":1095,"horizon_alarm_hours":24,
            "purge_alarm_days":30}]}
            """,
        ]
    }

    @Test func `of gaps has the most urgent first, and says how much time there is`() async throws {
        let lines = [
            ("2026-11-24T09:00:00Z", "not_yet_available"), ("2026-11-10T09:00:00Z", "never_available"),
            ("2026-11-18T12:00:00Z", "not_yet_available"), ("2023-12-01T09:00:00Z", "download_failed"),
            ("2026-11-11T09:00:00Z", "damaged"), ("2023-11-01T09:00:00Z", "never_available"),
        ]
        let page = try await html(.gaps, gaps(lines))
        let titles = page.matches(of: /<h2 id="u-([a-z]+)"/).map { String($0.output.1) }
        #expect(titles == ["purge", "horizon", "damaged", "missing", "pending"])
        let words = text(page)
        #expect(words.contains("If the provider has it, it keeps it until Fri 9 Nov 2029."))
        #expect(words.contains("The provider kept it until Sat 31 Oct at most."))
    }

    @Test func `of gaps says that there is none`() async throws {
        let page = try await html(.gaps, ["/api/v1/gaps": #"{"gaps":[],"total":0}"#])
        #expect(page.contains("No gap waits for an explanation."))
    }

    // MARK: Settings

    private func settings(_ login: String) -> [String: String] {
        [
            "/api/v1/me": #"{"name":"ann","role":"admin"}"#, "/api/v1/status": status,
            "/api/v1/configuration": #"{"values":[]}"#, "/api/v1/sessions": #"{"sessions":[]}"#,
            "/api/v1/organizations/acme/authorization": login,
        ]
    }

    @Test func `of settings connects an organization, or says what is missing for that`() async throws {
        let open = #"{"possible":true,"obstacle":null,"needs_login":true,"scopes":[],"obtained_time":null}"#
        let page = try await html(.settings, settings(open))
        #expect(page.contains("no login yet") && page.contains(#"class="quiet connect" data-organization="acme""#))
        #expect(page.contains(#"id="notify-test""#) && page.contains(#"class="webhooks" data-organization="acme""#))
        let closed =
            #"{"possible":false,"obstacle":"configure service.public_url","needs_login":false,"scopes":["cjp:x"]}"#
        let other = try await html(.settings, settings(closed))
        #expect(other.contains("Configure service.public_url") && !other.contains("quiet connect"))
        #expect(other.contains("Scopes: cjp:x"))
    }

    @Test func `of settings says who can log in, and binds keys to organizations if there are several`() async throws {
        var answers = settings("{}")
        answers["/api/v1/keys"] = #"{"keys":[]}"#
        let page = try await html(.settings, answers)
        #expect(page.contains("No identity provider is configured") && !page.contains(#"name="organizations""#))
        answers["/api/v1/configuration"] =
            #"{"values":[{"key":"service.oidc.issuer","value":"https://login.example","origin":"file"}]}"#
        answers["/api/v1/organizations"] = #"{"organizations":[{"name":"acme"},{"name":"beta"}]}"#
        answers["/api/v1/organizations/beta/authorization"] = "{}"
        let other = try await html(.settings, answers)
        #expect(other.contains("at the identity provider https://login.example"))
        #expect(other.contains(#"<input type="checkbox" name="organizations" value="beta">"#))
    }

    @Test func `of settings offers nothing to others than administrators`() async throws {
        let page = try await html(.settings, role: "auditor", settings("{}"))
        #expect(!page.contains("quiet connect") && !page.contains("notify-test") && !page.contains("webhooks"))
    }

    @Test(arguments: [
        (ConnectionOutcome.connected("acme", until: nil, fault: nil), "acme is connected"),
        (.connected("acme", until: nil, fault: "region"), "does not answer with the new tokens yet: region"),
        (.failed("the provider did not grant access"), "The provider did not grant access"),
    ])
    func `after a login at the provider says what became of it`(_ outcome: ConnectionOutcome, part: String) throws {
        let now = try #require(Timestamp(iso: "2026-11-25T09:00:00Z"))
        let page = try WebSite().html(outcome, now: now, timeZone: .gmt, theme: "dark")
        #expect(page.contains(part) && page.contains(#"href="/settings""#) && page.contains(#"data-theme="dark""#))
    }
}
