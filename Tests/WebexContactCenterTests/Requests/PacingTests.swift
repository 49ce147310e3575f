import Recordings
import Synchronization
import TestSupport
import Testing

@testable import WebexContactCenter

@Suite struct TokenBucketTests {
    /// The start times of `count` requests that all want to start at once.
    private func starts(_ bucket: inout TokenBucket, _ count: Int, from begin: Duration = .zero) -> [Duration] {
        var now = begin
        return (0..<count).map { _ in
            while let wait = bucket.take(at: now) { now += wait }
            return now
        }
    }

    @Test func `a burst of five is followed by the steady rate`() {
        var bucket = TokenBucket(requestsPerMinute: 60)
        #expect(starts(&bucket, 8) == [0, 0, 0, 0, 0, 1, 2, 3].map { .seconds($0) })
    }

    @Test(arguments: [(50, 5), (3, 3), (1, 1), (0, 1), (-4, 1), (300, 5), (6000, 100)])
    func `the burst fits the rate`(rate: Int, burst: Int) {
        #expect(TokenBucket(requestsPerMinute: rate).burst == burst)
    }

    @Test(arguments: [1, 7, 50, 300, 6000])
    func `no minute after the first burst has more requests than the rate`(rate: Int) {
        var bucket = TokenBucket(requestsPerMinute: rate)
        let times = starts(&bucket, rate * 3)
        for (place, time) in times.enumerated() where place + rate < times.count && place >= bucket.burst {
            #expect(times[place + rate] - time >= .seconds(59.99))
        }
    }

    @Test func `what is left of a minute's quota is what did not start in it`() {
        var bucket = TokenBucket(requestsPerMinute: 60)
        #expect(bucket.allowance(at: .zero) == RequestAllowance(perMinute: 60))
        _ = starts(&bucket, 8)
        bucket.charge(at: .seconds(10))
        #expect(bucket.allowance(at: .seconds(10)).left == 51)
        #expect(bucket.allowance(at: .seconds(59)).left == 51)
        // The burst is a minute ago, and then the others one after another.
        #expect(bucket.allowance(at: .seconds(60)).left == 56)
        #expect(bucket.allowance(at: .seconds(62)).left == 58)
        #expect(bucket.allowance(at: .seconds(70)).left == 60)
        bucket.block(for: .seconds(30), at: .seconds(70))
        #expect(bucket.allowance(at: .seconds(75)).pause == .seconds(25))
        #expect(bucket.allowance(at: .seconds(100)).pause == nil)
    }

    @Test func `quiet time saves up no more than one burst`() {
        var bucket = TokenBucket(requestsPerMinute: 60)
        _ = starts(&bucket, 5)
        #expect(
            starts(&bucket, 7, from: .seconds(3600)).map { $0 - .seconds(3600) }
                == [0, 0, 0, 0, 0, 1, 2].map { .seconds($0) }
        )
    }

    @Test func `after a pause requests start one by one`() {
        var bucket = TokenBucket(requestsPerMinute: 60)
        bucket.block(for: .seconds(30), at: .zero)
        #expect(starts(&bucket, 3) == [30, 31, 32].map { .seconds($0) })
    }

    @Test func `a shorter pause does not shorten a longer one`() {
        var bucket = TokenBucket(requestsPerMinute: 60)
        bucket.block(for: .seconds(30), at: .zero)
        bucket.block(for: .seconds(2), at: .zero)
        #expect(starts(&bucket, 1) == [.seconds(30)])
    }

    @Test func `a request that did not ask counts all the same`() {
        var bucket = TokenBucket(requestsPerMinute: 60)
        for _ in 0..<5 { bucket.charge(at: .zero) }
        #expect(starts(&bucket, 2) == [1, 2].map { .seconds($0) })
    }
}

@Suite struct RequestLimiterTests {
    private final class Order: Sendable {
        private let list = Mutex<[Int]>([])
        var numbers: [Int] { list.withLock { $0 } }
        func append(_ number: Int) { list.withLock { $0.append(number) } }
    }

    @Test func `requests are let through in the order they came`() async throws {
        let turnstile = Turnstile()
        let order = Order()
        try await turnstile.enter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await turnstile.enter()
                    order.append(number)
                    turnstile.leave()
                }
                try await eventually { turnstile.waitingCount == number + 1 }
            }
            turnstile.leave()
            try await group.waitForAll()
        }
        #expect(order.numbers == Array(0..<20))
    }

    @Test func `a cancelled waiter leaves the line and takes nothing`() async throws {
        let turnstile = Turnstile()
        try await turnstile.enter()
        let cancelled = Task { try await turnstile.enter() }
        try await eventually { turnstile.waitingCount == 1 }
        let patient = Task { try await turnstile.enter() }
        try await eventually { turnstile.waitingCount == 2 }
        cancelled.cancel()
        let error = try await providerError { try await cancelled.value }
        #expect(error.code == .cancelled)
        turnstile.leave()
        try await patient.value
        turnstile.leave()
        try await turnstile.enter()
    }

    @Test func `who is cancelled before joining the line never joins it`() async throws {
        let turnstile = Turnstile()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await turnstile.enter()
        }
        let error = try await providerError { try await task.value }
        #expect(error.code == .cancelled)
        try await turnstile.enter()
    }

    @Test func `a storm of cancellations leaves the line open`() async throws {
        let turnstile = Turnstile()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let task = Task {
                        try await turnstile.enter()
                        await Task.yield()
                        turnstile.leave()
                    }
                    if number.isMultiple(of: 2) { task.cancel() }
                    _ = await task.result
                }
            }
        }
        try await turnstile.enter()
        #expect(turnstile.waitingCount == 0)
    }

    @Test func `cancelling the one who sleeps lets the next one through`() async throws {
        let limiter = RequestLimiter(requestsPerMinute: 1, stopwatch: Stopwatch(ContinuousClock()))
        try await limiter.admit()
        let sleeper = Task { try await limiter.admit() }
        sleeper.cancel()
        let error = try await providerError { try await sleeper.value }
        #expect(error.code == .cancelled)
    }

    @Test func `a pause holds everybody back`() async throws {
        let clock = InstantClock()
        let limiter = RequestLimiter(requestsPerMinute: 600, stopwatch: Stopwatch(clock))
        try await limiter.admit()
        limiter.pause(for: .seconds(42))
        try await limiter.admit()
        #expect(clock.elapsed >= .seconds(42))
    }

    @Test func `a share of a quota is as slow as it says, and counts for the whole`() async throws {
        let clock = InstantClock()
        let whole = RequestLimiter(requestsPerMinute: 60, stopwatch: Stopwatch(clock))
        let share = RequestLimiter(requestsPerMinute: 30, stopwatch: Stopwatch(clock), of: whole)
        for _ in 0..<8 { try await share.admit() }
        // Five at once, and then one every two seconds.
        #expect(clock.elapsed == .seconds(6))
        // The share has used two more of the whole's burst than came back in the meantime.
        for _ in 0..<3 { try await whole.admit() }
        #expect(clock.elapsed == .seconds(6))
        try await whole.admit()
        #expect(clock.elapsed == .seconds(7))
        try await share.admit()
        #expect(clock.elapsed == .seconds(8))
    }

    @Test func `shares of one quota take no more than it has`() async throws {
        let clock = InstantClock()
        let whole = RequestLimiter(requestsPerMinute: 60, stopwatch: Stopwatch(clock))
        let shares = (0..<3).map { _ in RequestLimiter(requestsPerMinute: 40, stopwatch: Stopwatch(clock), of: whole) }
        for _ in 0..<20 { for share in shares { try await share.admit() } }
        #expect(clock.elapsed >= .seconds(55))
    }

    @Test func `a pause that one share gets delays all`() async throws {
        let clock = InstantClock()
        let whole = RequestLimiter(requestsPerMinute: 600, stopwatch: Stopwatch(clock))
        let shares = (0..<2).map { _ in RequestLimiter(requestsPerMinute: 300, stopwatch: Stopwatch(clock), of: whole) }
        shares[0].pause(for: .seconds(42))
        try await shares[1].admit()
        #expect(clock.elapsed >= .seconds(42))
    }
}

/// Waits, for ten seconds at most, until `condition` holds.
func eventually(_ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("it did not happen", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(1))
    }
}
