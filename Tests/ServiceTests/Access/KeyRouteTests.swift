import Evidence
import Files
import Foundation
import Recordings
import Testing

@testable import Service
@testable import Wiring

/// Keys by HTTP: what they may do, and what the evidence logs say of them.
@Suite struct `Keys by HTTP` {
    private func entries(_ office: Office, _ organization: String) throws -> [LogEntry] {
        let path = "\(office.installation.root.logsPath)/\(organization)"
        var entries: [LogEntry] = []
        try LogReader(LogFolder(path: path)).forEachProvenEntry { _, bytes throws(EvidenceError) in
            if let entry = try? LogEntry(bytes), [.accessCreated, .accessRevoked].contains(entry.type) {
                entries.append(entry)
            }
        }
        return entries
    }

    @Test func `are created, work, and are revoked at once, with entries in the logs`() async throws {
        try await Office.with(isArchived: false) { office in
            let admin = try await office.key(.admin, name: "ada")
            let body = #"{"name":"rita","role":"reviewer","organizations":["acme"],"expires":"2999-01-01"}"#
            let created = try await office.ask("POST", "/api/v1/keys", key: admin, body: body)
            #expect(created.status == 201 && created.headers["location"] == "/api/v1/keys/rita", "\(created.text)")
            let text = try #require(try created.json["key"]?.text)
            let me = try await office.ask("/api/v1/me", key: text).json
            #expect(me["name"] == .text("rita") && me["role"] == .text("reviewer"))
            #expect(me["organizations"]?.list == [.text("acme")])
            let listed = try await office.ask("/api/v1/keys", key: admin)
            #expect(try listed.json["keys"]?.list.compactMap { $0["name"]?.text } == ["ada", "rita"])
            #expect(!listed.text.contains("clk_"))
            let page = try await office.ask("/api/v1/keys?limit=1", key: admin).json
            let cursor = try #require(page["next_cursor"]?.text)
            let next = try await office.ask("/api/v1/keys?limit=1&cursor=\(cursor)", key: admin).json
            #expect(next["keys"]?.list.first?["name"] == .text("rita") && next["next_cursor"] == nil)
            #expect(try await office.ask("DELETE", "/api/v1/keys/rita", key: admin).json["state"] == .text("revoked"))
            #expect(try await office.ask("/api/v1/me", key: text).problem == "key_revoked")
            #expect(try await office.ask("POST", "/api/v1/keys", key: admin, body: body).problem == "name_taken")
            let acme = try entries(office, "acme").filter { $0.text(.name) == "rita" }
            #expect(acme.map(\.type) == [.accessCreated, .accessRevoked])
            #expect(acme.allSatisfy { $0.actor.name == "ada" && $0.actor.via == .key })
            #expect(try entries(office, "beta").allSatisfy { $0.text(.name) != "rita" })
        }
    }

    @Test(arguments: [
        (#"{"name":"","role":"viewer"}"#, 400), (#"{"name":"a b","role":"viewer"}"#, 400),
        (#"{"name":"x","role":"king"}"#, 400), (#"{"name":"x"}"#, 400), (#"{"role":"viewer"}"#, 400),
        (#"{"name":"x","role":"viewer","organizations":[]}"#, 400),
        (#"{"name":"x","role":"viewer","organizations":["nobody"]}"#, 404),
        (#"{"name":"x","role":"viewer","expires":"2001-01-01"}"#, 400),
        (#"{"name":"x","role":"viewer","expires":"soon"}"#, 400),
        (#"{"name":"x","role":"viewer","key":"clk_mine"}"#, 400),
    ])
    func `that cannot be are refused, and nothing is changed`(_ body: String, _ status: Int) async throws {
        try await Office.with(isArchived: false) { office in
            let admin = try await office.key(.admin, name: "ada")
            let reply = try await office.ask("POST", "/api/v1/keys", key: admin, body: body)
            #expect(reply.status == status && reply.problem != nil, "\(reply.text)")
            #expect(try await office.ask("/api/v1/keys", key: admin).json["keys"]?.list.count == 1)
        }
    }

    @Test func `are for admins, and an admin of some organizations stays within them`() async throws {
        try await Office.with(isArchived: false) { office in
            for role in Role.allCases where role != .admin {
                let key = try await office.key(role)
                #expect(try await office.ask("/api/v1/keys", key: key).problem == "role_too_small")
                let body = #"{"name":"mine","role":"admin"}"#
                #expect(try await office.ask("POST", "/api/v1/keys", key: key, body: body).status == 403)
            }
            let bound = try await office.key(.admin, name: "bea", organizations: ["beta"])
            _ = try await office.key(.viewer, name: "otto", organizations: ["acme"])
            _ = try await office.key(.viewer, name: "olga")
            let names = try await office.ask("/api/v1/keys", key: bound).json["keys"]?.list.compactMap {
                $0["name"]?.text
            }
            #expect(names == ["bea"])
            for name in ["otto", "olga", "nobody", "%2e%2e"] {
                #expect(try await office.ask("DELETE", "/api/v1/keys/\(name)", key: bound).problem == "unknown_key")
            }
            let body = #"{"name":"bert","role":"viewer"}"#
            let made = try await office.ask("POST", "/api/v1/keys", key: bound, body: body).json
            #expect(made["organizations"]?.list == [.text("beta")])
            let foreign = #"{"name":"carl","role":"viewer","organizations":["acme"]}"#
            let refused = try await office.ask("POST", "/api/v1/keys", key: bound, body: foreign)
            #expect(refused.problem == "unknown_organization")
        }
    }
}
