import Recordings
import Testing

@Suite struct CallFactsTests {
    private func task(_ text: String) -> CallFacts { CallFacts(task: ProviderJSON(redacted: text)) }
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

    @Test func `what Search says counts where both say something`() {
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
            CallFilter(agent: "Jürgen"), CallFilter(queue: "Billing"), CallFilter(origin: "5550100001"),
            CallFilter(destination: "acme"), CallFilter(minimumDuration: .milliseconds(60_001)),
            CallFilter(agent: "ab12", direction: "outdial"), CallFilter(site: "x"), CallFilter(team: "x"),
        ]
        for filter in matching { #expect(filter.matches(call), "\(filter)") }
        for filter in others { #expect(!filter.matches(call), "\(filter)") }
    }
}
