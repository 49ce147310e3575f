import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct LegacyChainTests {
    private static let session = "74d98c29-39b4-4e1e-81fa-0ce0ae5aebb0"

    /// What a provider has about one contact: the session's fields, and each activity by the end of its identifier.
    private struct Contact: Sendable {
        var session = #"{"sid":"\#(LegacyChainTests.session)","cstts":1000}"#
        var activities: [String: String] = [:]

        func respond(to request: HTTPRequest) -> HTTPResponse {
            let path = request.url.path()
            if path.contains("/csrs/") { return .json(session) }
            let name = path.split(separator: "/").last?.dropFirst(LegacyChainTests.session.count + 1) ?? ""
            return activities[String(name)].map { .json($0) } ?? HTTPResponse(status: 404)
        }
    }

    private func chain(_ contact: Contact) async throws -> (LegacyChain, asked: Int) {
        let exchange = ScriptedExchange { request, _ in contact.respond(to: request) }
        let records = LegacyRecords(
            try LegacyRequestTests.settings(),
            exchange: exchange,
            retry: RetryPolicy(attempts: 2),
            clock: InstantClock(),
            logger: .quiet
        )
        let id = try #require(LegacyRecordID(Self.session))
        return (try await records.chain(of: id), exchange.requests.count)
    }

    private func events(_ chain: LegacyChain) -> [String] { chain.activities.map(\.id.event) }

    private static let whole = [
        "1000-new": #"{"cetts":1005,"nextState":"ivr-connected"}"#,
        "1005-ivr-connected": #"{"cetts":"1010","nextState":"IVR_Parked"}"#,
        "1010-ivr-parked": #"{"cetts":1010,"nextState":"connected"}"#,
        "1010-connected": #"{"cetts":1020,"nextState":"parked","session":"\#(session.uppercased())"}"#,
        "1020-parked": #"{"cetts":1030,"nextState":"connected"}"#,
        "1030-connected": #"{"cetts":1040,"nextState":"ended"}"#,
        "1040-ended": #"{"cetts":1040,"nextState":null}"#,
    ]

    @Test func `goes from one activity to the next, to the end, and asks for each once`() async throws {
        let (chain, asked) = try await chain(Contact(activities: Self.whole))
        #expect(chain.end == .complete)
        #expect(
            events(chain) == ["new", "ivr-connected", "ivr-parked", "connected", "parked", "connected", "ended"]
        )
        #expect(asked == 8)
        #expect(chain.activities.allSatisfy { !$0.isGuessed })
        #expect(chain.activities.map(\.end?.millisecondsSince1970) == [1005, 1010, 1010, 1020, 1030, 1040, 1040])
    }

    @Test func `what an activity does not name is found under the names that there are`() async throws {
        let unnamed = Self.whole.mapValues { $0.replacing(/"nextState":"[a-z-]+"/, with: #""nextState":"""#) }
        let (chain, _) = try await chain(Contact(activities: unnamed))
        #expect(chain.end == .complete)
        #expect(events(chain).count == 7)
        #expect(chain.activities.map(\.isGuessed) == [false, true, false, true, true, true, true])
    }

    @Test func `a step that is not under the name that was said is looked for under others, and marked`() async throws {
        var activities = Self.whole
        activities["1005-ivr-connected"] = #"{"cetts":1030,"nextState":"talking"}"#
        let (chain, _) = try await chain(Contact(activities: activities))
        #expect(chain.end == .complete)
        #expect(events(chain) == ["new", "ivr-connected", "connected", "ended"])
        #expect(chain.activities.map(\.isGuessed) == [false, false, true, false])
    }

    /// The activities that there are, how many are found, and how it ends.
    static let broken: [(activities: [String: String], found: Int, end: LegacyChain.End)] = [
        ([:], 0, .broken("there is no \(session)-1000-new")),
        (["1000-new": #"{"cetts":1005,"nextState":"parked"}"#], 1, .broken("there is no \(session)-1005-parked")),
        (
            ["1000-new": #"{"cetts":1005}"#], 1,
            .broken("the activity that begins at 1005 is not named, and has none of the known names")
        ),
        (["1000-new": #"{"cetts":999,"nextState":"parked"}"#], 1, .broken("\(session)-1000-new ends before it begins")),
        (
            ["1000-new": #"{"cetts":1000,"nextState":"new"}"#], 1,
            .broken("\(session)-1000-new leads back to \(session)-1000-new")
        ),
        (
            [
                "1000-new": #"{"cetts":1000,"nextState":"parked"}"#,
                "1000-parked": #"{"cetts":1000,"nextState":"new"}"#,
            ], 2, .broken("\(session)-1000-parked leads back to \(session)-1000-new")
        ),
        (
            ["1000-new": #"{"cetts":1005,"nextState":"parked","session":"another"}"#], 1,
            .broken("\(session)-1000-new belongs to session another")
        ),
        (["1000-new": #"{"cetts":null,"nextState":null}"#], 1, .goesOn("\(session)-1000-new has no end yet")),
        (["1000-new": #"{"cetts":0,"nextState":""}"#], 1, .goesOn("\(session)-1000-new has no end yet")),
    ]

    @Test(arguments: broken)
    func `says where it breaks off`(
        broken: (activities: [String: String], found: Int, end: LegacyChain.End)
    ) async throws {
        let (chain, asked) = try await chain(Contact(activities: broken.activities))
        #expect(chain.activities.count == broken.found)
        #expect(chain.end == broken.end)
        #expect(asked <= 20)
    }

    @Test func `a session that does not say when it began has no chain`() async throws {
        let (chain, _) = try await chain(Contact(session: #"{"active":1}"#))
        #expect(chain.end == .broken("the session does not say when it began (cstts)"))
    }

    @Test func `what follows the end is read, and not required`() async throws {
        var activities = Self.whole
        activities["1040-ended"] = #"{"cetts":1040,"nextState":"wrapup"}"#
        #expect(try await chain(Contact(activities: activities)).0.end == .complete)
        activities["1040-wrapup"] = #"{"cetts":1090}"#
        let (chain, _) = try await chain(Contact(activities: activities))
        #expect(chain.end == .complete && events(chain).last == "wrapup")
    }

    @Test func `an endless chain ends`() throws {
        var walk = LegacyChainWalk(session: Self.session)
        var step = walk.first(start: Timestamp(millisecondsSince1970: 1))
        var asked = 0
        while case .ask(let candidates, _) = step {
            asked += 1
            let next = JSONValue.object([
                JSONMember("cetts", .number(String(candidates[0].start + 1))),
                JSONMember("nextState", .string("parked")),
            ])
            step = walk.next(after: candidates[0], try #require(LegacyRecord(.car, next)))
        }
        #expect(asked == LegacyChainWalk.longest)
        #expect(step == .end(.broken("it has more than 2000 activities")))
    }

    @Test func `a provider that fails on the way is no end of the chain`() async throws {
        let exchange = ScriptedExchange { request, place in
            place == 0 ? .json(#"{"cstts":1000}"#) : HTTPResponse(status: 403)
        }
        let records = LegacyRecords(
            try LegacyRequestTests.settings(),
            exchange: exchange,
            retry: RetryPolicy(attempts: 2),
            clock: InstantClock(),
            logger: .quiet
        )
        let id = try #require(LegacyRecordID(Self.session))
        let error = try await providerError { _ = try await records.chain(of: id) }
        #expect(error.code == .authorization)
    }
}
