import CGlibc
import Foundation
import Glibc

/// An operator's program that gets something on standard input and takes it somewhere: mails a checkpoint, prints it, puts
/// it under an object lock, or calls somebody because of an alarm.
package struct OperatorCommand: Sendable {
    var name: String
    /// The program, and its arguments.
    var words: [String]
    /// The time from its start to its end. After that it is killed, with everything that it started in its process
    /// group.
    var limit: Duration

    package init(name: String, words: [String], limit: Duration) {
        self.name = name
        self.words = words
        self.limit = limit
    }

    /// How a run ended.
    package struct Ending: Hashable, Sendable {
        /// The exit status, or 128 and the number of the signal that ended it.
        var status: Int32
        /// Standard output and standard error, as they came, up to ``maxOutput`` bytes.
        var output: [UInt8]
    }

    private static let maxOutput = 16 << 10
    /// How long to wait for the program's end at a time, in milliseconds: its output may end earlier or later.
    private static let pause: Int32 = 20

    /// Runs it, blocking the thread.
    /// - Parameter content: its standard input, at most 64 KiB.
    /// - Throws: ``AnchorError`` with code `unavailable` if it cannot be started, does not end in time, or fails.
    @discardableResult
    package func run(_ content: [UInt8]) throws(AnchorError) -> Ending {
        let (input, output) = (try Pipe(), try Pipe())
        // The input is shorter than a pipe's buffer, so it can be written before anyone reads it.
        guard input.fill(content) else { throw failure("its input cannot be written") }
        let process = try spawn(input, output)
        input.close()
        output.closeWriting()
        defer { output.close() }
        let ending = wait(for: process, output)
        guard let ending else {
            kill(-process, SIGKILL)
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            throw failure("it did not end within \(limit.components.seconds) s and was killed")
        }
        guard ending.status == 0 else {
            let line = String(decoding: ending.output, as: UTF8.self).split(whereSeparator: \.isNewline).first
            throw failure("it ended with status \(ending.status)\(line.map { ": \($0.prefix(200))" } ?? "")")
        }
        return ending
    }

    private func failure(_ what: String) -> AnchorError { AnchorError(.unavailable, "the command \(name): \(what)") }

    /// - Returns: `nil` if it did not end in time.
    private func wait(for process: pid_t, _ output: Pipe) -> Ending? {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        var bytes: [UInt8] = []
        while clock.now < end {
            let isOver = output.read(into: &bytes, most: Self.maxOutput, waiting: Self.pause) == .end
            var word: Int32 = 0
            if waitpid(process, &word, WNOHANG) == process {
                // Its last output is there; output of processes that it left behind is not waited for, and may never end.
                while bytes.count < Self.maxOutput,
                    output.read(into: &bytes, most: Self.maxOutput, waiting: 0) == .some
                {}
                // As WIFEXITED and its siblings define it.
                return Ending(status: word & 0x7F == 0 ? (word >> 8) & 0xFF : 128 + (word & 0x7F), output: bytes)
            }
            if isOver { _ = poll(nil, 0, Self.pause) }
        }
        return nil
    }

    /// Starts it in a process group of its own, without Callark's own variables, which may be secrets.
    private func spawn(_ input: Pipe, _ output: Pipe) throws(AnchorError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.reading, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
        posix_spawn_file_actions_adddup2(&actions, output.writing, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, broken) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&broken)
        sigaddset(&broken, SIGPIPE)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &broken)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CALLARK_") }
        let arguments = words.map { strdup($0) } + [nil]
        let environment = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        var process: pid_t = 0
        let error = posix_spawnp(&process, words[0], &actions, &attributes, arguments, environment)
        guard error == 0 else { throw failure("\(words[0]) cannot be started: \(String(cString: strerror(error)))") }
        return process
    }
}

/// A pipe that no other process inherits.
private final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws(AnchorError) {
        var ends: [Int32] = [-1, -1]
        // In one step: another thread may start a process at any moment, which would keep the other end open.
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw AnchorError(.local, "cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit { close() }

    /// Writes `bytes` and closes the writing end.
    /// - Returns: whether all of them were written at once.
    func fill(_ bytes: [UInt8]) -> Bool {
        defer { closeWriting() }
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        return write(writing, bytes, bytes.count) == bytes.count
    }

    /// The result of reading once.
    enum Arrival {
        case some, none, end
    }

    /// Waits up to `milliseconds` for bytes, and appends them to `bytes`; those beyond `most` are dropped.
    func read(into bytes: inout [UInt8], most: Int, waiting milliseconds: Int32) -> Arrival {
        var ready = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, milliseconds) > 0 else { return .none }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(reading, &buffer, buffer.count)
        if count > 0 { bytes += buffer.prefix(min(count, most - bytes.count)) }
        return count > 0 ? .some : .end
    }

    func closeWriting() {
        if writing >= 0 { Glibc.close(writing) }
        writing = -1
    }

    func close() {
        closeWriting()
        if reading >= 0 { Glibc.close(reading) }
        reading = -1
    }
}
