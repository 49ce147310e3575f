import Foundation
import Testing

@testable import Transfer

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(attempts: 8, baseDelay: .seconds(1), maximumDelay: .seconds(20))

    /// Steele, Lea and Flood's generator. Not the system's, which is an empty struct whose address confuses the thread
    /// sanitizer.
    private struct SplitMix: RandomNumberGenerator {
        private var state: UInt64 = 20_251_120

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 20), (7, 20)])
    func `the longest delay doubles until it reaches the maximum`(attempt: Int, seconds: Int) {
        var generator = SplitMix()
        for _ in 0..<200 {
            let delay = policy.delay(afterAttempt: attempt, retryAfter: nil, using: &generator)
            #expect(delay.map { $0 >= .zero && $0 <= .seconds(seconds) } == true)
        }
    }

    @Test func `jitter reaches from next to nothing to the whole delay`() {
        var generator = SplitMix()
        let delays = (0..<500).compactMap { _ in policy.delay(afterAttempt: 3, retryAfter: nil, using: &generator) }
        #expect(delays.contains { $0 < .seconds(1) } && delays.contains { $0 > .seconds(3) })
    }

    @Test func `attempts are bounded, however many there were`() {
        var generator = SplitMix()
        #expect(policy.delay(afterAttempt: 8, retryAfter: nil, using: &generator) == nil)
        #expect(policy.delay(afterAttempt: .max, retryAfter: .seconds(1), using: &generator) == nil)
        #expect(RetryPolicy(attempts: 0).delay(afterAttempt: 1, retryAfter: nil, using: &generator) == nil)
    }

    @Test func `an attempt number far beyond any doubling does not overflow`() {
        var generator = SplitMix()
        let patient = RetryPolicy(attempts: .max, baseDelay: .milliseconds(1), maximumDelay: .seconds(20))
        #expect(
            patient.delay(afterAttempt: 1_000_000, retryAfter: nil, using: &generator).map { $0 <= .seconds(20) }
                == true
        )
    }

    @Test func `a server's wish is never undercut, not even by the maximum delay`() {
        var generator = SplitMix()
        for _ in 0..<100 {
            let delay = policy.delay(afterAttempt: 1, retryAfter: .seconds(60), using: &generator)
            #expect(delay.map { $0 >= .seconds(60) && $0 <= .seconds(61) } == true)
        }
    }

    @Test func `a server that asks for too much patience is given up`() {
        var generator = SplitMix()
        #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(901), using: &generator) == nil)
    }
}

@Suite struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples.
    private let now = Date(timeIntervalSince1970: 784_111_777)

    @Test(arguments: [
        ("0", 0), ("120", 120), (" 7 ", 7),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
        ("Sun Nov  6 08:50:37 1994", 60),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sat, 05 Nov 1994 08:49:37 GMT", 0),
    ])
    func `seconds and all three forms of a date are understood`(value: String, seconds: Int) {
        #expect(HTTPHeaders([("retry-after", value)]).retryAfter(now: now) == .seconds(seconds))
    }

    @Test(arguments: ["", "soon", "-1", "+5", "1.5", "12 minutes", "\u{0}", "٣"])
    func `what is neither a number nor a date is no wish`(value: String) {
        #expect(HTTPHeaders([("Retry-After", value)]).retryAfter(now: now) == nil)
    }

    @Test func `no field is no wish`() {
        #expect(HTTPHeaders().retryAfter(now: now) == nil)
    }

    @Test(arguments: [String(repeating: "9", count: 400), "Sun, 06 Nov 2147483647 08:49:37 GMT"])
    func `a time beyond all times is a very long wait`(value: String) {
        let wait = HTTPHeaders([("Retry-After", value)]).retryAfter(now: now)
        #expect(wait.map { $0 > .seconds(1_000_000_000) } == true)
    }
}
