import Foundation
import Recordings
import Simulator
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct SitesTests {
    @Test func `a site is made, read, changed and deleted`() async throws {
        try await SiteDesk.with { desk in
            let fields = try await desk.fields("Quay", description: "by the water")
            let made = try await desk.sites.create(fields)
            #expect(made.fields == fields)
            #expect(made.version == 0)
            #expect(made.createdTime != nil)
            #expect(try await desk.sites.site(made.id) == made)
            let changed = SiteChange(name: "Quay 2", isActive: false).applied(to: fields)
            let updated = try await desk.sites.update(made, to: changed)
            #expect(updated.fields == changed)
            #expect(updated.version == 1)
            #expect(try await desk.sites.update(updated, to: changed) == updated)
            #expect(try await desk.sites.site(made.id).version == 1)
            try await desk.sites.delete(updated)
            let error = try await providerError { _ = try await desk.sites.site(made.id) }
            #expect(error.status == 404)
            #expect(error.advice.contains("callark sites list"))
        }
    }

    @Test func `unknown members of a site survive a change`() async throws {
        try await SiteDesk.with { desk in
            let depot = try #require(try await desk.site(named: "Old Depot"))
            #expect(depot.json["externalReference"] == .string("D-17"))
            let change = SiteChange(description: "let to others").applied(to: depot.fields)
            let updated = try await desk.sites.update(depot, to: change)
            #expect(updated.json["externalReference"] == .string("D-17"))
            #expect(updated.json["labels"] == .array([.string("closed"), .string("2024")]))
            #expect(updated.fields.description == "let to others")
            #expect(updated.version == 4)
        }
    }

    static let habits: [@Sendable (inout SiteRules) -> Void] = [
        { _ in }, { $0.largestPage = 7 }, { $0.servesVersion2 = false }, { $0.ignoresPage = true },
    ]

    /// With a `meta` that has the number of all sites, and without one.
    @Test(arguments: habits.indices, [SimulatorOptions(), .strict])
    func `every site is listed, whatever the provider's habits`(habit: Int, options: SimulatorOptions) async throws {
        var options = options
        Self.habits[habit](&options.sites)
        try await SiteDesk.with(options: options) { desk in
            let profile = try await desk.profile()
            let names = (1...230).map { "Site \($0)" }
            for start in stride(from: 0, to: names.count, by: Sites.largestBulk) {
                let batch = names[start..<min(start + Sites.largestBulk, names.count)].map {
                    SiteFields(name: $0, isActive: true, multimediaProfileID: profile, description: "")
                }
                let outcomes = try await desk.sites.create(batch)
                #expect(outcomes.allSatisfy { if case .created(_?) = $0 { true } else { false } })
            }
            let listed = try await desk.sites.list().map(\.fields.name)
            #expect(listed.count == 235)
            #expect(Set(names).isSubset(of: listed))
        }
    }

    @Test func `a name in use is reported with the site that has it`() async throws {
        try await SiteDesk.with { desk in
            let main = try #require(try await desk.site(named: "Main"))
            let fields = try await desk.fields("Main")
            let error = try await providerError { _ = try await desk.sites.create(fields) }
            #expect(error.code == .rejected && error.status == 409)
            #expect(error.description.contains("\"Main\"") && error.description.contains(main.id.description))
            #expect(error.trackingID != nil)
            let depot = try #require(try await desk.site(named: "Old Depot"))
            let renaming = try await providerError {
                _ = try await desk.sites.update(depot, to: SiteChange(name: "Main").applied(to: depot.fields))
            }
            #expect(renaming.status == 409 && renaming.description.contains(main.id.description))
        }
    }

    @Test func `a site in use is neither deleted nor deactivated, and its users are named`() async throws {
        try await SiteDesk.with { desk in
            let main = try #require(try await desk.site(named: "Main"))
            let deleting = try await providerError { try await desk.sites.delete(main) }
            #expect(deleting.status == 412)
            #expect(deleting.description.contains("referenced by Team 1, Team 4"))
            #expect(deleting.advice.contains("another site"))
            let off = SiteChange(isActive: false).applied(to: main.fields)
            #expect(try await providerError { _ = try await desk.sites.update(main, to: off) }.status == 412)
            #expect(try await desk.sites.site(main.id) == main)
        }
    }

    @Test func `what the provider has made is not even asked about`() async throws {
        try await SiteDesk.with { desk in
            let standard = try #require(try await desk.sites.list().first(where: \.isSystemDefault))
            let before = desk.simulator.counters.requests(to: .sites)
            let change = SiteChange(name: "Mine").applied(to: standard.fields)
            #expect(try await providerError { _ = try await desk.sites.update(standard, to: change) }.code == .rejected)
            #expect(try await providerError { try await desk.sites.delete(standard) }.code == .rejected)
            #expect(desk.simulator.counters.requests(to: .sites) == before)
        }
    }

    @Test func `a missing scope is reported with its name`() async throws {
        try await SiteDesk.with(scope: "cjp:config_read") { desk in
            let fields = try await desk.fields("Quay")
            let depot = try #require(try await desk.site(named: "Old Depot"))
            let change = SiteChange(name: "Mine").applied(to: depot.fields)
            for error in [
                try await providerError { _ = try await desk.sites.create(fields) },
                try await providerError { _ = try await desk.sites.create([fields]) },
                try await providerError { _ = try await desk.sites.update(depot, to: change) },
                try await providerError { try await desk.sites.delete(depot) },
            ] {
                #expect(error.code == .authorization && error.status == 403)
                #expect(error.advice.contains("cjp:config_write"))
            }
        }
    }

    @Test(arguments: [true, false])
    func `a site that somebody else has changed is not overwritten if the provider watches`(
        watches: Bool
    ) async throws {
        try await SiteDesk.with { desk in
            desk.simulator.change { $0.sites.refusesStaleVersions = watches }
            let depot = try #require(try await desk.site(named: "Old Depot"))
            _ = try await desk.sites.update(depot, to: SiteChange(description: "theirs").applied(to: depot.fields))
            let mine = SiteChange(description: "mine").applied(to: depot.fields)
            if watches {
                let error = try await providerError { _ = try await desk.sites.update(depot, to: mine) }
                #expect(error.description.contains("somebody else"))
                #expect(try await desk.sites.site(depot.id).fields.description == "theirs")
            } else {
                #expect(try await desk.sites.update(depot, to: mine).fields == mine)
            }
        }
    }

    @Test func `an unknown profile is refused with the provider's words`() async throws {
        try await SiteDesk.with { desk in
            let fields = SiteFields(name: "Quay", isActive: true, multimediaProfileID: "none", description: "")
            let error = try await providerError { _ = try await desk.sites.create(fields) }
            #expect(error.status == 400)
            #expect(error.description.contains("multimediaProfileId: not found for given orgId."))
        }
    }
}

/// Changes whose answers are lost: never made twice, never lost, and never reported as failed if they were made.
@Suite struct SitesInDoubtTests {
    @Test(arguments: [Fault.reset(afterBytes: 0), .truncate(afterBytes: 5), .status(500), .status(503), .html200])
    func `a site whose answer is lost is made once`(fault: Fault) async throws {
        try await SiteDesk.with { desk in
            let fields = try await desk.fields("Quay")
            desk.simulator.inject(FaultRule(.sites, .first(1), fault, pathContains: desk.path))
            let made = try await desk.sites.create(fields)
            #expect(try await desk.sites.list().filter { $0.fields.name == "Quay" } == [made])
            #expect(desk.simulator.strikes == [1])
        }
    }

    @Test(arguments: [Fault.reset(afterBytes: 0), .status(500), .emptyBody])
    func `a change whose answer is lost is made once`(fault: Fault) async throws {
        try await SiteDesk.with { desk in
            let depot = try #require(try await desk.site(named: "Old Depot"))
            desk.simulator.inject(FaultRule(.sites, .first(1), fault, pathContains: desk.path))
            let change = SiteChange(description: "let").applied(to: depot.fields)
            let updated = try await desk.sites.update(depot, to: change)
            #expect(updated.fields == change)
            #expect(updated.version == 4)
            #expect(desk.simulator.strikes == [1])
        }
    }

    @Test(arguments: [Fault.html200, .status(500), .emptyBody])
    func `a page in a gateway's place is not taken for a deletion`(fault: Fault) async throws {
        try await SiteDesk.with { desk in
            let depot = try #require(try await desk.site(named: "Old Depot"))
            desk.simulator.inject(FaultRule(.sites, .first(1), fault, pathContains: desk.path))
            try await desk.sites.delete(depot)
            #expect(try await desk.site(named: "Old Depot") == nil)
        }
    }

    @Test(arguments: [Fault.reset(afterBytes: 0), .truncate(afterBytes: 9), .status(500), .html200])
    func `sites of a bulk call whose answer is lost are made once`(fault: Fault) async throws {
        try await SiteDesk.with { desk in
            let fields = [try await desk.fields("A"), try await desk.fields("B"), try await desk.fields("C")]
            desk.simulator.inject(FaultRule(.sites, .first(1), fault, pathContains: "/bulk"))
            let outcomes = try await desk.sites.create(fields)
            let listed = try await desk.sites.list()
            let ids = fields.map { wanted in listed.filter { $0.fields == wanted }.map(\.id) }
            #expect(ids.allSatisfy { $0.count == 1 })
            #expect(outcomes == ids.map { .created($0.first) })
        }
    }

    @Test func `what a bulk answer is silent about is looked for`() async throws {
        try await SiteDesk.with { desk in
            desk.simulator.change { $0.sites.silentBulkItem = 2 }
            let fields = [try await desk.fields("A"), try await desk.fields("B"), try await desk.fields("Main")]
            let made = try await desk.sites.create(fields)
            let named = try await desk.site(named: "B")
            #expect(made[1] == .created(named?.id))
            var wrong = try await desk.fields("D")
            wrong.multimediaProfileID = "none"
            let refused = try await desk.sites.create([try await desk.fields("C"), wrong])
            guard case .refused(let error) = refused[1] else {
                Issue.record("a site that is not there passes for made")
                return
            }
            #expect(error.isTransient && error.description.contains("says nothing of it"))
        }
    }

    @Test func `each item of a bulk call is judged by its own status, in whatever order they come`() async throws {
        try await SiteDesk.with { desk in
            var wrong = try await desk.fields("Wrong")
            wrong.multimediaProfileID = "none"
            var taken = try await desk.fields("Main", description: "another one")
            taken.isActive = false
            let outcomes = try await desk.sites.create([try await desk.fields("A"), wrong, taken])
            let made = try #require(try await desk.site(named: "A"))
            #expect(outcomes[0] == .created(made.id))
            guard case .refused(let first) = outcomes[1], case .refused(let second) = outcomes[2] else {
                Issue.record("a refused item passes for made")
                return
            }
            #expect(first.status == 400 && first.description.contains("multimediaProfileId"))
            #expect(second.status == 409 && second.description.contains("\"Main\""))
            #expect(first.trackingID != nil)
        }
    }

    @Test func `a provider that stays down is asked no more often than the policy says`() async throws {
        try await SiteDesk.with { desk in
            let fields = try await desk.fields("Quay")
            desk.simulator.inject(FaultRule(.sites, .always, .status(503), pathContains: desk.path))
            let error = try await providerError { _ = try await desk.sites.create(fields) }
            #expect(error.code == .unavailable)
            #expect(desk.simulator.strikes == [3])
        }
    }

    @Test func `a change that may have been made is reported as such if no one can check`() async throws {
        let test = try TestCenter(
            ScriptedExchange { request, _ throws(TransferError) in
                if request.method == .post { throw TransferError(.timedOut, "api.example.com took too long") }
                return HTTPResponse(status: 403)
            }
        )
        let fields = SiteFields(name: "Quay", isActive: true, multimediaProfileID: "m", description: "")
        let error = try await providerError { _ = try await test.center.sites.create(fields) }
        #expect(error.code == .unavailable)
        #expect(error.advice.contains("may have been done all the same"))
        #expect(test.exchange.requests.filter { $0.method == .post }.count == 1)
        #expect(test.exchange.requests.filter { $0.method == .post }.allSatisfy { !$0.isRepeatable })
    }

    @Test func `a refusal for the quota, or no connection, leaves nothing open`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, place throws(TransferError) in
                switch place {
                case 0: throw TransferError(.unreachable, "no way to api.example.com")
                case 1: return HTTPResponse(status: 429, headers: ["Retry-After": "2"])
                default: return .json(#"{"id":"s","name":"Quay","active":true,"multimediaProfileId":"m"}"#, status: 201)
                }
            }
        )
        let fields = SiteFields(name: "Quay", isActive: true, multimediaProfileID: "m", description: "")
        #expect(try await test.center.sites.create(fields).fields == fields)
        #expect(test.exchange.requests.map(\.method) == [.post, .post, .post])
    }
}

@Suite struct SiteAnswerTests {
    static let other = #"{"id":"s","name":"HQ","organizationId":"11111111-2222-4333-8444-555555555555"}"#

    @Test(arguments: ["[\(other)]", #"{"meta":{},"data":[\#(other)]}"#, other])
    func `another organization's site is never taken for ours`(body: String) async throws {
        let test = try TestCenter(
            ScriptedExchange { request, _ in
                body.hasPrefix("[") && request.url.path().contains("/v2/") ? HTTPResponse(status: 404) : .json(body)
            }
        )
        let id = try #require(SiteID("s"))
        let error = try await providerError {
            _ = body == Self.other ? [try await test.center.sites.site(id)] : try await test.center.sites.list()
        }
        #expect(error.code == .wrongOrganization)
    }

    @Test func `an envelope of another organization is refused, too`() async throws {
        let body = #"{"meta":{"orgid":"11111111-2222-4333-8444-555555555555"},"data":[]}"#
        let test = try TestCenter(ScriptedExchange { _, _ in .json(body) })
        #expect(try await providerError { _ = try await test.center.sites.list() }.code == .wrongOrganization)
    }

    @Test func `no list is no empty list`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json("{}") })
        #expect(try await providerError { _ = try await test.center.sites.list() }.code == .malformed)
    }

    @Test func `an ID is one part of a path and no more`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in HTTPResponse(status: 404) })
        let id = try #require(SiteID("a/b?c#d e"))
        _ = try await providerError { _ = try await test.center.sites.site(id) }
        #expect(test.exchange.requests[0].url.absoluteString.hasSuffix("/site/a%2Fb%3Fc%23d%20e"))
        #expect([".", "..", ""].allSatisfy { SiteID($0) == nil })
    }

    @Test func `configuration is below the host, not below its version`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json("[]") })
        _ = try? await test.center.sites.list()
        #expect(
            test.exchange.requests[0].url.absoluteString
                == "https://api.example.com/organization/\(TestCenter.organizationID)/v2/site?page=0&pageSize=100"
        )
    }
}
