import Foundation
import TestSupport
import Testing

@testable import Anchors

/// An OpenSSL time-stamping authority on this machine.
struct LocalAuthority: Sendable {
    private let folder: TemporaryFolder
    private let clock: Int
    var rootPath: String { "\(folder.path)/ca.pem" }

    private static let configuration = """
        [req]
        distinguished_name=dn
        prompt=no
        [dn]
        CN=Test root
        [ca]
        basicConstraints=critical,CA:true
        keyUsage=critical,keyCertSign,cRLSign
        [leaf]
        basicConstraints=critical,CA:false
        keyUsage=critical,digitalSignature
        extendedKeyUsage=critical,timeStamping
        [tsa]
        default_tsa=t
        [t]
        serial=serial
        signer_cert=tsa.pem
        signer_key=tsa.key
        signer_digest=sha256
        default_policy=1.2.3.4.1
        digests=sha256
        accuracy=secs:1
        ess_cert_id_alg=sha256

        """

    /// Creates its keys and certificates.
    /// - Parameters:
    ///   - clock: how many seconds its clock is ahead.
    ///   - days: how long its certificates are valid.
    init(clock: Int = 0, days: Int = 3650) throws {
        folder = try TemporaryFolder()
        self.clock = clock
        try folder.put("cnf", Array(Self.configuration.utf8))
        try folder.put("serial", Array("01\n".utf8))
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        let root = ["-keyout", "ca.key", "-out", "ca.pem", "-days", "\(days)", "-config", "cnf", "-extensions", "ca"]
        try openssl(["req", "-x509"] + key + root)
        try openssl(["req"] + key + ["-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA"])
        let issuing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "\(days)"]
        try openssl(
            ["x509", "-req", "-in", "tsa.csr", "-out", "tsa.pem", "-extfile", "cnf", "-extensions", "leaf"] + issuing
        )
    }

    var certificates: TrustedCertificates {
        get throws { try TrustedCertificates(pem: [UInt8](Data(contentsOf: URL(filePath: rootPath)))) }
    }

    /// Its answer to a request.
    func reply(to request: [UInt8]) throws -> [UInt8] {
        let name = UUID().uuidString
        try folder.put(name, request)
        try openssl(["ts", "-reply", "-queryfile", name, "-config", "cnf", "-out", "\(name).tsr"])
        return [UInt8](try Data(contentsOf: URL(filePath: "\(folder.path)/\(name).tsr")))
    }

    /// Serves it over HTTP.
    func serve() throws -> RawServer {
        try answering { _, body in (200, try reply(to: body)) }
    }

    private func openssl(_ arguments: [String]) throws {
        var environment: [String: String] = [:]
        if clock != 0 {
            let shim = (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0]))
                .deletingLastPathComponent()
                .appending(path: "libFaultShim.so").path
            let known = ProcessInfo.processInfo.environment
            environment["LD_PRELOAD"] = [shim, known["LD_PRELOAD"] ?? ""].filter { !$0.isEmpty }.joined(separator: ":")
            environment["FAULT_CLOCK"] = String(clock + (known["FAULT_CLOCK"].flatMap(Int.init) ?? 0))
        }
        let outcome = try Tool.run("openssl", arguments, in: folder.path, environment: environment)
        try #require(outcome.status == 0, "\(outcome.output)")
    }
}
