/// Rows of the manifest, fetched in batches. Memory does not grow with their number. No transaction stays open between
/// two batches, so a slow reader never blocks a writer.
///
/// Each batch sees the manifest as it is at that moment. A batch continues after a key and not after a count, so every
/// row that existed at the beginning comes exactly once.
package struct RowSequence<Element: Sendable>: AsyncSequence, Sendable {
    /// Some rows, and the state from which the next batch is read; `nil` after the last batch.
    struct Batch<State: Sendable>: Sendable {
        var rows: [Element]
        var next: State?
    }

    fileprivate typealias Fetch = (isolated (any Actor)?) async throws -> [Element]?

    private let makeFetch: @Sendable () -> Fetch

    /// - Parameter fetch: reads the batch that begins at a state. If a batch does not move forward, the file is
    ///   damaged, and the sequence throws instead of never ending.
    init<State: RowPosition>(
        from first: State,
        _ fetch: @escaping @Sendable (State) async throws -> Batch<State>
    ) {
        makeFetch = {
            var state: State? = first
            return { (_: isolated (any Actor)?) in
                guard let current = state else { return nil }
                let batch = try await fetch(current)
                if let next = batch.next, !next.isAfter(current) { throw ManifestError.disordered }
                state = batch.next
                return batch.rows
            }
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(fetch: makeFetch()) }

    /// One pass through the rows.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let fetch: Fetch
        private var rows: ArraySlice<Element> = []

        fileprivate init(fetch: @escaping Fetch) {
            self.fetch = fetch
        }

        /// - Throws: `ManifestError`, or `CancellationError` if the task was cancelled.
        package mutating func next() async throws -> Element? { try await next(isolation: nil) }

        /// The next row, on the caller's actor: only fetching a batch leaves it.
        /// - Throws: `ManifestError`, or `CancellationError` if the task was cancelled.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
            while rows.isEmpty {
                guard let batch = try await fetch(actor) else { return nil }
                rows = batch[...]
            }
            return rows.popFirst()
        }
    }
}

/// How far a reader is in a sequence of rows.
protocol RowPosition: Sendable {
    /// Whether this position comes after `earlier`, so that fewer rows are left.
    func isAfter(_ earlier: Self) -> Bool
}

extension Int64: RowPosition {
    func isAfter(_ earlier: Int64) -> Bool { self > earlier }
}

extension ManifestError {
    /// For rows out of order. One flipped bit in a page is enough: all rows can be intact, and reading them would never
    /// end.
    static var disordered: ManifestError {
        ManifestError(.damaged, "the manifest has rows that are out of order\(remedy)")
    }
}

extension RowSequence {
    /// All rows at once, if they are few.
    package func collected() async throws -> [Element] {
        var all: [Element] = []
        for try await row in self { all.append(row) }
        return all
    }
}
