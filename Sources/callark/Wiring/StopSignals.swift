import Dispatch
import Glibc
import Synchronization

/// SIGINT and SIGTERM, on a queue of their own, so that they are noticed even if every thread of the command is busy.
/// Without this, a command that cannot stop in an orderly way would be killed by the signal, and have no exit code.
enum StopSignals {
    /// A function that receives a signal, as the exit code that it stands for.
    typealias Receiver = @Sendable (ExitStatus) -> Void

    private static let queue = DispatchQueue(label: "callark.stop-signals")
    private static let receiver = Mutex<Receiver?>(nil)

    // Safe: written once, by the first thread, and never read. They only have to live as long as the process.
    private nonisolated(unsafe) static var sources: [any DispatchSourceSignal] = []

    /// Passes signals on from now on. Call it once, before the process starts threads.
    /// - Parameter otherwise: receives them while no work does.
    static func watch(otherwise: @escaping Receiver) {
        sources = [(SIGINT, ExitStatus.interrupted), (SIGTERM, .terminated)].map { number, status in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { (receiver.withLock(\.self) ?? otherwise)(status) }
            source.activate()
            return source
        }
    }

    /// Runs `work`, during which `receiver` receives the signals.
    static func receiving<Value: Sendable>(
        _ receiver: @escaping Receiver,
        during work: @Sendable () async throws -> Value
    ) async rethrows -> Value {
        self.receiver.withLock { $0 = receiver }
        defer { self.receiver.withLock { $0 = nil } }
        return try await work()
    }
}
