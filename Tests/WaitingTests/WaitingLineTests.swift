import Synchronization
import Testing
import Waiting

@Suite struct `A waiting line` {
    /// A line for as many places as were given.
    private typealias Places = WaitingLine<Int, Void>

    private func places(_ free: Int) -> Places {
        Places(free) { free in
            guard free > 0 else { return nil }
            free -= 1
            return ()
        }
    }

    /// The order in which waiters were served.
    private final class Order: Sendable {
        private let list = Mutex<[String]>([])
        var names: [String] { list.withLock(\.self) }
        func add(_ name: String) { list.withLock { $0.append(name) } }
    }

    private func eventually(_ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        while !condition() {
            try #require(ContinuousClock.now < deadline)
            await Task.yield()
        }
    }

    /// Puts a task into the line, and returns when it is waiting.
    private func line(
        _ name: String,
        _ precedence: Int = 0,
        up line: Places,
        _ order: Order
    ) async throws -> Task<Bool, Never> {
        let before = line.count
        let task = Task {
            let isServed = await line.wait(precedence: precedence) != nil
            if isServed { order.add(name) }
            return isServed
        }
        try await eventually { line.count == before + 1 }
        return task
    }

    @Test func `serves in order of arrival, and no newcomer overtakes`() async throws {
        let (line, order) = (places(0), Order())
        var tasks: [Task<Bool, Never>] = []
        for number in 0..<20 { tasks.append(try await self.line("\(number)", up: line, order)) }
        #expect(line.takeNow() == nil)
        for number in 0..<20 {
            line.change { $0 += 1 }
            try await eventually { order.names.count == number + 1 }
        }
        for task in tasks { #expect(await task.value) }
        #expect(order.names == (0..<20).map(String.init))
    }

    @Test func `serves higher precedence first, and within one in order of arrival`() async throws {
        let (line, order) = (places(0), Order())
        var tasks: [Task<Bool, Never>] = []
        for (name, precedence) in [("low", 0), ("first", 2), ("middle", 1), ("second", 2), ("lower", 0)] {
            tasks.append(try await self.line(name, precedence, up: line, order))
        }
        for number in 0..<5 {
            line.change { $0 += 1 }
            try await eventually { order.names.count == number + 1 }
        }
        #expect(order.names == ["first", "second", "middle", "low", "lower"])
        for task in tasks { #expect(await task.value) }
    }

    @Test func `serves as many at once as there is something for`() async throws {
        let (line, order) = (places(0), Order())
        var tasks: [Task<Bool, Never>] = []
        for number in 0..<5 { tasks.append(try await self.line("\(number)", up: line, order)) }
        line.change { $0 += 3 }
        for task in tasks.prefix(3) { #expect(await task.value) }
        #expect(line.count == 2)
        #expect(Set(order.names) == ["0", "1", "2"])
        line.serveAll(with: ())
        for task in tasks { #expect(await task.value) }
        #expect(line.read { $0 } == 0)
    }

    @Test func `lets a cancelled task go, which takes nothing`() async throws {
        let (line, order) = (places(0), Order())
        let cancelled = try await self.line("cancelled", up: line, order)
        let patient = try await self.line("patient", up: line, order)
        cancelled.cancel()
        #expect(await cancelled.value == false)
        line.change { $0 += 1 }
        #expect(await patient.value)
        #expect(order.names == ["patient"])
    }

    @Test func `never admits a cancelled task`() async throws {
        let line = places(1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await line.wait() != nil
        }
        #expect(await task.value == false)
        #expect(line.takeNow() != nil)
    }

    @Test func `keeps a task that must not be cut off`() async throws {
        let line = places(0)
        let task = Task { await line.wait(isCancellable: false) != nil }
        try await eventually { line.count == 1 }
        task.cancel()
        #expect(line.count == 1)
        line.change { $0 += 1 }
        #expect(await task.value)
    }

    @Test func `loses no place in a storm of cancellations`() async throws {
        let line = places(2)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let task = Task {
                        guard await line.wait(precedence: number % 3) != nil else { return }
                        await Task.yield()
                        line.change { $0 += 1 }
                    }
                    if number.isMultiple(of: 2) { task.cancel() }
                    await task.value
                }
            }
        }
        #expect(line.count == 0)
        #expect(line.takeNow() != nil && line.takeNow() != nil && line.takeNow() == nil)
    }

    @Test func `changes nothing for those who wait if the change throws`() async throws {
        struct Refusal: Error {}
        let (line, order) = (places(0), Order())
        let task = try await self.line("one", up: line, order)
        #expect(throws: Refusal.self) { try line.change { (_) throws(Refusal) in throw Refusal() } }
        #expect(line.count == 1)
        line.change { $0 += 1 }
        #expect(await task.value)
    }
}
