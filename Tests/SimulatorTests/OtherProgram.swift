import Foundation
import Testing

/// Runs other people's programs, which know nothing of Callark, and relies on their output.
enum OtherProgram {
    struct Result: Sendable {
        var status: Int32
        var output: Data

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// Waits for the program's end in a separate thread. On Linux the global dispatch queue is the cooperative pool,
    /// and a test that blocks it would block the very simulator that it waits for. Standard error goes where that of
    /// the tests goes.
    static func run(_ program: String, _ arguments: [String], input: Data? = nil) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try runAndWait(program, arguments, input) })
            }
        }
    }

    /// The file of that name in this test target's fixtures.
    static func fixture(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appending(path: name).path()
    }

    private static func runAndWait(_ program: String, _ arguments: [String], _ input: Data?) throws -> Result {
        let folders = ["/usr/bin/", "/bin/"]
        guard let path = folders.map({ $0 + program }).first(where: FileManager.default.isExecutableFile) else {
            throw Missing(description: "'\(program)' is needed by this test: install its Debian package")
        }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        let source = Pipe()
        process.standardInput = input == nil ? FileHandle.nullDevice : source
        try process.run()
        if let input {
            try source.fileHandleForWriting.write(contentsOf: input)
            try source.fileHandleForWriting.close()
        }
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: data)
    }
}

/// A new folder for one test, removed afterwards.
func withTemporaryFolder<T>(_ body: (URL) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
