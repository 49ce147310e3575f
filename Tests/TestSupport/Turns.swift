/// Lets a few tests at a time work. Each starts a server and its client, and all of them at once, on two cores, would
/// only miss each other's deadlines.
package actor Turns {
    /// Shared by the whole test process.
    package static let shared = Turns(3)

    /// Whether the current task, or the one that it is a part of, has a turn.
    @TaskLocal private static var isHeld = false

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(_ count: Int) {
        free = count
    }

    /// Runs `work` when its turn has come; at once as a part of something that has a turn already.
    package nonisolated func run<Value>(_ work: () async throws -> Value) async throws -> Value {
        if Self.isHeld { return try await work() }
        await take()
        do {
            let value = try await Self.$isHeld.withValue(true) { try await work() }
            await give()
            return value
        } catch {
            await give()
            throw error
        }
    }

    private func take() async {
        guard free == 0 else { return free -= 1 }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func give() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
