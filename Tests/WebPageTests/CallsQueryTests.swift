import Testing

@testable import WebPage

/// What people type into the search for calls.
@Suite struct `A search for calls` {
    @Test(
        arguments: [
            ("555 1850", ["number": "555 1850"]),
            ("+44 20 7946", ["number": "+44 20 7946"]),
            ("(030) 1234-5", ["number": "(030) 1234-5"]),
            ("2026-11-24", ["day": "2026-11-24"]),
            ("2026-11", ["month": "2026-11"]),
            ("7d", ["last": "7d"]),
            (">5m", ["min_duration": "5m"]),
            ("missing inbound", ["state": "missing", "direction": "inbound"]),
            ("queue:Billing", ["queue": "Billing"]),
            ("agent:\"Ana María\" 2026-11", ["agent": "Ana María", "month": "2026-11"]),
            ("38fcfa86-6e01-415c-ad2e-2a02873ecf12", ["task": "38fcfa86-6e01-415c-ad2e-2a02873ecf12"]),
            ("today 4711", ["day": "today", "number": "4711"]),
            ("", [:]),
        ] as [(String, [String: String])]
    )
    func `understands`(_ text: String, filters: [String: String]) {
        let search = CallsQuery(["q": text])
        #expect(search.filters == filters)
        #expect(search.name == nil)
    }

    @Test(arguments: ["Ana María", "אבי לוי", "山田 太郎", "Agent 12", "42", "794", "+44"])
    func `takes anything else for a name`(_ text: String) {
        let search = CallsQuery(["q": text])
        #expect(search.filters.isEmpty)
        #expect(search.asAgent == ["agent": text] && search.asQueue == ["queue": text])
        #expect(search.hasTooFewDigits == ["42", "794", "+44"].contains(text))
    }

    @Test func `knows digits that are too few for a number only if there is nothing else`() {
        #expect(!CallsQuery(["q": "7946"]).hasTooFewDigits && !CallsQuery(["q": ""]).hasTooFewDigits)
        #expect(CallsQuery(["q": "794 today"]).hasTooFewDigits)
    }

    @Test func `lets a typed time take the place of another kind`() {
        #expect(CallsQuery(["day": "2026-11-24", "q": "2026-10"]).filters == ["month": "2026-10"])
        #expect(CallsQuery(["from": "2026-11-24", "q": "to:2026-11-25"]).filters.keys.sorted() == ["from", "to"])
        #expect(CallsQuery(["month": "this", "from": "2026-11-24", "to": ""]).filters == ["from": "2026-11-24"])
        #expect(CallsQuery(["month": "this", "from": " ", "to": ""]).filters == ["month": "this"])
    }

    @Test func `writes filters as an address, encoded`() {
        #expect(CallsQuery.query(["agent": "Ana & Co", "day": "2026-11-24"]) == "?agent=Ana%20%26%20Co&day=2026-11-24")
        #expect(CallsQuery.query([:]).isEmpty)
    }
}
