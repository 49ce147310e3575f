import Files
import Foundation
import Glibc
import Testing

/// A server written in Python, which runs during a test, with all that it starts. Its first line of output is its port.
// Unchecked: after init, only deinit uses the process and its pipes.
final class PythonServer: @unchecked Sendable {
    let port: Int
    private let process = Process()
    private let output = Pipe()
    /// Nothing is written to it. It ends with this object, or at the latest with the tests' process.
    private let input = Pipe()

    /// Ends the server and its children when its input ends, whatever signals the tests' process blocks.
    private static let watch = """
        import os, signal, sys, threading
        def end():
            sys.stdin.buffer.read()
            if os.getpgrp() == os.getpid(): os.killpg(0, signal.SIGKILL)
            os._exit(0)
        threading.Thread(target=end, daemon=True).start()

        """

    static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    /// - Parameters:
    ///   - program: the text of the program.
    ///   - arguments: what the program gets.
    init(_ program: String, _ arguments: String...) async throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [Self.python, "-u", "-c", Self.watch + program] + arguments
        process.standardOutput = output
        process.standardInput = input
        try process.run()
        let descriptor = output.fileHandleForReading.fileDescriptor
        let line = await BlockingWork.run { _ in
            var (bytes, byte) = ([UInt8](), UInt8(0))
            while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") { bytes.append(byte) }
            return String(decoding: bytes, as: UTF8.self)
        }
        port = try #require(Int(line), "the server printed no port")
    }

    deinit { try? input.fileHandleForWriting.close() }
}
