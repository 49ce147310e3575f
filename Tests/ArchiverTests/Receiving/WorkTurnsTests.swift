import Synchronization
import Testing

@testable import Archiver

/// How many are working at a time.
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

/// The order of arrival.
private final class Order: Sendable {
    private let all = Mutex<[String]>([])

    var names: [String] { all.withLock(\.self) }

    func add(_ name: String) { all.withLock { $0.append(name) } }
}

@Suite struct `The turns of receivers` {
    @Test func `are had by no more than there are, and in the end by everybody`() async {
        let turns = WorkTurns(count: 3)
        let atWork = AtWork()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    await turns.take()
                    defer { turns.release() }
                    for _ in 0..<number % 4 {
                        atWork.begin()
                        await Task.yield()
                        atWork.end()
                        await turns.yield()
                    }
                }
            }
        }
        #expect(atWork.most <= 3)
    }

    @Test func `are taken by an idle one while another is aside, and made up for when it is back`() async {
        let turns = WorkTurns(count: 1)
        let order = Order()
        let (mayReturn, returns) = AsyncStream.makeStream(of: Void.self)
        let (mayEnd, ends) = AsyncStream.makeStream(of: Void.self)
        await turns.take()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await turns.aside { for await _ in mayReturn {} }
                order.add("back")
                for await _ in mayEnd {}
                turns.release()
            }
            group.addTask {
                await turns.take()
                order.add("idle one at work")
                returns.finish()
                while order.names.count < 2 { await Task.yield() }
                await turns.yield()
                order.add("has given way")
                turns.release()
            }
            while turns.waitingCount == 0 || order.names.count < 2 { await Task.yield() }
            order.add("both were at work")
            ends.finish()
        }
        #expect(order.names == ["idle one at work", "back", "both were at work", "has given way"])
    }

    @Test func `are as many as before when all have been aside and ended`() async throws {
        let turns = WorkTurns(count: 2)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await turns.take()
                    defer { turns.release() }
                    await turns.aside { await Task.yield() }
                    await turns.yield()
                }
            }
        }
        await turns.take()
        await turns.take()
        let third = Task { await turns.take() }
        while turns.waitingCount == 0 { await Task.yield() }
        turns.release()
        await third.value
    }

    @Test func `are released by one that was cancelled while it was aside`() async throws {
        let turns = WorkTurns(count: 1)
        let task = Task {
            await turns.take()
            defer { turns.release() }
            try await turns.aside { try await Task.sleep(for: .seconds(3600)) }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await turns.take()
    }
}
