import Foundation
import Synchronization
import TestSupport
import Testing

/// A run of one of the built executables.
final class Program: Sendable {
    /// How a run ended, and what it printed.
    struct Ending: Sendable {
        /// The exit code; 128 plus the signal's number if a signal killed it.
        var status: Int32
        var output: String
        var errors: String

        /// The lines of standard output, each of which has to be a JSON object.
        var objects: [[String: JSON]] {
            get throws {
                try output.split(separator: "\n").map {
                    try JSONDecoder().decode([String: JSON].self, from: Data($0.utf8))
                }
            }
        }

        /// The one line of standard error that says what went wrong.
        var complaint: String {
            get throws {
                // The first command reports once that the evidence log was created.
                let lines = errors.split(separator: "\n").filter {
                    !$0.contains(" warning: ") && !$0.contains("evidence log")
                }
                try #require(lines.count == 1, "not one line but: \(errors)")
                return String(lines[0])
            }
        }
    }

    private struct State {
        /// The exit code; 128 plus the signal's number if a signal ended it; `nil` while it runs.
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    let processIdentifier: pid_t
    private let folder: String
    /// Held while a signal is sent, so that the process cannot end and its number become another's.
    private let state: Mutex<State>

    /// The executables are built into the same folder as the tests.
    static let products: URL = {
        let bundle = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
        return bundle.deletingLastPathComponent()
    }()

    /// Starts a run.
    /// - Parameter entrance: a command that runs it, for example one that enters a namespace.
    init(
        _ name: String = "callark",
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        directory: String? = nil,
        within entrance: [String] = []
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "callark-run-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // Files, not pipes: the program can continue without a reader.
        try Data(input.utf8).write(to: URL(filePath: "\(folder)/in"))
        let built = Self.products.appending(path: name).path
        let isBuilt = FileManager.default.isExecutableFile(atPath: built)
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CALLARK_") }
        variables.merge(environment) { $1 }
        processIdentifier = try Self.spawn(
            entrance + [isBuilt ? built : name] + arguments,
            variables.map { "\($0)=\($1)" },
            directory: directory ?? FileManager.default.currentDirectoryPath,
            files: folder
        )
        state = Mutex(State())
        Thread.detachNewThread { [processIdentifier, weak self] in
            // Reaped only by this object or, if that is gone, here.
            var information = siginfo_t()
            while waitid(P_PID, id_t(processIdentifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            guard let self else {
                waitpid(processIdentifier, nil, 0)
                return
            }
            self.reap()
        }
    }

    /// posix_spawn(3) itself. Foundation's `Process` reads past the end of a folder's listing each time, which among
    /// thousands of starts causes an occasional crash, and it passes on the signals that the tests' threads block.
    private static func spawn(
        _ command: [String],
        _ environment: [String],
        directory: String,
        files: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "\(files)/in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "\(files)/out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, "\(files)/err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard let addClosing, let addFolder else { throw CocoaError(.featureUnsupported) }
        _ = addClosing(&actions, 3)
        _ = addFolder(&actions, directory)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // Nor does it ignore what the tests' own process was started to ignore.
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        var identifier: pid_t = 0
        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        let error = posix_spawnp(&identifier, command[0], &actions, &attributes, arguments, variables)
        if error != 0 { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EINVAL) }
        return identifier
    }

    private typealias Actions = UnsafeMutablePointer<posix_spawn_file_actions_t>
    private typealias AddClosing = @convention(c) (Actions, _ first: Int32) -> Int32
    private typealias AddFolder = @convention(c) (Actions, _ path: UnsafePointer<CChar>) -> Int32

    // glibc has had them since 2.34 and 2.29, but declares them only under _GNU_SOURCE, which Swift's module does not
    // define.
    private static let addClosing = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: AddClosing.self) }
    private static let addFolder = dlsym(nil, "posix_spawn_file_actions_addchdir_np")
        .map { unsafeBitCast($0, to: AddFolder.self) }

    deinit {
        if state.withLock({ $0.status == nil }) { kill(processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func reap() {
        let (status, waiting) = state.withLock { state in
            var word: Int32 = 0
            waitpid(processIdentifier, &word, 0)
            // As WIFEXITED and its siblings define it.
            let status = word & 0x7f == 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f)
            defer { state.waiting = [] }
            state.status = status
            return (status, state.waiting)
        }
        waiting.forEach { $0.resume(returning: status) }
    }

    var isRunning: Bool { state.withLock { $0.status == nil } }

    func signal(_ number: Int32) {
        state.withLock { state in
            if state.status == nil { kill(processIdentifier, number) }
        }
    }

    /// Waits for the end, for ``Patience/limit`` at most: then it is killed, and the status shows that.
    func end() async throws -> Ending {
        let guardian = Task {
            try await Task.sleep(for: Patience.limit)
            signal(SIGKILL)
        }
        let status = await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
        guardian.cancel()
        return Ending(status: status, output: try text("out"), errors: try text("err"))
    }

    /// What it has written to standard output so far.
    func outputSoFar() throws -> String { try text("out") }

    /// What it has written to standard error so far.
    func errorsSoFar() throws -> String { try text("err") }

    private func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(file)")), as: UTF8.self)
    }

    /// Runs one to its end, when its turn has come if its test has none yet: hundreds of tests begin at the same time.
    static func run(
        _ name: String = "callark",
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        directory: String? = nil
    ) async throws -> Ending {
        try await Turns.shared.run {
            try await Program(name, arguments, environment: environment, input: input, directory: directory).end()
        }
    }
}
