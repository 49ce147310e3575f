import Foundation

/// Another program, run to its end.
enum Program {
    struct Outcome: Sendable {
        var status: Int32
        var output: String
    }

    /// - Throws: if the program cannot be started: a missing independent witness is a failure.
    static func run(_ path: String, _ arguments: [String], input: Data = Data()) async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let folder = NSTemporaryDirectory() + "callark-program-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Files, not pipes: the program can run without a reader.
        let (given, taken) = (URL(fileURLWithPath: folder + "/in"), URL(fileURLWithPath: folder + "/out"))
        try input.write(to: given)
        try Data().write(to: taken)
        process.standardInput = try FileHandle(forReadingFrom: given)
        let output = try FileHandle(forWritingTo: taken)
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: taken), as: UTF8.self)
        )
    }
}
