import DailyArchive
import Synchronization
import Testing

@Suite struct MemoryBudgetTests {
    /// What was granted, in order.
    private final class Grants: Sendable {
        private let grants = Mutex<[(name: String, reservation: MemoryReservation?)]>([])

        func note(_ name: String) -> @Sendable (MemoryReservation) -> Void {
            { reservation in self.grants.withLock { $0.append((name, reservation)) } }
        }

        var names: [String] { grants.withLock { $0.map(\.name) } }

        func giveBack(_ name: String) {
            // Outside the lock, because releasing memory grants it to others.
            let reservation = grants.withLock { grants in
                grants.firstIndex { $0.name == name }.flatMap { index in
                    let reservation = grants[index].reservation
                    grants[index].reservation = nil
                    return reservation
                }
            }
            _ = reservation
        }
    }

    @Test func `what fits is granted at once and released with the last reference`() {
        let budget = MemoryBudget(bytes: 100)
        var reservation = budget.reserve(60) { _ in }
        #expect(reservation?.bytes == 60)
        #expect(budget.reservedBytes == 60)
        reservation = nil
        #expect(budget.reservedBytes == 0)
    }

    @Test func `who waits is served in order and a large one is not overtaken`() {
        let budget = MemoryBudget(bytes: 100)
        let grants = Grants()
        var first = budget.reserve(80) { _ in }
        #expect(budget.reserve(70, granted: grants.note("large")) == nil)
        #expect(budget.reserve(10, granted: grants.note("small")) == nil)
        #expect(budget.reserve(40, granted: grants.note("later")) == nil)
        #expect(grants.names.isEmpty)
        _ = first.take()
        #expect(grants.names == ["large", "small"])
        grants.giveBack("large")
        #expect(grants.names == ["large", "small", "later"])
        #expect(budget.reservedBytes == 50)
    }

    @Test func `more than there is is cut down and waits for everything`() {
        let budget = MemoryBudget(bytes: 100)
        let grants = Grants()
        var first = budget.reserve(1) { _ in }
        #expect(budget.reserve(1_000_000, granted: grants.note("all")) == nil)
        _ = first.take()
        #expect(grants.names == ["all"])
        #expect(budget.reservedBytes == 100)
    }

    @Test func `a grant that is no longer wanted is passed on`() {
        let budget = MemoryBudget(bytes: 100)
        let grants = Grants()
        var first = budget.reserve(100) { _ in }
        #expect(budget.reserve(100, granted: { _ in }) == nil)
        #expect(budget.reserve(100, granted: grants.note("second")) == nil)
        _ = first.take()
        #expect(grants.names == ["second"])
    }

    @Test func `many threads never hold more than the budget and all get their turn`() async {
        let budget = MemoryBudget(bytes: 1000)
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<500 {
                group.addTask {
                    let held = await withCheckedContinuation { continuation in
                        let bytes = index * 37 % 990 + 1
                        if let now = budget.reserve(bytes, granted: { continuation.resume(returning: $0) }) {
                            continuation.resume(returning: now)
                        }
                    }
                    #expect(budget.reservedBytes <= 1000)
                    await Task.yield()
                    withExtendedLifetime(held) {}
                }
            }
        }
        #expect(budget.reservedBytes == 0)
    }
}
