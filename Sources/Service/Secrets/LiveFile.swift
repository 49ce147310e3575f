import Dispatch  // its headers are where the compiler finds struct stat
import Foundation
import Glibc
import Synchronization

/// A value from a file, which is read again when the file changes.
final class LiveFile<Value: Sendable>: Sendable {
    /// What changes when a file is replaced or written.
    private struct Stamp: Equatable {
        var device: UInt
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    private struct State {
        var stamps: [Stamp?] = []
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
            let now = paths.map(Self.stamp)
            return try state.withLock { state in
                if state.stamps == now, let value = state.value { return value }
                state.stamps = now
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

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            device: UInt(status.st_dev),
            inode: UInt(status.st_ino),
            size: Int(status.st_size),
            seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec
        )
    }
}
