import Synchronization
import Testing

@testable import Archiver

/// How many do something at a time.
private final class AtWork: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock(\.most) }

    func begin() {
        counts.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func end() { counts.withLock { $0.now -= 1 } }
}

/// Who came when.
private final class Order: Sendable {
    private let all = Mutex<[String]>([])

    var names: [String] { all.withLock(\.self) }

    func add(_ name: String) { all.withLock { $0.append(name) } }
}

@Suite struct `The turns of receivers` {
    @Test func `are had by no more than there are, and in the end by everybody`() async {
        let turns = ReceiverTurns(count: 3)
        let atWork = AtWork()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    await turns.take()
                    defer { turns.giveBack() }
                    for _ in 0..<number % 4 {
                        atWork.begin()
                        await Task.yield()
                        atWork.end()
                        await turns.aside { await Task.yield() }
                        atWork.begin()
                        atWork.end()
                        await turns.yield()
                    }
                }
            }
        }
        #expect(atWork.most <= 3)
    }

    @Test func `go to one that comes back before one that was idle`() async {
        let turns = ReceiverTurns(count: 1)
        let order = Order()
        let (isAside, stepsAside) = AsyncStream.makeStream(of: Void.self)
        let (mayReturn, returns) = AsyncStream.makeStream(of: Void.self)
        await turns.take()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await turns.take()
                await turns.aside {
                    stepsAside.finish()
                    for await _ in mayReturn {}
                }
                order.add("returning")
                turns.giveBack()
            }
            turns.giveBack()
            for await _ in isAside {}
            await turns.take()
            for _ in 0..<5 {
                group.addTask {
                    await turns.take()
                    order.add("idle")
                    turns.giveBack()
                }
            }
            while turns.waitingCount < 5 { await Task.yield() }
            returns.finish()
            while turns.waitingCount < 6 { await Task.yield() }
            await turns.yield()
            #expect(order.names == ["returning"])
            turns.giveBack()
        }
        #expect(order.names.count == 6)
    }

    @Test func `are given back by one that was cut off while it was aside`() async throws {
        let turns = ReceiverTurns(count: 1)
        let task = Task {
            await turns.take()
            defer { turns.giveBack() }
            try await turns.aside { try await Task.sleep(for: .seconds(3600)) }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await turns.take()
    }
}
