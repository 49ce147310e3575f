import Recordings
import Testing

@Suite struct CallFactsTests {
    private func task(_ text: String) -> CallFacts {
        let facts = CallFacts(task: ProviderJSON(redacted: text))
        // The same, whether someone has read the text before or not.
        if let value = try? JSONReader.value(of: text) {
            #expect(CallFacts(task: ProviderJSON(redacted: value)) == facts)
            #expect(CallFacts(task: ProviderJSON { value }) == facts)
        }
        return facts
    }

    private func search(_ text: String) -> CallFacts { CallFacts(search: ProviderJSON(redacted: text)) }

    @Test func `a listed task says who, for what, from where, to where and how long`() {
        let facts = task(
            """
            {"id":"t","attributes":{"owner":{"id":"a1","name":"Ada Abbott"},"queue":{"id":"q1","name":"Billing"},\
            "status":"completed","createdTime":1760000000123,"lastUpdatedTime":1760000300456,\
            "origin":"+15550100001","destination":"+15550199999","direction":"inbound","reasonCode":"Payment"}}
            """
        )
        #expect(
            facts
                == CallFacts(
                    agent: CallFacts.Party(id: "a1", name: "Ada Abbott"),
                    queue: CallFacts.Party(id: "q1", name: "Billing"),
                    origin: "+15550100001",
                    destination: "+15550199999",
                    direction: "inbound",
                    durationMilliseconds: 300_333,
                    wrapUp: "Payment"
                )
        )
    }

    @Test func `a call under way has no duration, and a flat row is read like a nested one`() {
        let facts = task(
            #"{"id":"t","status":"assigned","createdTime":1760000000123,"lastUpdatedTime":1760000300456,"origin":"1"}"#
        )
        #expect(facts == CallFacts(origin: "1"))
    }

    @Test func `what Search says counts if both say something`() {
        let listed = CallFacts(
            agent: CallFacts.Party(id: "a1", name: "Ada"),
            origin: "+1",
            durationMilliseconds: 300_333,
            wrapUp: "Payment"
        )
        let searched = search(
            """
            {"id":"t","lastAgent":{"id":"a2","name":"Bruno","sessionId":"s"},"lastQueue":{"id":"q1","name":"Billing"},\
            "lastSite":{"id":"s1","name":"Lyon"},"lastTeam":{"id":"m1","name":"Team 1"},"origin":null,\
            "direction":"inbound","totalDuration":61000,"lastWrapupCodeName":"Refund","terminationType":"normal"}
            """
        )
        let both = listed.overlaid(with: searched)
        #expect(both.agent?.name == "Bruno")
        #expect(both.otherAgents == [CallFacts.Party(id: "a1", name: "Ada")].compactMap(\.self))
        #expect(both.site?.name == "Lyon")
        #expect(both.team?.id == "m1")
        #expect(both.origin == "+1")
        #expect(both.durationMilliseconds == 61000)
        #expect(both.wrapUp == "Refund")
        #expect(both.termination == "normal")
    }

    @Test(arguments: [
        "", "[]", "null", "7", "{", "{\"attributes\":null}", "{\"attributes\":[]}", "{\"attributes\":{\"owner\":[1]}}",
        #"{"attributes":{"owner":{"id":"","name":""},"queue":null,"origin":"","direction":{},"reasonCode":[]}}"#,
        #"{"attributes":{"status":"completed","createdTime":-9223372036854775808,"lastUpdatedTime":9223372036854775807}}"#,
        #"{"attributes":{"status":"completed","createdTime":1760000000123,"lastUpdatedTime":1}}"#,
        #"{"attributes":{"status":"completed","createdTime":1e300,"lastUpdatedTime":"soon"}}"#,
        String(repeating: "[", count: 100_000), "{\"attributes\":" + String(repeating: "{\"a\":", count: 100_000),
    ])
    func `of what makes no sense nothing is known`(_ text: String) {
        #expect(task(text) == CallFacts())
        #expect(search(text) == CallFacts())
    }

    @Test func `texts of any length and with any character fit a column`() {
        let name = String(repeating: "x", count: 1_000_000)
        let facts = task(#"{"attributes":{"origin":"\#(name)","direction":"in\u0000bound","owner":{"id":12}}}"#)
        #expect(facts.origin?.count == 256)
        #expect(facts.direction == "inbound")
        #expect(facts.agent == CallFacts.Party(id: "12", name: nil))
    }

    @Test(arguments: [
        ("+1 (555) 010-0001", "15550100001"), ("tel:+15550100001", "15550100001"), ("0049.30/123", "004930123"),
        ("sip:+15550100001@host.example;user=phone", "15550100001"), ("1001", "1001"),
    ])
    func `a number is its digits`(_ text: String, _ digits: String) {
        #expect(TelephoneNumber.digits(of: text) == digits)
    }

    @Test(arguments: ["", "+", "customer12@example.com", "https://example.com/7", "anonymous", "١٢٣"])
    func `what is no telephone number has no digits`(_ text: String) {
        #expect(TelephoneNumber.digits(of: text) == nil)
    }

    @Test func `every agent of a call is named once, and none of them twice`() {
        let facts = search(
            """
            {"lastAgent":{"id":"a2","name":"Bruno"},"owner":{"id":"a2","name":"Bruno B."},"previousAgentId":"a1",\
            "previousAgentName":"Ada"}
            """
        )
        #expect(facts.agents.map(\.name) == ["Bruno", "Ada"])
        var more = facts
        more.add(
            [facts.agent, CallFacts.Party(id: "a1", name: nil), CallFacts.Party(id: "a3", name: "Zoe")].compactMap(
                \.self
            )
        )
        #expect(more.agents.map(\.id) == ["a2", "a1", "a3"])
        #expect(CallFilter(agent: "zoe").matches(more) && !CallFilter(agent: "zoe").matches(facts))
    }

    @Test(arguments: [
        (
            #"{"attributes":{"participants":["BBBBBBBB-0000-4000-8000-000000000001","+155****0001","virtual-agent-1"]}}"#,
            1
        ),
        (#"{"participants":"bbbbbbbb-0000-4000-8000-000000000001, bbbbbbbb-0000-4000-8000-000000000002,+1"}"#, 2),
        (#"{"attributes":{"participants":[7,null,{"id":"x"}]}}"#, 0), (#"{"attributes":{"participants":{}}}"#, 0),
        ("", 0), ("[]", 0),
    ])
    func `the agents of a recording are its participants that are UUIDs`(_ json: String, _ count: Int) {
        #expect(CallFacts.agents(capture: ProviderJSON(redacted: json)).count == count)
    }

    @Test func `a filter by number looks at both sides`() {
        let call = CallFacts(origin: "+15550100001", destination: "+18005550101")
        #expect(CallFilter(number: "1 555 010 0001").matches(call))
        #expect(CallFilter(number: "+1 800 555 0101").matches(call))
        #expect(CallFilter(number: "5550100001").matches(call) && CallFilter(number: "0555 0100001").matches(call))
        #expect(CallFilter(destination: "50101").matches(call) && !CallFilter(origin: "50101").matches(call))
        #expect(CallFilter(number: "1000").matches(call) && CallFilter(number: "+5550100001").matches(call))
        #expect(!CallFilter(number: "0011").matches(call) && !CallFilter(number: "001").matches(call))
        #expect(!CallFilter(number: "1555").matches(CallFacts()))
    }

    @Test func `a filter matches identifiers and whole names in any capitalisation`() {
        let call = CallFacts(
            agent: CallFacts.Party(id: "AB12", name: "Jürgen Ito"),
            origin: "+15550100001",
            destination: "Help@acme.example",
            direction: "inbound",
            durationMilliseconds: 60_000
        )
        let matching = [
            CallFilter(), CallFilter(agent: "ab12"), CallFilter(agent: "JÜRGEN ITO"),
            CallFilter(origin: "1 555 010 0001"), CallFilter(destination: "help@ACME.example"),
            CallFilter(direction: "Inbound"),
            CallFilter(minimumDuration: .seconds(60)), CallFilter(agent: "ab12", direction: "inbound"),
        ]
        let others = [
            CallFilter(agent: "Jürgen"), CallFilter(queue: "Billing"), CallFilter(origin: "5550100002"),
            CallFilter(destination: "acme"), CallFilter(minimumDuration: .milliseconds(60_001)),
            CallFilter(agent: "ab12", direction: "outdial"), CallFilter(site: "x"), CallFilter(team: "x"),
        ]
        for filter in matching { #expect(filter.matches(call), "\(filter)") }
        for filter in others { #expect(!filter.matches(call), "\(filter)") }
    }
}
