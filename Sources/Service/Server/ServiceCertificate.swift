import Files
import Logging
import NIOCore
import NIOSSL
import Settings

/// The service's certificate and its key. They are read again when their files change, so that a renewed certificate is
/// used from the next connection on. While the two do not belong together, because only one of them is replaced yet, the
/// pair before is used.
struct ServiceCertificate: Sendable {
    struct Pair: Sendable {
        var chain: [NIOSSLCertificateSource]
        var key: NIOSSLPrivateKeySource
    }

    let pair: LiveFile<Pair>

    init(_ files: ServiceSettings.TLS, logger: Logger) {
        pair = LiveFile(
            [files.certificateFile, files.keyFile],
            onFailure: { error in
                logger.warning(
                    "the changed certificate and key cannot be used; the ones before are used until both files match",
                    metadata: ["error": "\(error)"]
                )
            },
            read: { try Self.read(files) }
        )
    }

    /// The TLS configuration for this certificate: TLS 1.2 or later.
    /// - Throws: `ServiceError`, or NIOSSL's error if the two do not belong together.
    var configuration: TLSConfiguration {
        get throws {
            let first = try pair.value
            var configuration = Self.configuration(of: first)
            configuration.sslContextCallback = { [pair] _, promise in
                // Not on the thread of the connection: a pair that does not match leaves errors in BoringSSL's queue of the
                // thread, and the handshake would take them for its own.
                promise.completeWithTask {
                    try await BlockingWork.run { _ throws(any Error) in
                        let now = try pair.value
                        var change = NIOSSLContextConfigurationOverride()
                        (change.certificateChain, change.privateKey) = (now.chain, now.key)
                        return change
                    }
                }
            }
            return configuration
        }
    }

    private static func configuration(of pair: Pair) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: pair.chain,
            privateKey: pair.key
        )
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }

    private static func read(_ files: ServiceSettings.TLS) throws -> Pair {
        let chain: [NIOSSLCertificateSource]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(files.certificateFile).map { .certificate($0) }
        } catch {
            throw ServiceError(
                .certificate,
                "service.tls: \(files.certificateFile) has no certificate in PEM: \(error)"
            )
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: files.keyFile, format: .pem)
        } catch {
            throw ServiceError(.certificate, "service.tls: \(files.keyFile) has no private key in PEM: \(error)")
        }
        let pair = Pair(chain: chain, key: .privateKey(key))
        // What no connection could use is refused here, and the pair before is kept.
        do {
            _ = try NIOSSLContext(configuration: configuration(of: pair))
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw ServiceError(
                .certificate,
                "service.tls: \(files.keyFile) is not the key of the certificate in \(files.certificateFile)"
            )
        }
        return pair
    }
}
