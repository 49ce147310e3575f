import Foundation

/// Programs of the machine that tests ask.
enum Tool {
    struct Failure: Error {
        let tool: String
        let status: Int32
    }

    /// Runs a program to its end.
    static func run(_ arguments: String..., input: Data? = nil) async throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let files = FileManager.default.temporaryDirectory.appending(path: "callark-tool-\(UUID())")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: files) }
        // Files, not pipes: the program can run without a reader.
        let output = files.appending(path: "output")
        try (input ?? Data()).write(to: files.appending(path: "input"))
        try Data().write(to: output)
        process.standardInput = try FileHandle(forReadingFrom: files.appending(path: "input"))
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard process.terminationStatus == 0 else {
            throw Failure(tool: arguments.first ?? "", status: process.terminationStatus)
        }
        return try Data(contentsOf: output)
    }

    static func gzip(_ data: Data) async throws -> Data {
        try await run("gzip", "-c", input: data)
    }
}

/// A folder for `body`, removed after it.
func withTemporaryFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "callark-transfer-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
