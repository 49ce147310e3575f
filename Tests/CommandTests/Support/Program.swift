import Foundation
import Synchronization
import Testing

/// A run of one of the built executables.
final class Program: Sendable {
    /// How one ended, and what it said.
    struct Ending: Sendable {
        /// The exit code; 128 and the signal's number where a signal killed it.
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
                let lines = errors.split(separator: "\n").filter { !$0.contains(" warning: ") }
                try #require(lines.count == 1, "not one line but: \(errors)")
                return String(lines[0])
            }
        }
    }

    private let process: Process
    private let folder: String
    private let ended: Mutex<[CheckedContinuation<Void, Never>]?> = Mutex([])

    /// The executables are built into the folder of the tests' own.
    static let products: URL = {
        let bundle = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
        return bundle.deletingLastPathComponent()
    }()

    /// Starts a run.
    init(
        _ name: String = "callark",
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        directory: String? = nil
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "callark-run-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        process = Process()
        let built = Self.products.appending(path: name)
        let isBuilt = FileManager.default.isExecutableFile(atPath: built.path)
        process.executableURL = isBuilt ? built : URL(filePath: "/usr/bin/env")
        process.arguments = isBuilt ? arguments : [name] + arguments
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CALLARK_") }
        variables.merge(environment) { $1 }
        process.environment = variables
        if let directory { process.currentDirectoryURL = URL(filePath: directory) }
        // Files and not pipes: nothing has to read them for the program to go on.
        try Data(input.utf8).write(to: URL(filePath: "\(folder)/in"))
        for file in ["out", "err"] { try Data().write(to: URL(filePath: "\(folder)/\(file)")) }
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: "\(folder)/in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "\(folder)/out"))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: "\(folder)/err"))
        process.terminationHandler = { [weak self] _ in self?.noteEnd() }
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func noteEnd() {
        let waiting = ended.withLock { waiting in
            defer { waiting = nil }
            return waiting ?? []
        }
        waiting.forEach { $0.resume() }
    }

    var isRunning: Bool { process.isRunning }

    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// Waits for the end, no longer than two minutes: then it is killed, and the status says so.
    func end() async throws -> Ending {
        let guardian = Task { [process] in
            try await Task.sleep(for: .seconds(120))
            kill(process.processIdentifier, SIGKILL)
        }
        await withCheckedContinuation { continuation in
            let isOver = ended.withLock { waiting in
                waiting?.append(continuation)
                return waiting == nil
            }
            if isOver { continuation.resume() }
        }
        guardian.cancel()
        let signalled = process.terminationReason == .uncaughtSignal
        return Ending(
            status: signalled ? 128 + process.terminationStatus : process.terminationStatus,
            output: try text("out"),
            errors: try text("err")
        )
    }

    /// What it has written to standard output so far.
    func outputSoFar() throws -> String { try text("out") }

    /// What it has written to standard error so far.
    func errorsSoFar() throws -> String { try text("err") }

    private func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(file)")), as: UTF8.self)
    }

    /// Runs one to its end.
    static func run(
        _ name: String = "callark",
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        directory: String? = nil
    ) async throws -> Ending {
        try await Program(name, arguments, environment: environment, input: input, directory: directory).end()
    }
}
