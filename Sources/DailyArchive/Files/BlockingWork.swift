import Dispatch
import Synchronization

/// Runs what waits for disks on threads that may wait, so that the cooperative pool never does.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "callark.disk", attributes: .concurrent)

    /// Runs `body` and waits for it; the task's cancellation reaches it through the progress it is given.
    static func run<Value: Sendable>(
        reporting onBytes: (@Sendable (Int) -> Void)? = nil,
        _ body: @escaping @Sendable (ReadingProgress) throws(ArchiveError) -> Value
    ) async throws(ArchiveError) -> Value {
        let progress = ReadingProgress(onBytes: onBytes)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(returning: Result { () throws(ArchiveError) in try body(progress) })
                }
            }
        } onCancel: {
            progress.cancel()
        }
        return try result.get()
    }
}

/// What a long reading tells, and is told, while it runs.
final class ReadingProgress: Sendable {
    private let onBytes: (@Sendable (Int) -> Void)?
    /// Set by the task that waits, read by the thread that works.
    private let isCancelled = Atomic(false)

    init(onBytes: (@Sendable (Int) -> Void)?) {
        self.onBytes = onBytes
    }

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    func add(_ bytes: Int) { onBytes?(bytes) }

    func checkCancellation(_ path: String) throws(ArchiveError) {
        guard isCancelled.load(ordering: .relaxed) else { return }
        throw ArchiveError(.cancelled, "reading \(path) was cancelled", path: path)
    }
}

/// A serial queue as an actor's executor: the actor's work may wait for disks.
final class DiskExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
