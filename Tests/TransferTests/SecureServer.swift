import Foundation
import Testing

/// A TLS server of Python's on 127.0.0.1 with a certificate of its own, which vouches for that address and for no name.
struct SecureServer: Sendable {
    let port: Int
    /// The path of the certificate.
    let certificate: String

    func url(_ path: String, host: String = "127.0.0.1") -> URL {
        URL(string: "https://\(host):\(port)\(path)") ?? URL(filePath: "/")
    }

    /// Runs `body` while a server is up.
    static func with(offeringHTTP2: Bool = false, _ body: (SecureServer) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let certificate = folder.appending(path: "certificate.pem").path
            let key = folder.appending(path: "key.pem").path
            _ = try await Tool.run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-keyout",
                key,
                "-out",
                certificate,
                "-days",
                "2",
                "-subj",
                "/CN=callark test \(UUID())",
                "-addext",
                "subjectAltName=IP:127.0.0.1"
            )
            let script = try #require(Bundle.module.url(forResource: "Fixtures/secure_server", withExtension: "py"))
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3", script.path, certificate, key, offeringHTTP2 ? "h2,http/1.1" : "http/1.1"]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            // Not SIGTERM: threads of Dispatch block it, and what they start inherits that.
            defer { kill(process.processIdentifier, SIGKILL) }
            // The server's first line is its port.
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
            try await body(SecureServer(port: port, certificate: certificate))
        }
    }
}
