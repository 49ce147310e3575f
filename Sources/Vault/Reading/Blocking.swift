import Dispatch
import Files
import Synchronization

/// Waits for the store on a thread that may block.
enum Blocking {
    /// How often, in seconds, to check whether the work was cancelled.
    private static let pause = 0.1

    /// Runs `body` and waits for it. Never call this on the cooperative pool. If the work that this thread does is
    /// cancelled (``BlockingWork``), the request is cancelled too, with its retries.
    static func wait<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () async throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let box = Box<Value, Failure>()
        let task = Task.detached {
            let found: Result<Value, Failure>
            do throws(Failure) {
                found = .success(try await body())
            } catch {
                found = .failure(error)
            }
            box.finish(found)
        }
        return try box.wait { if BlockingWork.current?.isOver == true { task.cancel() } }.get()
    }

    private final class Box<Value: Sendable, Failure: Error>: Sendable {
        /// Written by the one task before it signals, read by the one that waits after that.
        private let result = Mutex<Result<Value, Failure>?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func finish(_ found: Result<Value, Failure>) {
            result.withLock { $0 = found }
            done.signal()
        }

        /// - Parameter look: called at each ``pause`` until then.
        func wait(_ look: () -> Void) -> Result<Value, Failure> {
            while done.wait(timeout: .now() + Blocking.pause) == .timedOut { look() }
            guard let found = result.withLock({ $0 }) else { preconditionFailure("it is set before the signal") }
            return found
        }
    }
}
