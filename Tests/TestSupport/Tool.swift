import Foundation

/// Programs that know nothing of Callark and judge its files.
package enum Tool {
    package struct Outcome {
        package var status: Int32
        /// Standard output and standard error, as they came.
        package var output: String
    }

    /// Runs `command`, found by PATH, to its end, in the locale C.UTF-8. Blocks the thread.
    /// - Parameters:
    ///   - folder: the working folder.
    ///   - environment: variables in addition to those of this process.
    package static func run(
        _ command: String,
        _ arguments: [String],
        in folder: String = "/",
        environment: [String: String] = [:]
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["LC_ALL=C.UTF-8", command] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }

    package static func run(_ command: String, _ arguments: String..., in folder: String = "/") throws -> Outcome {
        try run(command, arguments, in: folder)
    }

    /// How a program ended, and what it wrote.
    package struct Ending: Sendable {
        package var status: Int32
        /// Standard output.
        package var output: Data
        /// Standard error.
        package var errors: String

        /// Standard output as a text.
        package var text: String { String(decoding: output, as: UTF8.self) }
        /// Standard output and standard error.
        package var said: String { text + errors }
    }

    /// No program has this name: its Debian package is to be installed.
    package struct Missing: Error {
        package let command: String
    }

    /// Runs `command`, found by PATH, to its end, in the locale C.UTF-8. It is waited for in a thread of its own: on Linux
    /// the global dispatch queue is the cooperative pool, and a test that blocks it would block a server in the tests'
    /// process that the program waits for.
    /// - Throws: ``Missing``; errors of Foundation.
    package static func finish(
        _ command: String,
        _ arguments: [String],
        input: Data = Data()
    ) async throws -> Ending {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try ending(of: command, arguments, input) })
            }
        }
    }

    private static func ending(of command: String, _ arguments: [String], _ input: Data) throws -> Ending {
        // Files, not pipes: the program can run without a reader.
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["LC_ALL=C.UTF-8", command] + arguments
        let given = try folder.put("input", Array(input))
        let output = URL(filePath: try folder.put("output", []))
        let errors = URL(filePath: try folder.put("errors", []))
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: given))
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        let complaint = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        // So env(1) says that it found no such program.
        if process.terminationStatus == 127, complaint.hasPrefix("/usr/bin/env: ") || complaint.hasPrefix("env: ") {
            throw Missing(command: command)
        }
        return Ending(status: process.terminationStatus, output: try Data(contentsOf: output), errors: complaint)
    }
}
