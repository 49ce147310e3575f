import Testing

@testable import WebPage

/// An alarm on a page.
@Suite struct `An alarm on a page` {
    @Test(
        arguments: [
            ("no pass has run yet: callark archive --org acme", "callark archive --org acme", "no pass has run yet"),
            (
                "2 missing; fetch them, and explain the rest (`callark gaps explain`); each one is named by: callark gaps",
                "callark gaps", "2 missing"
            ),
            (
                "no pass was complete; the last one failed; explain what will not come (see `callark gaps`): callark archive",
                "callark archive", "no pass was complete; the last one failed"
            ),
            ("the disk is nearly full: make room", nil, "the disk is nearly full: make room"),
            ("run `callark list`; then: callark verify", "callark verify", "run `callark list`; then: callark verify"),
        ] as [(String, String?, String)]
    )
    func `says what is wrong, and not which command helps`(_ message: String, _ command: String?, _ fact: String) {
        #expect(AlarmRow.fact(message, command: command) == fact)
    }
}
