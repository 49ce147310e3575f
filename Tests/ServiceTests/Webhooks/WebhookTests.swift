import Crypto
import Files
import Foundation
import GRDB
import Recordings
import Settings
import Simulator
import TestSupport
import Testing
import WebexContactCenter

@testable import Service
@testable import Wiring

/// The provider's events, as the service receives them.
@Suite struct `A webhook` {
    private static let path = "/webhooks/webex/acme"

    private func sign(_ body: String, secret: String = Office.webhookSecret) -> (String, String) {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(body.utf8),
            using: SymmetricKey(data: Data(secret.utf8))
        )
        return ("X-WebexCC-Signature", Hexadecimal.text(code))
    }

    private func event(
        _ id: String = UUID().uuidString,
        _ type: String = "capture:available",
        organization: String,
        task: String = "aaaaaaaa-0000-4000-8000-000000000001",
        age: Duration = .zero
    ) -> String {
        let time = (Timestamp(Date()) - age).millisecondsSince1970
        return """
            {"id":"\(id)","specversion":"1.0","type":"\(type)","source":"/com/cisco/wxcc/x",
            "comciscoorgid":"\(organization)","comciscotimestamp":\(time),"datacontenttype":"application/json",
            "data":{"taskId":"\(task)","createdTime":\(time),"filePath":"https://evil.example/x"}}
            """
    }

    private func send(_ body: String, _ office: Office, signature: (String, String)? = nil) async throws -> Reply {
        try await office.ask("POST", Self.path, headers: [signature ?? sign(body)], body: body)
    }

    /// The events that are kept: their IDs, and whether each is late.
    private func kept(_ office: Office) async throws -> [String: Bool] {
        let queue = try DatabaseQueue(path: office.installation.root.servicePath)
        let kept = try await queue.read { db in
            var kept: [String: Bool] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT id, is_late FROM webhook_event") {
                kept[row["id"]] = row["is_late"]
            }
            return kept
        }
        try queue.close()
        return kept
    }

    @Test func `has the signature of the published vector`() {
        let body = Array(#"{"id":"evt-1","type":"capture:available"}"#.utf8)
        let secret = "0123456789abcdef0123456789abcdef"
        let digits = "7e709e47dff8869e9a21fa3dc6e1a8bdfaecc2027e6df57c5bed3f8e008b7fa4"
        #expect(WebhookSignature.isValid(digits, of: body, secret: secret))
        #expect(WebhookSignature.isValid(digits.uppercased(), of: body, secret: secret))
        #expect(!WebhookSignature.isValid(digits, of: body + [10], secret: secret))
        #expect(!WebhookSignature.isValid(digits, of: body, secret: secret + "x"))
        for text in ["", String(digits.dropLast()), digits + "0", "x" + digits.dropFirst(), "sha256=" + digits] {
            #expect(!WebhookSignature.isValid(text, of: body, secret: secret), "\(text)")
        }
    }

    @Test func `is refused if it is forged, and then nothing is kept`() async throws {
        try await Office.with(isArchived: false) { office in
            let organization = office.simulator.organizationID
            let body = event(organization: organization)
            let others: [[(String, String)]] = [
                [], [sign(body + " ")], [sign(body, secret: String(repeating: "x", count: 32))],
                [("X-WebexCC-Signature", "")], [sign(body), sign(body)], [("Authorization", sign(body).1)],
            ]
            for headers in others {
                let reply = try await office.ask("POST", Self.path, headers: headers, body: body)
                #expect(reply.status == 403 && reply.problem == "bad_signature", "\(headers)")
            }
            // Neither an organization without a secret nor one that does not exist can be told from nothing.
            for name in ["beta", "gamma"] {
                let path = "/webhooks/webex/\(name)"
                let reply = try await office.ask("POST", path, headers: [sign(body)], body: body)
                #expect(reply.status == 404 && reply.problem == "not_found")
            }
            let foreign = event(organization: UUID().uuidString.lowercased())
            #expect(try await send(foreign, office).problem == "other_organization")
            for text in ["", "[]", "{}", "nonsense", #"{"type":""}"#] {
                #expect(try await send(text, office).problem == "bad_body", "\(text)")
            }
            #expect(try await kept(office).isEmpty)
            var codes: [String?] = []
            for _ in 0..<12 { codes.append(try await send(body, office, signature: sign("x")).problem) }
            #expect(codes.last == "too_many_attempts")
            #expect(try await send(body, office).status == 200)
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r\n\r\n\n", ""])
    func `is checked with the secret that the file has now, however the file ends`(_ end: String) async throws {
        try await Office.with(isArchived: false) { office in
            let body = event(organization: office.simulator.organizationID)
            #expect(try await send(body, office).status == 200)
            let secret = String(repeating: "n", count: 40)
            try office.changeWebhookSecret(to: secret + end)
            #expect(try await send(body, office).problem == "bad_signature")
            #expect(try await send(body, office, signature: sign(body, secret: secret)).status == 200)
            // What cannot be a secret changes nothing.
            try office.changeWebhookSecret(to: end)
            #expect(try await send(body, office, signature: sign(body, secret: secret)).status == 200)
        }
    }

    @Test func `is refused if it is too large, whatever it says about its length`() async throws {
        try await Office.with(isArchived: false) { office in
            let body = String(repeating: "x", count: 70_000)
            #expect(try await send(body, office).problem == "too_large")
            let chunk = "11170\r\n\(body)\r\n0\r\n\r\n"
            let connection = try Connection(port: office.port)
            let head = "POST \(Self.path) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            await connection.send(Array((head + "\(sign(body).0): \(sign(body).1)\r\n\r\n" + chunk).utf8))
            #expect(Reply(try await connection.receiveAll())?.status == 413)
            #expect(try await kept(office).isEmpty)
        }
    }

    @Test func `is kept once, however often it comes`() async throws {
        try await Office.with(isArchived: false) { office in
            let body = event("e-1", organization: office.simulator.organizationID)
            #expect(try await send(body, office).json["state"] == .text("noted"))
            for _ in 0..<3 {
                let again = try await send(body, office)
                #expect(again.status == 200)
                #expect(try again.json["state"] == .text("known"))
            }
            let log = event("e-2", "agent:login", organization: office.simulator.organizationID)
            #expect(try await send(log, office).json["state"] == .text("ignored"))
            #expect(try await kept(office).keys.sorted() == ["e-1", "e-2"])
        }
    }

    @Test func `that is late by its own time is noted, and its call looked up all the same`() async throws {
        try await Office.with(isArchived: false) { office in
            let organization = office.simulator.organizationID
            for (id, age) in [("on-time", Duration.minutes(4)), ("late", .minutes(6)), ("early", .minutes(-6))] {
                let reply = try await send(event(id, organization: organization, age: age), office)
                #expect(try reply.json["state"] == .text("noted"))
            }
            #expect(try await kept(office) == ["on-time": false, "late": true, "early": true])
        }
    }

    @Test func `of the provider brings in a recording, without any poll`() async throws {
        try await Office.with { office in
            let task = try office.firstTask
            let key = try await office.key()
            let path = "/api/v1/calls/acme/\(task.id)"
            let before = try await office.ask(path, key: key).json["recordings"]?.list.count ?? 0
            let acme = try #require(office.installation.settings.organizations.first)
            let subscriptions = try await office.installation.contactCenter(of: acme).subscriptions
            let secret = Secret(Office.webhookSecret)
            let address = "http://127.0.0.1:\(office.port)\(Self.path)"
            let (first, isNew) = try await subscriptions.ensure(to: address, secret: secret)
            #expect(isNew)
            // A second one would send everything twice.
            let (second, isSecondNew) = try await subscriptions.ensure(to: address, secret: secret)
            #expect(second.id == first.id && !isSecondNew)
            office.simulator.change { $0.webhooks.sendsTwice = true }
            try office.simulator.addRecording(to: task.id)
            let end = ContinuousClock.now + .seconds(300)
            var held = before
            while held == before, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(50))
                let recordings = try await office.ask(path, key: key).json["recordings"]?.list ?? []
                held = recordings.count { $0["state"] == .text("stored") || $0["state"] == .text("archived") }
            }
            #expect(held == before + 1)
            // How long it took is known, and that it was the provider who told.
            try await eventually {
                let metrics = try await office.ask("/metrics", key: key).text
                return metrics.contains(
                    "callark_storing_delay_seconds_count{organization=\"acme\",finder=\"webhook\"} 1\n"
                ) && metrics.contains("callark_webhooks_total{organization=\"acme\",outcome=\"noted\"} 1\n")
                    && metrics.contains("callark_webhook_delay_seconds_count{organization=\"acme\"} 1\n")
            }
            let count = try await kept(office).count
            #expect(count == 1)
        }
    }
}

/// The provider's subscriptions.
@Suite struct `A subscription` {
    private static let settings = #"service: { listen: "127.0.0.1:0", public_url: "https://archive.example" }"#
    private static let path = "/api/v1/organizations/acme/webhooks"

    @Test func `is created once, replaced if it was switched off, and deleted`() async throws {
        try await Office.with(isArchived: false, settings: Self.settings) { office in
            let key = try await office.key(.admin)
            let created = try await office.ask("POST", Self.path, key: key)
            #expect(created.status == 201)
            #expect(try created.json["destination"] == .text("https://archive.example/webhooks/webex/acme"))
            let again = try await office.ask("POST", Self.path, key: key)
            #expect(again.status == 200)
            #expect(try again.json["id"] == created.json["id"])
            office.simulator.switchOffSubscriptions()
            let list = try await office.ask(Self.path, key: key).json["webhooks"]?.list ?? []
            #expect(list.map { $0["active"] } == [.boolean(false)])
            let replaced = try await office.ask("POST", Self.path, key: key)
            #expect(replaced.status == 201)
            #expect(try replaced.json["id"] != created.json["id"])
            #expect(office.simulator.subscriptions().map(\.isActive) == [true])
            #expect(try await office.ask("DELETE", Self.path, key: key).status == 204)
            #expect(office.simulator.subscriptions().isEmpty)
            let operating = try await office.key(.operator)
            #expect(try await office.ask(Self.path, key: operating).problem == "role_too_small")
            #expect(try await office.ask("POST", Self.path, key: operating).problem == "role_too_small")
        }
    }

    @Test func `is created with the secret that its events are checked with`() async throws {
        try await Office.with(isArchived: false, settings: Self.settings) { office in
            let secret = String(repeating: "n", count: 40)
            try office.changeWebhookSecret(to: "\(secret)\r\n")
            #expect(try await office.ask("POST", Self.path, key: office.key(.admin)).status == 201)
            #expect(office.simulator.subscriptions().map(\.secret) == [secret])
        }
    }

    @Test func `is created once if the answer is lost`() async throws {
        try await Office.with(isArchived: false, settings: Self.settings) { office in
            let key = try await office.key(.admin)
            // The service has its own look at the subscriptions when it starts.
            let end = ContinuousClock.now + .seconds(300)
            while office.simulator.counters.requests(to: .subscriptions) == 0, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(20))
            }
            // The second request is the creation: the provider carries it out, and its answer does not arrive.
            var lost = FaultRule(.subscriptions, .first(1), .reset(afterBytes: 5))
            lost.after = 1
            office.simulator.inject(lost)
            #expect(try await office.ask("POST", Self.path, key: key).status == 201)
            #expect(office.simulator.strikes == [1])
            #expect(try await office.ask("POST", Self.path, key: key).status == 200)
            #expect(office.simulator.subscriptions().count == 1)
        }
    }

    @Test func `that the provider has switched off is an alarm`() async throws {
        try await Office.with(isArchived: false, settings: Self.settings) { office in
            let key = try await office.key(.admin)
            func codes() async throws -> [JSON?] {
                try await office.ask("/api/v1/alarms", key: key).json["alarms"]?.list.map { $0["code"] } ?? []
            }
            _ = try await office.ask("POST", Self.path, key: key)
            #expect(try await !codes().contains(.text("webhook_off")))
            office.simulator.switchOffSubscriptions()
            await WebhookWatch(installation: office.installation, stop: office.stop).checkAll()
            #expect(try await codes().contains(.text("webhook_off")))
            _ = try await office.ask("POST", Self.path, key: key)
            #expect(try await !codes().contains(.text("webhook_off")))
        }
    }
}
