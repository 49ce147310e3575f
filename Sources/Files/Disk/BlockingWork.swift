import Dispatch

/// Runs what waits for disks on threads that may wait, so that the cooperative pool never does.
package enum BlockingWork {
    private static let queue = DispatchQueue(label: "callark.disk", attributes: .concurrent)

    /// Runs `body` and waits for it; the task's cancellation reaches it through the progress it is given.
    package static func run<Value: Sendable>(
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
