import Foundation

/// A Python TLS server on 127.0.0.1 with its own certificate, which is valid for that address and for no name.
package struct SecureServer: Sendable {
    /// The port that it listens on.
    package let port: Int
    /// The path of the certificate.
    package let certificate: String

    /// The server cannot be set up: python3 is missing.
    package struct Failure: Error {}

    /// The URL of `path` on this server; the last part of `path` is a number of bytes.
    package func url(_ path: String, host: String = "127.0.0.1") -> URL {
        URL(string: "https://\(host):\(port)\(path)") ?? URL(filePath: "/")
    }

    /// Runs `body` while a server is up.
    package static func with(offeringHTTP2: Bool = false, _ body: (SecureServer) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-secure-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let made = try SelfSignedCertificate("callark test \(UUID())", in: folder.path)
        guard let script = Bundle.module.url(forResource: "Fixtures/secure_server", withExtension: "py") else {
            throw Failure()
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", script.path, made.path, made.keyPath, offeringHTTP2 ? "h2,http/1.1" : "http/1.1",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        // Not SIGTERM: threads of Dispatch block it, and the processes that they start inherit that.
        defer { kill(process.processIdentifier, SIGKILL) }
        // The server's first line is its port.
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else { throw Failure() }
        try await body(SecureServer(port: port, certificate: made.path))
    }
}
