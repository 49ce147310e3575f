import Testing

@testable import Archiver

@Suite struct `A request to stop` {
    @Test func `wakes all waiters, present and later`() async {
        let stop = StopRequest()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await stop.wait() } }
            stop.make()
            stop.make()
        }
        await stop.wait()
        #expect(stop.isMade)
    }

    @Test func `does not keep a cancelled waiter`() async {
        let stop = StopRequest()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stop.wait() }
            group.cancelAll()
        }
        #expect(!stop.isMade)
    }

    @Test func `cancels the work that runs under it`() async {
        let stop = StopRequest()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await stop.cancelling { try await Task.sleep(for: .seconds(600)) } }
                stop.make()
                try await group.waitForAll()
            }
        }
    }

    @Test func `leaves work alone that ends by itself`() async throws {
        #expect(try await StopRequest().cancelling { 42 } == 42)
    }

    @Test func `passes on what the work throws`() async {
        await #expect(throws: ArchiverError.self) {
            try await StopRequest().cancelling { throw ArchiverError(.notFound, "nothing") }
        }
    }
}
