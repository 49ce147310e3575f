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
}
