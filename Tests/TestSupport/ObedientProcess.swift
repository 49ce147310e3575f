import Foundation
import Synchronization

/// A Python program of `Tests/vault` that prints a line when it is ready, and then answers each line of its input with a line.
/// It ends with this object, or at the latest with the tests' process.
// Unchecked: after init, only `obey` and deinit use the pipe, one after another.
package final class ObedientProcess: @unchecked Sendable {
    /// What it printed when it was ready.
    package let greeting: String
    private let process = Process()
    private let input = Pipe()
    private let lines: LineReader

    /// The folder of the programs.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "vault")

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    package init(_ program: String, _ arguments: [String]) async throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-B", Self.folder.appending(path: program).path] + arguments
        // Real stores have the real time, whatever day the tests are run on.
        process.environment = ProcessInfo.processInfo.environment.filter {
            !["LD_PRELOAD", "FAULT_CLOCK"].contains($0.key)
        }
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        let lines = LineReader(output)
        self.lines = lines
        try process.run()
        greeting = try await Self.blocking { try lines.next() }
    }

    deinit { try? input.fileHandleForWriting.close() }

    /// Has it do something, and waits until it is done.
    /// - Returns: what it says.
    @discardableResult
    package func obey(_ command: String) async throws -> String {
        try await Self.blocking { [input, lines] in
            try input.fileHandleForWriting.write(contentsOf: Data("\(command)\n".utf8))
            return try lines.next()
        }
    }

    private static func blocking(_ body: @escaping @Sendable () throws -> String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try body() }) }.start()
        }
    }
}

/// Reads what a process prints, line by line.
// Unchecked: the pipe is used under the lock only.
private final class LineReader: @unchecked Sendable {
    private let output: Pipe
    /// What was read behind the last line.
    private let rest = Mutex(Data())

    init(_ output: Pipe) {
        self.output = output
    }

    /// Blocks until there is a whole line.
    func next() throws -> String {
        try rest.withLock { rest in
            while true {
                if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: rest[..<end], as: UTF8.self)
                    rest = Data(rest[(end + 1)...])
                    return line
                }
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { throw ObedientProcess.Failure(description: "the program has ended") }
                rest += more
            }
        }
    }
}
