import Foundation
import Glibc
import Synchronization

/// The process's standard output itself. What cannot be written there is kept in mind until the process ends, because a
/// report that is cut short must not end with the code of a whole one.
enum StandardOutput {
    private enum State {
        case open
        /// The reader has gone away (`| head`), which is no error. Nothing is written any more.
        case unread
        /// A write failed with this number of errno(3). Nothing is written any more, so that what is there is a beginning.
        case failed(Int32)
    }

    /// Guarded because progress and results come from several tasks.
    private static let state = Mutex(State.open)

    /// Gives each of the three standard streams that was closed by the caller a stand-in that fails, before any file is
    /// opened: a file would get the stream's number, and a report would be written into it.
    static func reserveDescriptors() {
        for (descriptor, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", flags)
        }
    }

    /// Writes all of `bytes`, unless an earlier write failed.
    static func write(_ bytes: [UInt8]) {
        state.withLock { state in
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
                // Whoever shares the pipe or the terminal may have made it so that writes do not wait.
                case EAGAIN: waitUntilWritable()
                case EPIPE: return state = .unread
                default: return state = .failed(errno)
                }
            }
        }
    }

    /// Whether writing more is of use: not once the reader has gone away or a write has failed.
    static var isOpen: Bool { state.withLock { if case .open = $0 { true } else { false } } }

    /// Ends the output; some file systems tell of a failure only now.
    /// - Returns: why not everything was written; `nil` if it was, or if nobody read it to its end.
    static func close() -> String? {
        state.withLock { state in
            if case .open = state, Glibc.close(STDOUT_FILENO) != 0, errno != EINTR { state = .failed(errno) }
            guard case .failed(let number) = state else { return nil }
            // What had the number 1 before this process reserved it takes no bytes: an event queue of the runtime's, say.
            let isClosed = number == EBADF || number == EINVAL
            let reason = isClosed ? "it is closed" : String(cString: strerror(number)).lowercased()
            return "cannot write standard output: \(reason); the output is not complete"
        }
    }

    private static func waitUntilWritable() {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        _ = poll(&descriptor, 1, -1)
    }
}
