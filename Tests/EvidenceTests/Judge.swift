import Evidence
import Foundation
import Testing

/// Programs that share no code with Callark, and what they say about a log.
enum Judge {
    struct Outcome {
        var status: Int32
        var output: String
    }

    /// Runs a command, found by PATH.
    static func run(
        _ command: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }

    /// The folder of their sources.
    static var sources: String { Bundle.module.resourceURL?.appending(path: "Judges").path ?? "" }

    /// Go's own readers of notes and logs, built once; `nil` if Go or its packages are missing.
    static let go: String? = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-judge-\(getpid())").path
        let environment = [
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": "\(folder)/cache", "GOFLAGS": "",
        ]
        let program = "\(folder)/judge"
        let build = try? run("go", ["build", "-o", program, "\(sources)/judge.go"], environment: environment)
        return build?.status == 0 ? program : nil
    }()

    static func go(_ arguments: String...) throws -> Outcome { try run(try #require(go), arguments) }
}

/// A folder of its own, gone with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        // Without symbolic links, as the shim wants it.
        let base = URL(filePath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
        path = "\(base)/callark-evidence-\(UUID())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file.
    @discardableResult func put(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }
}
