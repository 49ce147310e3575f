import Crypto
import Foundation
import HTTPTypes
import Files
import Recordings
import Reports
import Settings
import Simulator
import Testing
import Text

@testable import Service
@testable import Wiring

/// Reading an archive by the API, over the network.
@Suite struct `The reading API` {
    @Test func `says who asks`() async throws {
        try await Office.with(isArchived: false) { office in
            let now = office.installation.now
            let key = try await office.key(.auditor, name: "ann", organizations: ["beta"], expires: now + .hours(1))
            let me = try await office.ask("/api/v1/me", key: key).json
            #expect(me["name"] == .text("ann") && me["role"] == .text("auditor"))
            #expect(me["organizations"] == .list([.text("beta")]))
            #expect(me["expires_time"] == .text((now + .hours(1)).description))
            let all = try await office.ask("/api/v1/me", key: office.key()).json
            #expect(all["organizations"]?.isNull == true && all["expires_time"]?.isNull == true)
        }
    }

    @Test func `lists every call once, the newest first, page by page`() async throws {
        try await Office.with(calls: 9) { office in
            let key = try await office.key()
            var (calls, cursor, pages) = ([JSON](), "", 0)
            while pages < 100 {
                let page = try await office.ask("/api/v1/calls?limit=4\(cursor)", key: key).json
                calls += page["calls"]?.list ?? []
                pages += 1
                guard let next = page["next_cursor"]?.text else { break }
                #expect(next.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
                cursor = "&cursor=\(next)"
            }
            let known = office.simulator.world.tasks().map(\.id)
            #expect(Set(calls.compactMap { $0["task_id"]?.text }).count == calls.count)
            #expect(calls.count > 4 && calls.count <= known.count)
            let times = calls.compactMap { $0["created_time"]?.text }
            #expect(times == times.sorted(by: >))
            #expect(calls.allSatisfy { $0["type"] == .text("call") && $0["organization"] == .text("acme") })
            // The lines must have the same members as those of the command line.
            let names = Set([
                "type", "organization", "task_id", "day", "created_time", "agents", "queue", "origin", "destination",
                "direction", "duration_ms", "recordings", "transcripts", "state", "outcome",
            ])
            guard case .object(let first)? = calls.first else { throw CancellationError() }
            #expect(Set(first.keys) == names)
        }
    }

    @Test func `finds calls by each filter`() async throws {
        try await Office.with(calls: 9) { office in
            let key = try await office.key()
            let all = try await office.ask("/api/v1/calls", key: key).json["calls"]?.list ?? []
            let one = try #require(all.first { $0["origin"]?.text != nil && $0["agents"]?.list.isEmpty == false })
            func ids(_ query: String) async throws -> [String] {
                let reply = try await office.ask("/api/v1/calls?\(query)", key: key)
                try #require(reply.status == 200, "\(query): \(reply.text)")
                return try reply.json["calls"]?.list.compactMap { $0["task_id"]?.text } ?? []
            }
            let id = try #require(one["task_id"]?.text)
            let origin = try #require(one["origin"]?.text)
            let agent = try #require(one["agents"]?.list.first?["name"]?.text)
            for query in [
                "task=\(PercentCoding.encoded(id))", "origin=\(PercentCoding.encoded(origin))",
                "number=\(PercentCoding.encoded(origin))", "number=\(PercentCoding.encoded(String(origin.suffix(4))))",
                "number=\(PercentCoding.encoded(String(origin.dropLast().suffix(5))))",
                "agent=\(PercentCoding.encoded(agent))",
                "day=\(office.day)", "organization=acme", "min_duration=0", "from=\(office.day)T00:00:00Z",
                "month=\(office.day.prefix(7))", "last=7d",
            ] {
                #expect(try await ids(query).contains(id), "\(query)")
            }
            #expect(try await ids("organization=beta") == [])
            #expect(try await ids("day=2001-01-01") == [])
            #expect(try await ids("to=\(office.day)T00:00:00Z") == [])
            #expect(try await ids("agent=nobody-has-this-name") == [])
            let archived = try await ids("state=archived")
            #expect(!archived.isEmpty && archived.count <= all.count)
        }
    }

    @Test(arguments: ["/api/v1/calls", "/api/v1/calls/count", "/api/v1/gaps"])
    func `is noted, with audit.metadata, whatever shows calls`(_ path: String) async throws {
        let settings = "service: { listen: \"127.0.0.1:0\" }\naudit: { metadata: true }"
        try await Office.with(calls: 2, settings: settings) { office in
            let key = try await office.key(name: "ann")
            #expect(try await office.ask("\(path)?organization=acme", key: key).status == 200)
            let auditor = try await office.key(.auditor)
            let audit = try await office.ask("/api/v1/audit?organization=acme&actor=ann", key: auditor).json
            #expect(audit["entries"]?.list.map { $0["action"] } == [.text("call.viewed")], "\(audit)")
        }
    }

    @Test func `counts calls by the filters of the list`() async throws {
        try await Office.with(calls: 9) { office in
            let key = try await office.key()
            for filter in ["organization=acme", "direction=inbound", "state=missing", "day=2001-01-01"] {
                let calls = try await office.ask("/api/v1/calls?limit=1000&\(filter)", key: key).json["calls"]?.list
                let count = try await office.ask("/api/v1/calls/count?\(filter)", key: key).json
                #expect(count["calls"] == .number(Double(calls?.count ?? -1)), "\(filter)")
                #expect(count["more"] == .boolean(false))
            }
            let bound = try await office.key(.viewer, name: "ann", organizations: ["beta"])
            #expect(try await office.ask("/api/v1/calls/count", key: bound).json["calls"] == .number(0))
            #expect(try await office.ask("/api/v1/calls/count?limit=1", key: key).problem == "unknown_parameter")
        }
    }

    @Test(arguments: [
        ("limit=0", "bad_parameter"), ("limit=1001", "bad_parameter"), ("limit=x", "bad_parameter"),
        ("cursor=", "bad_parameter"), ("cursor=AAAA", "bad_parameter"), ("cursor=%2e%2e", "bad_parameter"),
        ("state=lost", "bad_parameter"), ("day=2025-02-30", "bad_parameter"), ("from=yester", "bad_parameter"),
        ("day=today&last=1d", "bad_parameter"), ("from=2025-11-21&to=2025-11-20", "bad_parameter"),
        ("min_duration=-1", "bad_parameter"), ("direction=up", "bad_parameter"), ("agent=", "bad_parameter"),
        ("nmber=1", "unknown_parameter"), ("number=1&number=2", "bad_parameter"), ("agent=%ff", "bad_query"),
        ("task=", "bad_parameter"), ("number=911", "bad_parameter"), ("origin=%2B1%2055", "bad_parameter"),
        ("destination=(0)30", "bad_parameter"),
    ])
    func `refuses an invalid filter`(_ query: String, _ code: String) async throws {
        try await Office.with(isArchived: false) { office in
            let reply = try await office.ask("/api/v1/calls?\(query)", key: office.key())
            #expect(reply.status == 400 && reply.problem == code, "\(reply.text)")
        }
    }

    @Test func `shows a call with its recordings and its history`() async throws {
        try await Office.with { office in
            let key = try await office.key()
            let task = try office.firstTask
            let path = "/api/v1/calls/acme/\(PercentCoding.encoded(task.id))"
            let call = try await office.ask(path, key: key).json
            #expect(call["task_id"] == .text(task.id))
            let recordings = call["recordings"]?.list ?? []
            #expect(!recordings.isEmpty && recordings.count <= task.recordings.count)
            #expect(recordings.allSatisfy { $0["type"] == .text("recording") && $0["file"]?.text != nil })
            #expect(call["gap"]?.isNull == true)
            #expect(call["history"] != nil)
        }
    }

    @Test func `knows days, archives, gaps, alarms and the status`() async throws {
        try await Office.with { office in
            let key = try await office.key()
            let days = try await office.ask("/api/v1/days?organization=acme", key: key).json["days"]?.list ?? []
            #expect(days.contains { $0["day"] == .text(office.day) })
            let day = try await office.ask("/api/v1/days/acme/\(office.day)", key: key).json
            #expect(day["day"] == .text(office.day) && day["gap_list"] != nil)
            let path = try #require(day["archives"]?.list.first?["path"]?.text)
            let name = try #require(path.split(separator: "/").last?.dropLast(4))
            let archive = try await office.ask("/api/v1/archives/\(name)", key: key).json
            #expect(archive["path"] == .text(path) && archive["name"] == .text(String(name)))
            let gaps = try await office.ask("/api/v1/gaps?explained=all", key: key).json
            #expect(gaps["total"]?.number.map(Int.init) == gaps["gaps"]?.list.count)
            #expect(try await office.ask("/api/v1/alarms", key: key).json["alarms"] != nil)
            let status = try await office.ask("/api/v1/status", key: key).json
            #expect(status["organizations"]?.list.map { $0["organization"] } == [.text("acme"), .text("beta")])
            #expect(status["summary"]?["root"] == .text(office.installation.root.path))
            let names = try await office.ask("/api/v1/organizations", key: key).json["organizations"]?.list
            #expect(names?.map { $0["name"] } == [.text("acme"), .text("beta")])
        }
    }

    @Test(arguments: [
        "/api/v1/days/acme/2025-02-30", "/api/v1/days/zeta/2025-11-20", "/api/v1/days?organization=zeta",
        "/api/v1/archives/acme-2001-01-01-001", "/api/v1/archives/..%2f..%2fetc%2fpasswd", "/api/v1/archives/x",
        "/api/v1/calls/acme/nothing", "/api/v1/calls/zeta/nothing", "/api/v1/calls/acme/%2e%2e",
        "/api/v1/calls/acme/a%2fb", "/api/v1/calls?organization=zeta", "/api/v1/gaps?organization=..",
        "/api/v1/reports/zeta?month=last", "/api/v1/calls/acme/", "/api/v1/calls/acme//x", "/api/v2/me", "/api/v1/me/",
    ])
    func `has nothing where nothing is`(_ path: String) async throws {
        try await Office.with(isArchived: false) { office in
            let reply = try await office.ask(path, key: office.key(.admin))
            #expect(reply.status == 404 && reply.problem != nil, "\(reply.text)")
        }
    }

    @Test func `shows the configuration, with secrets masked, to those who may see it`() async throws {
        try await Office.with(isArchived: false) { office in
            for role in Role.allCases {
                let reply = try await office.ask("/api/v1/configuration", key: office.key(role))
                guard role.permits(.audit) else {
                    #expect(reply.status == 403 && reply.problem == "role_too_small")
                    continue
                }
                let values = try reply.json["values"]?.list ?? []
                #expect(values.contains { $0["key"] == .text("archive.root") })
                #expect(!reply.text.contains(office.simulator.clientSecret))
            }
            let bound = try await office.ask(
                "/api/v1/configuration",
                key: office.key(.auditor, organizations: ["beta"])
            )
            #expect(bound.text.contains("organizations.beta.") && !bound.text.contains("organizations.acme."))
        }
    }

    @Test func `gives out the files of the evidence log, and nothing else of its folder`() async throws {
        try await Office.with { office in
            let key = try await office.key(.auditor)
            let folder = "\(office.installation.root.logsPath)/acme"
            for file in ["checkpoint", "vkey"] {
                let reply = try await office.ask("/api/v1/log/acme/\(file)", key: key)
                #expect(reply.status == 200)
                #expect(Data(reply.body) == FileManager.default.contents(atPath: "\(folder)/\(file)"))
            }
            let tiles = try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/tile")
                .filter { !$0.hasSuffix(".p") && $0.contains("/") }
                .filter { FileManager.default.contents(atPath: "\(folder)/tile/\($0)") != nil }
            #expect(tiles.contains { $0.contains(".p/") })
            for tile in tiles {
                let reply = try await office.ask("/api/v1/log/acme/tile/\(tile)", key: key)
                #expect(Data(reply.body) == FileManager.default.contents(atPath: "\(folder)/tile/\(tile)"), "\(tile)")
            }
            for path in [
                "tail", "lock", "objects/x", "tile/../vkey", "tile/0/../../vkey", "tile/%2e%2e/vkey", "tile/0/000.p/0",
                "tile/0/x001/999", "tile/64/000", "tile/entries/000.p/999", "tile//0/000", "tile/0/000/",
            ] {
                let reply = try await office.ask("/api/v1/log/acme/\(path)", key: key)
                #expect(reply.status == 404, "\(path): \(reply.status)")
            }
            #expect(try await office.ask("/api/v1/log/acme/checkpoint", key: office.key(.operator)).status == 403)
            #expect(try await office.ask("/api/v1/log/zeta/checkpoint", key: key).status == 404)
        }
    }

    @Test func `shows an auditor who did what, page by page, and records that`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.auditor, name: "aud")
            for number in 0..<5 { _ = try await office.key(name: "key-\(number)") }
            let path = "/api/v1/audit?organization=acme&type=access.created&limit=4"
            let first = try await office.ask(path, key: key).json
            #expect(first["total"] == .number(6) && first["entries"]?.list.count == 4)
            let cursor = try #require(first["next_cursor"]?.text)
            let second = try await office.ask("\(path)&cursor=\(cursor)", key: key).json
            #expect(second["entries"]?.list.count == 2 && second["next_cursor"] == nil)
            // The newest first: the same entries, the other way round, and the same while others are added.
            let newest = try await office.ask("\(path)&order=newest", key: key).json
            let place = try #require(newest["next_cursor"]?.text)
            _ = try await office.key(name: "key-5")
            let rest = try await office.ask("\(path)&order=newest&cursor=\(place)", key: key).json
            let forward = [first, second].flatMap { $0["entries"]?.list ?? [] }
            let backward = [newest, rest].flatMap { $0["entries"]?.list ?? [] }
            #expect(backward.map { $0["leaf"] } == forward.reversed().map { $0["leaf"] } && rest["next_cursor"] == nil)
            let all = try await office.ask("/api/v1/audit?organization=acme&type=audit.exported", key: key).json
            #expect(all["entries"]?.list.map { $0["actor"] } == Array(repeating: .text("aud"), count: 4))
            #expect(try await office.ask("/api/v1/audit?organization=acme&order=up", key: key).status == 400)
            for bad in ["", "?organization=acme&type=x", "?organization=acme&cursor=4", "?organization=acme&limit=0"] {
                #expect(try await office.ask("/api/v1/audit\(bad)", key: key).status == 400, "\(bad)")
            }
            #expect(try await office.ask("/api/v1/audit?organization=zeta", key: key).status == 404)
            let operators = try await office.key(.operator)
            #expect(try await office.ask("/api/v1/audit?organization=acme", key: operators).status == 403)
        }
    }

    @Test func `does not let a key see other organizations`() async throws {
        try await Office.with { office in
            let own = try await office.key(.admin, organizations: ["acme"])
            let other = try await office.key(.admin, organizations: ["beta"])
            let task = try office.firstTask
            let call = "/api/v1/calls/acme/\(PercentCoding.encoded(task.id))"
            let file = try #require(
                try await office.ask(call, key: own).json["recordings"]?.list.first?["file"]?.text
            )
            for path in [
                call, "\(call)/\(file)", "/api/v1/days/acme/\(office.day)", "/api/v1/archives/acme-\(office.day)-001",
                "/api/v1/log/acme/checkpoint", "/api/v1/calls?organization=acme", "/api/v1/gaps?organization=acme",
                "/api/v1/reports/acme?month=this", "/api/v1/days?organization=acme",
            ] {
                let answers = try await [office.ask(path, key: own), office.ask(path, key: other)]
                #expect(answers[0].status == 200, "\(path): \(answers[0].text)")
                #expect(answers[1].status == 404, "\(path): \(answers[1].text)")
                // The answer must not differ from that for an organization that does not exist.
                let nothing = try await office.ask(path.replacing("acme", with: "zeta"), key: other)
                #expect(answers[1].body == nothing.body, "\(path)")
            }
            for path in ["/api/v1/calls", "/api/v1/gaps?explained=all", "/api/v1/days", "/api/v1/organizations"] {
                #expect(try await !office.ask(path, key: other).text.contains("acme"), "\(path)")
            }
            #expect(try await !office.ask("/api/v1/status", key: other).text.contains("\"acme\""))
        }
    }

    @Test(
        arguments: [
            (nil, "json"), ("*/*", "json"), ("application/json", "json"), ("text/html", "html"), ("text/csv", "csv"),
            ("text/html;q=0.5, text/csv", "csv"), ("text/*;q=0.9, application/json;q=0.1", "csv"), ("image/png", nil),
            ("text/html;q=0", nil), ("TEXT/HTML", "html"), ("application/json;q=0, */*", "csv"),
        ] as [(String?, String?)]
    )
    func `gives reports in the form that is accepted`(_ accept: String?, _ form: String?) throws {
        let found: String?
        do throws(Problem) {
            switch try ReportRoutes.form(accept, .days) {
            case .json: found = "json"
            case .csv: found = "csv"
            case .html: found = "html"
            }
        } catch {
            found = nil
            #expect(error.status.code == 406)
        }
        #expect(found == form)
    }

    @Test func `gives the report of a month as an object, as rows and as a page`() async throws {
        try await Office.with(calls: 6) { office in
            let key = try await office.key()
            let month = office.day.prefix(7)
            func report(_ accept: String, _ rows: String = "") async throws -> Reply {
                try await office.ask(
                    "/api/v1/reports/acme?month=\(month)\(rows)",
                    key: key,
                    headers: [("Accept", accept)]
                )
            }
            let object = try await report("application/json").json
            let day = try #require(object["days"]?.list.first { $0["day"]?.text == office.day })
            #expect(day["archives"]?.list.count == 1 && object["summary"]?["verdicts"]?.list.count == 1)
            let csv = try await report("text/csv").text.components(separatedBy: "\r\n")
            #expect(csv[0].hasPrefix("organization,day,calls,expected,archived,"))
            let row = try #require(csv.first { $0.hasPrefix("acme,\(office.day),") }).split(separator: ",")
            #expect(row[2] == "6", "\(row)")
            #expect(try await report("text/csv", "&rows=archives").text.contains("acme-\(office.day)-001"))
            let reply = try await report("text/html")
            let page = reply.text
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains(office.day))
            // A browser compares what is between the tags with the hash, and takes nothing else.
            let style = try #require(page.firstMatch(of: /<style>(.*?)<\/style>/.dotMatchesNewlines())).output.1
            let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
            let policy = "default-src 'none'; style-src 'sha256-\(hash)'"
            #expect(reply.headers["content-security-policy"] == "\(policy); frame-ancestors 'none'")
            #expect(page.contains("<meta http-equiv=\"Content-Security-Policy\" content=\"\(policy)\">"))
            #expect(!page.contains("style=") && page.components(separatedBy: "<style").count == 2)
        }
    }
}
