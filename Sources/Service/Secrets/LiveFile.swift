import Files
import Synchronization

/// A value from a file, which is read again when the file changes.
final class LiveFile<Value: Sendable>: Sendable {
    private struct State {
        /// Of each file, when the value was read: all of it changes when a file is replaced or written.
        var statuses: [FileStatus?] = []
        var value: Value?
    }

    private let paths: [String]
    private let read: @Sendable () throws -> Value
    private let onFailure: @Sendable (any Error) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - paths: the files that the value is made of.
    ///   - read: reads them.
    ///   - onFailure: called if changed files cannot be read; the value before is used until they change again.
    init(
        _ paths: [String],
        onFailure: @escaping @Sendable (any Error) -> Void = { _ in },
        read: @escaping @Sendable () throws -> Value
    ) {
        self.paths = paths
        self.read = read
        self.onFailure = onFailure
    }

    /// The value, as the files are now.
    /// - Throws: errors of reading, if there is no value yet.
    var value: Value {
        get throws {
            let now = paths.map(FileSystem.statusOfTarget)
            return try state.withLock { state in
                if state.statuses == now, let value = state.value { return value }
                state.statuses = now
                do {
                    let value = try read()
                    state.value = value
                    return value
                } catch {
                    guard let value = state.value else { throw error }
                    onFailure(error)
                    return value
                }
            }
        }
    }
}
