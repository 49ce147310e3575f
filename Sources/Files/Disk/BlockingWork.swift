import Dispatch

/// Runs work that waits for disks on threads that may block, so that the cooperative pool never does.
package enum BlockingWork {
    /// That of the work that this thread does: for what is waited for deep inside, where nobody hands the progress on.
    @TaskLocal package static var current: ReadingProgress?

    private static let queue = DispatchQueue(label: "callark.disk", attributes: .concurrent)

    /// Runs `body` and waits for it. If the task is cancelled, the progress that `body` gets is cancelled too.
    package static func run<Value: Sendable, Failure: Error>(
        reporting onBytes: (@Sendable (Int) -> Void)? = nil,
        _ body: @escaping @Sendable (ReadingProgress) throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let progress = ReadingProgress(onBytes: onBytes)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, Failure>, Never>) in
                queue.async {
                    continuation.resume(returning: result(of: body, progress))
                }
            }
        } onCancel: {
            progress.cancel()
        }
        return try outcome.get()
    }

    private static func result<Value, Failure: Error>(
        of body: (ReadingProgress) throws(Failure) -> Value,
        _ progress: ReadingProgress
    ) -> Result<Value, Failure> {
        $current.withValue(progress) { Result { () throws(Failure) in try body(progress) } }
    }
}
