import Recordings
import Testing

@testable import WebexContactCenter

@Suite struct ProviderClockTests {
    private let noon = TestCenter.now

    /// Offsets from noon of the answer's date, our request and the answer's end, in milliseconds, and what follows from
    /// them.
    @Test(
        arguments: [
            (0, 0, 200, 0), (-1000, -50, 999, 0), (0, 500, 700, 0), (-20_000, -20_500, 25_000, 0),
            (-3_600_000, 0, 300, -3_599_000), (3_600_000, 0, 300, 3_599_700), (-40_000, 0, 45_000, -39_000),
        ] as [(Int64, Int64, Int64, Int64)]
    )
    func `the offset is what no delay explains`(date: Int64, asked: Int64, answered: Int64, offset: Int64) {
        let clock = ProviderClock()
        #expect(clock.offset == nil)
        let told = clock.note(
            noon + .milliseconds(date),
            between: noon + .milliseconds(asked),
            and: noon + .milliseconds(answered)
        )
        #expect(clock.offset == .milliseconds(offset))
        #expect((told != nil) == (abs(offset) > 30_000))
    }

    @Test func `a difference is reported once`() {
        let clock = ProviderClock()
        let late = noon - .hours(1)
        #expect(clock.note(late, between: noon, and: noon) != nil)
        #expect(clock.note(late, between: noon, and: noon) == nil)
        #expect(clock.offset == .seconds(1) - .hours(1))
    }
}
