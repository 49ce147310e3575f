import Foundation
import Glibc
import Synchronization

/// The process's standard output itself. A failed write is remembered until the process ends, because a truncated
/// report must not end with the exit code of a whole one.
enum StandardOutput {
    private enum State {
        case open
        /// The reader has gone away (`| head`), which is not an error. Nothing more is written.
        case unread
        /// A write failed with this errno(3). Nothing more is written, so that the output is a prefix of the whole.
        case failed(Int32)
    }

    /// Guarded because progress and results come from several tasks.
    private static let state = Mutex(State.open)

    /// Replaces each standard stream that the caller closed by a stand-in that fails, before any file is opened.
    /// Otherwise a file would get the stream's number, and a report would be written into it.
    static func reserveDescriptors() {
        for (descriptor, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", flags)
        }
    }

    /// Writes all of `bytes`, unless an earlier write failed.
    static func write(_ bytes: [UInt8]) {
        state.withLock { write(bytes, &$0) }
    }

    /// Writes a line, which is shorter than any pipe, if that takes no time: for a process that has to end now, even if
    /// nobody reads what it writes.
    static func writeAtOnce(_ line: [UInt8]) {
        for _ in 0..<20 {
            let isDone = state.withLockIfAvailable { state -> Bool in
                guard isWritable(within: 0) else { return false }
                write(line, &state)
                return true
            }
            if isDone == true { return }
            // Another thread is writing lines, or the reader is slow.
            usleep(5_000)
        }
    }

    private static func write(_ bytes: [UInt8], _ state: inout State) {
        guard case .open = state else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            // Another process that shares the pipe or the terminal may have made it non-blocking.
            case EAGAIN: _ = isWritable(within: -1)
            case EPIPE: return state = .unread
            default: return state = .failed(errno)
            }
        }
    }

    /// Whether writing more is useful: not after the reader has gone away or a write has failed.
    static var isOpen: Bool { state.withLock { if case .open = $0 { true } else { false } } }

    /// Ends the output; some file systems report a failure only now.
    /// - Returns: why not everything was written; `nil` if it was, or if the reader stopped reading.
    static func close() -> String? {
        state.withLock { state in
            if case .open = state, Glibc.close(STDOUT_FILENO) != 0, errno != EINTR { state = .failed(errno) }
            guard case .failed(let number) = state else { return nil }
            // Descriptor 1 may have been in use before this process reserved it, for example by an event queue of the
            // runtime, which takes no bytes.
            let isClosed = number == EBADF || number == EINVAL
            let reason = isClosed ? "it is closed" : String(cString: strerror(number)).lowercased()
            return "cannot write standard output: \(reason); the output is not complete"
        }
    }

    /// Waits until some bytes can be written.
    /// - Parameter milliseconds: how long; -1 for as long as it takes.
    private static func isWritable(within milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, milliseconds) > 0
    }
}
