import Foundation
import Simulator
import Testing

@testable import Service

/// Verifications and forecasts on demand.
@Suite struct `Work by HTTP` {
    private func ended(_ office: Office, _ location: String, key: String) async throws -> JSON {
        var last = JSON.null
        try await eventually {
            last = try await office.ask(location, key: key).json
            return !["waiting", "running"].contains(last["state"]?.text)
        }
        return last
    }

    @Test func `a verification reads everything, finds damage, and notes it`() async throws {
        try await Office.with { office in
            let key = try await office.key(.operator, name: "olga")
            let held = try await Held(office, key: key)
            let first = try await office.ask("POST", "/api/v1/verifications", key: key, body: "{}")
            #expect(first.status == 202, "\(first.text)")
            let sound = try await ended(office, try #require(first.headers["location"]), key: key)
            #expect(sound["state"] == .text("complete") && sound["requested_by"] == .text("olga"))
            #expect(sound["summary"]?["sound"] == .boolean(true), "\(sound)")
            #expect(sound["summary"]?["recordings"]?.number ?? 0 > 0)
            try held.damage(at: 100)
            let body = #"{"organizations":["acme"],"day":"\#(office.day)"}"#
            let second = try await office.ask("POST", "/api/v1/verifications", key: key, body: body)
            let found = try await ended(office, try #require(second.headers["location"]), key: key)
            #expect(found["state"] == .text("complete") && found["summary"]?["sound"] == .boolean(false))
            #expect(found["faults"]?.list.isEmpty == false)
            let call = held.path.replacing("/\(held.file)", with: "")
            let lines = try await office.ask(call, key: key).json["recordings"]?.list ?? []
            #expect(lines.first { $0["file"] == .text(held.file) }?["state"] == .text("damaged"))
            let listed = try await office.ask("/api/v1/verifications", key: key).json["verifications"]?.list ?? []
            #expect(listed.count == 2)
        }
    }

    @Test(arguments: [
        (#"{"day":"2001-01-01"}"#, 404), (#"{"day":"someday"}"#, 400), (#"{"share":"2/1"}"#, 400),
        (#"{"share":"1/30","quick":true}"#, 400), (#"{"organizations":["nobody"]}"#, 404), ("[]", 400),
    ])
    func `a verification of nothing is refused`(_ body: String, _ status: Int) async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.operator)
            let reply = try await office.ask("POST", "/api/v1/verifications", key: key, body: body)
            #expect(reply.status == status && reply.problem != nil, "\(reply.text)")
        }
    }

    @Test func `work of other organizations does not exist for a key`() async throws {
        try await Office.with(isArchived: false) { office in
            let (all, beta) = (try await office.key(.operator), try await office.key(.admin, organizations: ["beta"]))
            for (path, body) in [
                ("/api/v1/verifications", "{}"), ("/api/v1/verifications", #"{"organizations":["acme"]}"#),
                ("/api/v1/passes/estimates", #"{"organizations":["acme"],"day":"\#(office.day)"}"#),
            ] {
                let begun = try await office.ask("POST", path, key: all, body: body)
                let location = try #require(begun.headers["location"])
                #expect(try await office.ask(location, key: beta).status == 404)
                #expect(try await office.ask("DELETE", location, key: beta).status == 404)
                #expect(
                    try await office.ask(path, key: beta).text.contains(location.split(separator: "/").last ?? "-")
                        == false
                )
            }
            let viewer = try await office.key(.viewer)
            for path in ["/api/v1/verifications", "/api/v1/passes/estimates"] {
                #expect(try await office.ask("POST", path, key: viewer, body: "{}").problem == "role_too_small")
            }
            let own = try await office.ask("POST", "/api/v1/verifications", key: beta, body: "{}")
            #expect(try own.json["organizations"]?.list == [.text("beta")])
        }
    }

    @Test func `a forecast says what a pass would fetch, and fetches nothing`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.operator)
            let body = #"{"organizations":["acme"],"day":"\#(office.day)","exact":true}"#
            let begun = try await office.ask("POST", "/api/v1/passes/estimates", key: key, body: body)
            #expect([200, 202].contains(begun.status), "\(begun.text)")
            let forecast = try await ended(office, try #require(begun.headers["location"]), key: key)
            #expect(forecast["state"] == .text("complete"), "\(forecast)")
            let estimate = try #require(forecast["estimates"]?.list.first)
            let tasks = Array(office.simulator.world.tasks())
            #expect(estimate["tasks"]?["listed"]?.number == Double(tasks.count))
            #expect(try await office.ask("/api/v1/calls", key: key).json["calls"]?.list.isEmpty == true)
            // The pass itself finds as many.
            let order = #"{"organizations":["acme"],"day":"\#(office.day)"}"#
            let pass = try await office.ask("POST", "/api/v1/passes", key: key, body: order)
            let made = try await ended(office, try #require(pass.headers["location"]), key: key)
            let known = try #require(made["results"]?.list.first?["recordings"]?["known"]?.number)
            #expect(estimate["recordings"]?["expected"]?.number == known)
        }
    }

    @Test func `a forecast that the provider does not give says so`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.operator)
            // The simulator is another organization.
            let body = #"{"organizations":["beta"],"day":"\#(office.day)"}"#
            let begun = try await office.ask("POST", "/api/v1/passes/estimates", key: key, body: body)
            let forecast = try await ended(office, try #require(begun.headers["location"]), key: key)
            #expect(forecast["state"] == .text("failed") && forecast["error"]?.text?.hasPrefix("provider_") == true)
        }
    }
}
