/// Rows out of the manifest, pulled in batches: memory does not grow with their number, and no transaction stays open
/// between two batches, so that a slow reader never holds up a writer.
///
/// Each batch sees the manifest as it is then. Batches go on from a key and not from a count, so that rows which
/// existed at the beginning come exactly once.
package struct RowSequence<Element: Sendable>: AsyncSequence, Sendable {
    /// Some rows, and the state from which the batch after them is read; no state after the last batch.
    struct Batch<State: Sendable>: Sendable {
        var rows: [Element]
        var next: State?
    }

    fileprivate typealias Fetch = (isolated (any Actor)?) async throws -> [Element]?

    private let makeFetch: @Sendable () -> Fetch

    /// - Parameter fetch: reads the batch of a state, which is whatever tells where to go on. A state that is not behind
    ///   the one before is damage to the file's order, and would be no end.
    init<State: RowPosition>(
        from first: State,
        _ fetch: @escaping @Sendable (State) async throws -> Batch<State>
    ) {
        makeFetch = {
            var state: State? = first
            return { (_: isolated (any Actor)?) in
                guard let current = state else { return nil }
                let batch = try await fetch(current)
                if let next = batch.next, !next.isBehind(current) { throw ManifestError.disordered }
                state = batch.next
                return batch.rows
            }
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(fetch: makeFetch()) }

    /// One run through the rows.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let fetch: Fetch
        private var rows: ArraySlice<Element> = []

        fileprivate init(fetch: @escaping Fetch) {
            self.fetch = fetch
        }

        /// - Throws: `ManifestError`, or `CancellationError` where the task was cancelled.
        package mutating func next() async throws -> Element? { try await next(isolation: nil) }

        /// The next row, on the caller's actor: only each batch leaves it.
        /// - Throws: `ManifestError`, or `CancellationError` where the task was cancelled.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
            while rows.isEmpty {
                guard let batch = try await fetch(actor) else { return nil }
                rows = batch[...]
            }
            return rows.popFirst()
        }
    }
}

/// Where a run through rows stands.
protocol RowPosition: Sendable {
    /// Whether fewer rows are left from here than from `earlier`.
    func isBehind(_ earlier: Self) -> Bool
}

extension Int64: RowPosition {
    func isBehind(_ earlier: Int64) -> Bool { self > earlier }
}

extension ManifestError {
    /// One bit in a page is enough: every row may be there, and a run through them would never end.
    static var disordered: ManifestError {
        ManifestError(.damaged, "the manifest has rows that are out of order\(remedy)")
    }
}

extension RowSequence {
    /// All rows at once, for where they are few.
    package func collected() async throws -> [Element] {
        var all: [Element] = []
        for try await row in self { all.append(row) }
        return all
    }
}
