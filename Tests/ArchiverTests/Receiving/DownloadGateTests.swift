import Logging
import Recordings
import Synchronization
import TestSupport
import Testing
import WebexContactCenter

@testable import Archiver

@Suite(.timeLimit(.minutes(20))) struct `The gate before downloads` {
    private func gate(
        _ ceiling: Int = 2,
        longestHold: Duration = .seconds(900),
        clock: some Clock<Duration> = ContinuousClock()
    ) -> DownloadGate {
        DownloadGate(
            ceiling: ceiling,
            longestHold: longestHold,
            stopwatch: Stopwatch(clock),
            observer: { _ in },
            logger: Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test func `lets as many through as are allowed, and the others in the order they came`() async throws {
        let gate = gate(2)
        let first = try await gate.enter("a")
        let second = try await gate.enter("a")
        let order = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5 {
                group.addTask {
                    let passage = try await gate.enter("a")
                    order.add(number)
                    gate.leave(passage, .neutral)
                }
                while gate.waitingCount("a") <= number { await Task.yield() }
            }
            #expect(order.all == [])
            gate.leave(first, .neutral)
            try await group.waitForAll()
        }
        #expect(order.all == [0, 1, 2, 3, 4])
        gate.leave(second, .neutral)
    }

    @Test func `keeps the hosts apart`() async throws {
        let gate = gate(1)
        let a = try await gate.enter("a")
        let b = try await gate.enter("b")
        gate.holdBack(a, for: .seconds(3600))
        gate.leave(a, .trouble)
        gate.leave(b, .neutral)
        gate.leave(try await gate.enter("b"), .neutral)
        #expect(gate.enterNow("a") == nil && gate.enterNow("b") != nil)
    }

    @Test func `holds everybody back whom the host has asked to wait, and lets go afterwards`() async throws {
        let clock = InstantClock()
        let gate = gate(1, clock: clock)
        let first = try await gate.enter("a")
        async let second = gate.enter("a")
        while gate.waitingCount("a") == 0 { await Task.yield() }
        gate.holdBack(first, for: .seconds(300))
        gate.leave(first, .trouble)
        gate.leave(try await second, .neutral)
        #expect(clock.elapsed >= .seconds(300))
    }

    @Test func `turns everybody away at once whose wait would be too long`() async throws {
        let gate = gate(4, longestHold: .seconds(1))
        let first = try await gate.enter("a")
        gate.holdBack(first, for: .seconds(3600))
        gate.leave(first, .trouble)
        let closed = await #expect(throws: DownloadGate.Closed.self) { _ = try await gate.enter("a") }
        #expect(closed?.reason.contains("a pause of 3") == true)
    }

    @Test func `lets those go who are cancelled, waiting in line or held back`() async throws {
        let gate = gate(1)
        let first = try await gate.enter("a")
        let inLine = Task { try await gate.enter("a") }
        while gate.waitingCount("a") == 0 { await Task.yield() }
        inLine.cancel()
        await #expect(throws: CancellationError.self) { try await inLine.value }
        gate.holdBack(first, for: .seconds(600))
        gate.leave(first, .neutral)
        let held = Task { try await gate.enter("a") }
        held.cancel()
        await #expect(throws: CancellationError.self) { try await held.value }
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await gate.enter("b")
        }
        await #expect(throws: CancellationError.self) { try await early.value }
        gate.leave(try await gate.enter("b"), .neutral)
    }

    @Test func `loses no waiter, however many arrive, fail and are cancelled at once`() async throws {
        let gate = gate(8)
        let present = Tally()
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let task = Task {
                        let passage = try await gate.enter("a")
                        present.add(1)
                        await Task.yield()
                        present.add(-1)
                        if number % 50 == 7 { gate.holdBack(passage, for: .milliseconds(20)) }
                        gate.leave(passage, number % 7 == 0 ? .trouble : .good(timeToFirstByte: .milliseconds(1)))
                    }
                    if number % 5 == 0 { task.cancel() }
                    return (try? await task.value) != nil
                }
            }
            var through = 0
            for await isThrough in group where isThrough { through += 1 }
            #expect(through >= 320)
        }
        let counts = present.all.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
        #expect(counts.max() ?? 0 <= 8 && counts.last == 0)
        #expect(gate.waitingCount("a") == 0)
        #expect(gate.pacing.lowest < 8)
    }
}

/// Numbers in order of arrival.
private final class Tally: Sendable {
    private let numbers = Mutex<[Int]>([])

    func add(_ number: Int) { numbers.withLock { $0.append(number) } }

    var all: [Int] { numbers.withLock { $0 } }
}
