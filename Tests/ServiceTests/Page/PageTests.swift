import Foundation
import Recordings
import Testing
import Text

@testable import Service
@testable import WebPage
@testable import Wiring

/// The web page over the network, as browsers without script see it.
@Suite struct `The web page` {
    private static let browser = [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")]

    @Test func `leads to the login, and back to where one was`() async throws {
        try await Office.with(isArchived: false) { office in
            let reply = try await office.ask("/calls?q=4711", headers: Self.browser)
            #expect(reply.status == 303)
            #expect(reply.headers["location"] == "/login?next=%2Fcalls%3Fq%3D4711")
            let login = try await office.ask("/login?next=%2Fcalls", headers: Self.browser)
            #expect(login.status == 200 && login.text.contains(#"data-next="/calls""#))
            // Never to another host.
            for other in ["//evil.example", "https://evil.example", "/\\evil.example"] {
                let login = try await office.ask("/login?next=\(PercentCoding.encoded(other))", headers: Self.browser)
                #expect(login.text.contains(#"data-next="/""#), "\(other)")
            }
            #expect(try await office.ask("/api/v1/me", headers: Self.browser).problem == "key_required")
        }
    }

    @Test func `shows every view to those who may see it, and nothing that loads from elsewhere`() async throws {
        try await Office.with { office in
            let key = try await office.key(.admin)
            let call = try #require(
                try await office.ask("/api/v1/calls?day=\(office.day)", key: key).json["calls"]?.list.first
            )
            let task = try #require(call["task_id"]?.text)
            let paths = [
                "/", "/calls", "/gaps", "/passes", "/evidence", "/settings", "/months/acme/\(office.day.prefix(7))",
                "/days/acme/\(office.day)", "/calls/acme/\(task)",
            ]
            for path in paths {
                let reply = try await office.ask(path, key: key, headers: Self.browser)
                #expect(reply.status == 200, "\(path): \(reply.text)")
                #expect(reply.headers["content-type"] == "text/html; charset=utf-8")
                let policy = try #require(reply.headers["content-security-policy"])
                #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"))
                // The configuration has addresses, as text.
                #expect(path == "/settings" || !reply.text.contains("http://") && !reply.text.contains("https://"))
                #expect(!reply.text.contains("{{") && !reply.text.contains("Optional("), "\(path)")
                #expect(!reply.text.contains(" style=") && !reply.text.contains("<style"), "\(path)")
            }
        }
    }

    @Test func `refuses what the API refuses, as a page`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.viewer, name: "ann", organizations: ["acme"])
            let call = try await office.ask("/calls/beta/some-task", key: key, headers: Self.browser)
            #expect(call.status == 404 && call.text.contains("There is no such organization"))
            let evidence = try await office.ask("/evidence", key: key, headers: Self.browser)
            #expect(evidence.status == 200 && evidence.text.contains("auditors and administrators"))
            #expect(try await office.ask("/evidence.csv?organization=acme", key: key).problem == "role_too_small")
            let nothing = try await office.ask("/nothing", key: key, headers: Self.browser)
            #expect(nothing.status == 404 && nothing.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(try await office.ask("/nothing", key: key).problem == "not_found")
        }
    }

    @Test func `escapes what it shows`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.viewer)
            let text = "\"><script>alert(1)</script>"
            let reply = try await office.ask(
                "/calls?agent=\(PercentCoding.encoded(text))",
                key: key,
                headers: Self.browser
            )
            #expect(reply.status == 200 && !reply.text.contains("<script>alert"))
            #expect(reply.text.contains("&lt;script&gt;"))
        }
    }

    @Test func `gives out its files for ever, below a path that changes with them`() async throws {
        try await Office.with(isArchived: false) { office in
            let path = "/assets/\(PageAsset.version)/base.css"
            let reply = try await office.ask(path)
            #expect(reply.status == 200 && reply.headers["content-type"] == "text/css; charset=utf-8")
            #expect(reply.headers["cache-control"]?.contains("immutable") == true)
            let tag = try #require(reply.headers["etag"])
            let again = try await office.ask(path, headers: [("If-None-Match", tag)])
            #expect(again.status == 304 && again.text.isEmpty)
            #expect(try await office.ask("/assets/old/base.css").headers["cache-control"] == "no-cache")
            #expect(try await office.ask("/assets/\(PageAsset.version)/none.css").status == 404)
        }
    }

    @Test func `saves what a search finds as CSV`() async throws {
        try await Office.with { office in
            let key = try await office.key(.viewer)
            let reply = try await office.ask("/calls.csv?organization=acme&day=\(office.day)", key: key)
            #expect(reply.status == 200)
            #expect(reply.headers["content-disposition"] == #"attachment; filename="calls.csv""#)
            let calls = try await office.ask("/api/v1/calls?organization=acme&day=\(office.day)", key: key).json[
                "calls"
            ]
            let lines = reply.text.split(separator: "\r\n")
            #expect(lines.count == (calls?.list.count ?? 0) + 1)
            #expect(lines.first?.hasPrefix("created_time,organization,day,task_id") == true)
            #expect(try await office.ask("/calls.csv?nonsense=1", key: key).problem == "unknown_parameter")
        }
    }
}
