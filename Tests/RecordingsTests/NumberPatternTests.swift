import Recordings
import Testing

@Suite struct NumberPatternTests {
    @Test(
        arguments: [
            ("+1 (555) 010-0001", "15550100001"), ("0100", "0100"), ("030 1234567", "301234567"),
            ("0049 30 1234567", "49301234567"), ("00 0100", "000100"), ("0555010", "0555010"), ("1001", "1001"),
            ("sip:+15550100001@host.example;user=phone", "15550100001"), ("0000000", "0000000"),
        ]
    )
    func `digits are looked for in a row, without the zeros for dialling`(_ typed: String, _ run: String) {
        #expect(NumberPattern(typed) == .digits(run))
    }

    @Test(arguments: ["1", "+1", "100", "(0) 30", "tel:123", "911"])
    func `fewer than four digits are none to look for`(_ typed: String) {
        #expect(NumberPattern(typed) == nil)
        #expect(!CallFilter.matches(typed, number: "+1911100300123"))
    }

    @Test(arguments: [
        ("0100", "+15550100001", true), ("5501", "+15550100001", true), ("15550100001", "15550100001", true),
        ("15550100001", "+1 555 010 0001", true), ("5550", "sip:+1555.010.0001@10.20.30.40", true),
        ("1020", "sip:+15550100001@10.20.30.40", false), ("0102", "+15550100001", false), ("1001", "1001", true),
        ("1001", "10010", true), ("0039", "customer0039@example.com", true), ("1234", "anonymous", false),
        ("1234", "", false), ("1234", "１２３４", false), ("8765", "+1-8 7/6\\5", true),
    ])
    func `a stored number is its digits in any form`(_ typed: String, _ stored: String, _ isFound: Bool) {
        #expect(CallFilter.matches(typed, number: stored) == isFound)
    }

    @Test(arguments: [
        ("Anonymous", "anonymous", true), ("anon", "anonymous", false),
        ("customer39@EXAMPLE.com", "CUSTOMER39@example.com", true), ("É@example.com", "é@example.com", false),
        ("+", "+15550100001", false),
    ])
    func `a text is found as a whole`(_ typed: String, _ stored: String, _ isFound: Bool) {
        #expect(CallFilter.matches(typed, number: stored) == isFound)
    }

    @Test func `no more digits are compared than the index has`() {
        let long = String(repeating: "7", count: NumberPattern.mostDigits) + "1234"
        #expect(!CallFilter.matches("1234", number: long))
        #expect(CallFilter.matches("7777", number: long))
        #expect(
            !CallFilter.matches("1234", number: String(repeating: "x", count: NumberPattern.mostCharacters) + "1234")
        )
    }
}
