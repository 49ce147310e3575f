import Foundation

/// A certificate for 127.0.0.1 for which nobody vouches but itself, with its key.
package struct SelfSignedCertificate: Sendable {
    /// The path of the certificate.
    package let path: String
    /// The path of its key.
    package let keyPath: String

    /// It cannot be made; for example, openssl is missing.
    package struct Failure: Error {
        package let output: String
    }

    /// Makes `NAME.pem` and `NAME.key` in a folder.
    package init(_ name: String, in folder: String) throws {
        (path, keyPath) = ("\(folder)/\(name).pem", "\(folder)/\(name).key")
        let made = try Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj",
                "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", keyPath, "-out", path,
            ]
        )
        guard made.status == 0 else { throw Failure(output: made.output) }
    }
}
