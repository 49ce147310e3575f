import Dispatch

/// Runs work that waits for disks on threads that may block, so that the cooperative pool never does.
package enum BlockingWork {
    private static let queue = DispatchQueue(label: "callark.disk", attributes: .concurrent)

    /// Runs `body` and waits for it. If the task is cancelled, the progress that `body` gets is cancelled too.
    package static func run<Value: Sendable, Failure: Error>(
        reporting onBytes: (@Sendable (Int) -> Void)? = nil,
        _ body: @escaping @Sendable (ReadingProgress) throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let progress = ReadingProgress(onBytes: onBytes)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(returning: Result { () throws(Failure) in try body(progress) })
                }
            }
        } onCancel: {
            progress.cancel()
        }
        return try result.get()
    }
}
