import Synchronization

/// Reports a long read while it runs, and lets it be cancelled.
package final class ReadingProgress: Sendable {
    private let onBytes: (@Sendable (Int) -> Void)?
    /// Set when the waiting task is cancelled, read by the thread that works.
    private let isCancelled = Atomic(false)

    /// - Parameter onBytes: called after each piece, with its size in bytes, on the thread that reads.
    package init(onBytes: (@Sendable (Int) -> Void)?) {
        self.onBytes = onBytes
    }

    /// Makes the next ``checkCancellation(_:)`` throw.
    package func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Whether it was cancelled.
    package var isOver: Bool { isCancelled.load(ordering: .relaxed) }

    /// Reports that this many more bytes were read.
    package func add(_ bytes: Int) { onBytes?(bytes) }

    /// - Throws: `.cancelled` after ``cancel()``; `path` is the file being read.
    package func checkCancellation(_ path: String) throws(ArchiveError) {
        guard isCancelled.load(ordering: .relaxed) else { return }
        throw ArchiveError(.cancelled, "reading \(path) was cancelled", path: path)
    }
}
