/// Lets a few tests at a time work. Each starts a server and its client, and all of them at once, on two cores, would
/// only miss each other's deadlines.
package actor Turns {
    /// Shared by the whole test process.
    package static let shared = Turns(3)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(_ count: Int) {
        free = count
    }

    /// Runs `work` when its turn has come.
    package nonisolated func run(_ work: () async throws -> Void) async throws {
        await take()
        do {
            try await work()
            await give()
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
