import Testing

@testable import Transfer

@Suite struct `The least speed` {
    private let start = ContinuousClock.now

    private func window(_ bytesPerSecond: Int = 1000) -> SpeedWindow {
        SpeedWindow(leastBytesPerSecond: bytesPerSecond, span: .seconds(10), now: start)
    }

    private func isTooSlow(_ window: inout SpeedWindow, _ received: Int64, after time: Duration) -> Bool {
        window.isTooSlow(received: received, now: start + time)
    }

    /// The number of bytes at the end of each span of ten seconds.
    @Test(
        arguments: [
            ([10_000, 20_000, 30_000], nil), ([9_999], 1), ([50_000, 60_000, 69_999], 3), ([0], 1),
            ([.max, .max], nil), ([10_000, 10_000], 2),
        ] as [([Int64], Int?)]
    )
    func `is asked of each span of time, whatever came before`(received: [Int64], ends: Int?) {
        var window = window()
        for (number, bytes) in received.enumerated() {
            let now = start + .seconds(10 * (number + 1))
            #expect(window.deadline(now: now) == now)
            let isTooSlow = window.isTooSlow(received: bytes, now: now)
            #expect(isTooSlow == (ends == number + 1))
        }
    }

    @Test func `is not asked before a span is over`() {
        var window = window()
        let early = isTooSlow(&window, 0, after: .milliseconds(9999))
        let late = isTooSlow(&window, 0, after: .seconds(10))
        #expect(!early && late)
    }

    @Test func `does not count what the receiver pauses`() {
        var window = window()
        window.hold(now: start + .seconds(4))
        window.hold(now: start + .seconds(5))
        let held = isTooSlow(&window, 0, after: .seconds(3600))
        window.resume(now: start + .seconds(3600))
        window.resume(now: start + .seconds(3601))
        #expect(window.deadline(now: start) == start + .seconds(3606))
        let early = isTooSlow(&window, 0, after: .seconds(3605))
        let late = isTooSlow(&window, 9_999, after: .seconds(3606))
        #expect(!held && !early && late)
    }

    @Test(arguments: [Int.max, 1, 0, -5]) func `may be any number`(_ bytesPerSecond: Int) {
        var window = window(bytesPerSecond)
        let isSlow = isTooSlow(&window, 0, after: .seconds(10))
        #expect(isSlow)
    }
}
