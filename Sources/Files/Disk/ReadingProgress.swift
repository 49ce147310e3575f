import Synchronization

/// The callbacks of a long reading while it runs.
package final class ReadingProgress: Sendable {
    private let onBytes: (@Sendable (Int) -> Void)?
    /// Set by the task that waits, read by the thread that works.
    private let isCancelled = Atomic(false)

    /// - Parameter onBytes: called after each piece, with its size in bytes, on the thread that reads.
    package init(onBytes: (@Sendable (Int) -> Void)?) {
        self.onBytes = onBytes
    }

    /// Has the next ``checkCancellation(_:)`` throw.
    package func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// So many more bytes were read.
    package func add(_ bytes: Int) { onBytes?(bytes) }

    /// - Throws: `.cancelled`, if that was asked for; `path` is what is being read.
    package func checkCancellation(_ path: String) throws(ArchiveError) {
        guard isCancelled.load(ordering: .relaxed) else { return }
        throw ArchiveError(.cancelled, "reading \(path) was cancelled", path: path)
    }
}
