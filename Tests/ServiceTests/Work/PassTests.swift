import Archiver
import Evidence
import Files
import Foundation
import Recordings
import Simulator
import Testing

@testable import Service
@testable import Wiring

/// Passes on demand, against the simulated provider.
@Suite struct `A pass by HTTP` {
    @Test func `is started, watched to its end, and in the evidence log`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.operator, name: "olga")
            let body = #"{"organizations":["acme"],"day":"\#(office.day)"}"#
            let begun = try await office.ask("POST", "/api/v1/passes", key: key, body: body)
            #expect(begun.status == 202, "\(begun.text)")
            let id = try #require(try begun.json["id"]?.text)
            #expect(begun.headers["location"] == "/api/v1/passes/\(id)")
            let events = try await office.ask("/api/v1/passes/\(id)/events", key: key)
            #expect(events.headers["content-type"] == "text/event-stream")
            let states = events.text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { line in
                (try? JSONDecoder().decode(JSON.self, from: Data(line.dropFirst(6).utf8)))?["state"]?.text
            }
            let end = try #require(states.last ?? nil)
            #expect(["complete", "incomplete"].contains(end), "\(states)")
            let pass = try await office.ask("/api/v1/passes/\(id)", key: key).json
            #expect(pass["state"]?.text == end && pass["requested_by"] == .text("olga"))
            #expect(pass["results"]?.list.first?["organization"] == .text("acme"))
            let calls = try await office.ask("/api/v1/calls", key: key).json["calls"]?.list ?? []
            #expect(!calls.isEmpty)
            let reader = try LogReader(LogFolder(path: "\(office.installation.root.logsPath)/acme"))
            var entries: [LogEntry] = []
            try reader.forEachProvenEntry { _, entry throws(EvidenceError) in
                if let entry = try? LogEntry(entry), entry.type == .passRequested { entries.append(entry) }
            }
            #expect(entries.map(\.actor.name) == ["olga"])
            #expect(entries.first?.number(.from) != nil && entries.first?.number(.to) != nil)
        }
    }

    @Test func `is stopped, and can be started again`() async throws {
        try await Office.with(calls: 40, isArchived: false) { office in
            let key = try await office.key(.operator)
            let body = #"{"organizations":["acme"],"day":"\#(office.day)"}"#
            let ids = try await [
                office.ask("POST", "/api/v1/passes", key: key, body: body).json["id"]?.text,
                office.ask("POST", "/api/v1/passes", key: key, body: body).json["id"]?.text,
            ].compactMap(\.self)
            for id in ids { #expect(try await office.ask("DELETE", "/api/v1/passes/\(id)", key: key).status == 202) }
            for id in ids {
                try await eventually {
                    let state = try await office.ask("/api/v1/passes/\(id)", key: key).json["state"]?.text
                    return ["stopped", "complete", "incomplete"].contains(state)
                }
            }
            let again = try await office.ask("POST", "/api/v1/passes", key: key, body: body)
            let id = try #require(try again.json["id"]?.text)
            try await eventually {
                let state = try await office.ask("/api/v1/passes/\(id)", key: key).json["state"]?.text
                return state == "complete" || state == "incomplete"
            }
            #expect(try await office.ask("/api/v1/passes", key: key).json["passes"]?.list.count == 3)
        }
    }

    @Test func `that waits or runs when the service stops begins again when it starts, unless somebody has stopped it`()
        async throws
    {
        let ids = Notes<String>()
        try await Office.with(
            isArchived: false,
            before: { office in
                office.simulator.inject(FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60))))
                let key = try await office.key(.operator, name: "olga")
                let body = #"{"organizations":["acme"],"day":"\#(office.day)"}"#
                for _ in 0..<3 {
                    let begun = try await office.ask("POST", "/api/v1/passes", key: key, body: body)
                    ids.add(try #require(try begun.json["id"]?.text))
                }
                try await eventually {
                    let first = try await office.ask("/api/v1/passes/\(ids.all[0])", key: key).json
                    return first["state"] == .text("running")
                }
                #expect(try await office.ask("DELETE", "/api/v1/passes/\(ids.all[1])", key: key).status == 202)
            }
        ) { office in
            office.simulator.clearFaults()
            let key = try await office.key()
            for id in [ids.all[0], ids.all[2]] {
                var pass = JSON.null
                try await eventually {
                    pass = try await office.ask("/api/v1/passes/\(id)", key: key).json
                    return ["complete", "incomplete"].contains(pass["state"]?.text)
                }
                #expect(pass["requested_by"] == .text("olga") && pass["organizations"] == .list([.text("acme")]))
            }
            #expect(try await office.ask("/api/v1/passes/\(ids.all[1])", key: key).problem == "unknown_pass")
            #expect(try await office.ask("/api/v1/calls", key: key).json["calls"]?.list.isEmpty == false)
            let database = try ServiceDatabase(path: office.installation.root.servicePath)
            let acme = try #require(OrganizationName("acme"))
            try await eventually { try await database.unfinishedPasses(of: [acme]).again.isEmpty }
            try database.close()
        }
    }

    @Test func `that the service did not survive three times is given up, and that is noted and shown`() async throws {
        try await Office.with(
            before: { office in
                let database = try ServiceDatabase(path: office.installation.root.servicePath)
                let acme = try #require(OrganizationName("acme"))
                let day = try #require(ArchiveDay(office.day))
                let crashing = RequestedPass(
                    id: "crashing",
                    organizations: [acme],
                    request: .day(day),
                    retriesFailed: false,
                    actor: Actor(name: "olga", via: .key),
                    requestedTime: office.installation.now
                )
                try await database.keep(crashing)
                for _ in 0..<3 { try await database.noteBegin(ofPass: "crashing") }
                try database.close()
            }
        ) { office in
            let key = try await office.key(.operator)
            let pass = try await office.ask("/api/v1/passes/crashing", key: key).json
            #expect(pass["state"] == .text("failed") && pass["error"] == .text("abandoned"), "\(pass)")
            #expect(pass["requested_by"] == .text("olga") && pass["ended_time"]?.text != nil)
            let listed = try await office.ask("/api/v1/passes", key: key).json["passes"]?.list ?? []
            #expect(listed.contains { $0["id"] == .text("crashing") })
            let database = try ServiceDatabase(path: office.installation.root.servicePath)
            let acme = try #require(OrganizationName("acme"))
            #expect(try await database.unfinishedPasses(of: [acme]).givenUp.isEmpty)
            try database.close()
            let auditor = try await office.key(.auditor)
            let audit = try await office.ask("/api/v1/audit?organization=acme&type=pass.requested", key: auditor)
            #expect(audit.text.contains(PassResumption.reason), "\(audit.text)")
        }
    }

    @Test func `exists for those who see all of its organizations, and is an operator's to start`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.operator)
            let beta = try await office.key(.operator, organizations: ["beta"])
            let body = #"{"organizations":["acme"],"day":"\#(office.day)"}"#
            let id = try #require(
                try await office.ask("POST", "/api/v1/passes", key: key, body: body).json["id"]?.text
            )
            #expect(try await office.ask("/api/v1/passes/\(id)", key: beta).status == 404)
            #expect(try await office.ask("/api/v1/passes/\(id)/events", key: beta).status == 404)
            #expect(try await office.ask("DELETE", "/api/v1/passes/\(id)", key: beta).status == 404)
            #expect(try await office.ask("/api/v1/passes", key: beta).json["passes"]?.list.isEmpty == true)
            #expect(try await office.ask("POST", "/api/v1/passes", key: beta, body: body).status == 404)
            let viewer = try await office.key(.reviewer)
            #expect(try await office.ask("POST", "/api/v1/passes", key: viewer, body: body).status == 403)
            #expect(try await office.ask("DELETE", "/api/v1/passes/\(id)", key: viewer).status == 403)
        }
    }

    @Test(arguments: [
        #"{"organizations":[]}"#, #"{"day":"2025-02-30"}"#, #"{"day":"today","from":"2025-11-20"}"#, #"{"days":1}"#,
        #"{"from":"2025-11-21","to":"2025-11-20"}"#, "[]", #"{"organizations":"acme"}"#,
    ])
    func `that cannot be is refused`(_ body: String) async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.operator)
            let reply = try await office.ask("POST", "/api/v1/passes", key: key, body: body)
            #expect(reply.status == 400 && reply.problem != nil, "\(reply.text)")
            #expect(try await office.ask("/api/v1/passes", key: key).json["passes"]?.list.isEmpty == true)
        }
    }
}
