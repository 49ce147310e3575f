import Dispatch
import Synchronization

/// Waits for the store on a thread that may block.
enum Blocking {
    /// Runs `body` and waits for it. Never call this on the cooperative pool.
    static func wait<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () async throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let box = Box<Value, Failure>()
        Task.detached {
            let found: Result<Value, Failure>
            do throws(Failure) {
                found = .success(try await body())
            } catch {
                found = .failure(error)
            }
            box.finish(found)
        }
        return try box.wait().get()
    }

    private final class Box<Value: Sendable, Failure: Error>: Sendable {
        /// Written by the one task before it signals, read by the one that waits after that.
        private let result = Mutex<Result<Value, Failure>?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func finish(_ found: Result<Value, Failure>) {
            result.withLock { $0 = found }
            done.signal()
        }

        func wait() -> Result<Value, Failure> {
            done.wait()
            guard let found = result.withLock({ $0 }) else { preconditionFailure("it is set before the signal") }
            return found
        }
    }
}
