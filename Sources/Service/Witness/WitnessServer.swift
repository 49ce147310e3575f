import Anchors
import Archiver
import Evidence
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Recordings
import ServiceLifecycle
import Settings

/// A witness on the network: `callark witness serve`.
package struct WitnessServer: Sendable {
    private let witness: Witness
    private let logKeys: [String: NoteKey]
    private let listen: ListenAddress
    private let tls: ServiceSettings.TLS?
    private let logger: Logger
    private let limits = ServiceLimits()
    /// Called once it listens, with its address as a URL.
    package var onListening: @Sendable (String) -> Void = { _ in }
    /// Gets one line for each request.
    package var onRequest: @Sendable (AccessLine) -> Void = { _ in }

    /// Listens to nothing yet.
    /// - Parameters:
    ///   - logKeys: the keys of logs that may be signed for the first time; those that were signed before are known.
    ///   - tls: the certificate to serve with; `nil` for plain HTTP.
    package init(
        _ witness: Witness,
        logKeys: [NoteKey],
        listen: ListenAddress,
        tls: ServiceSettings.TLS?,
        logger: Logger
    ) {
        self.witness = witness
        self.logKeys = Dictionary(logKeys.map { ($0.name, $0) }) { $1 }
        self.listen = listen
        self.tls = tls
        self.logger = logger
    }

    /// Serves until `stop` is made, and then finishes the requests that are being answered.
    /// - Throws: `ServiceError` if it cannot listen, or cannot use its certificate.
    package func run(stop: StopRequest) async throws {
        do {
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: try application())],
                    logger: quietLogger
                )
            )
            try await withThrowingTaskGroup(of: Bool.self) { tasks in
                tasks.addTask {
                    try await group.run()
                    return true
                }
                tasks.addTask { [limits] in
                    await stop.wait()
                    guard !Task.isCancelled else { return false }
                    await group.triggerGracefulShutdown()
                    try? await Task.sleep(for: limits.grace)
                    return false
                }
                defer { tasks.cancelAll() }
                _ = try await tasks.next()
            }
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw ServiceError(
                .notListening,
                "cannot listen at \(listen): \(reason); give an address of this machine and a free port with --listen"
            )
        } catch  where error is NIOSSLError || error is BoringSSLError {
            throw ServiceError(.certificate, "the certificate and the key cannot be used together: \(error)")
        }
    }

    private var quietLogger: Logger {
        var quiet = logger
        if quiet.logLevel > .debug { quiet.logLevel = max(quiet.logLevel, .warning) }
        return quiet
    }

    private func application() throws -> some ServiceLifecycle.Service {
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderFieldSize = limits.headerFieldBytes
        decoder.maxHeaderListSize = limits.headerBytes
        decoder.maxHeaderFieldCount = limits.headerCount
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionGuard(limits: limits, isSecure: tls != nil)],
                idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: decoder
            )
        )
        let server =
            try tls.map { tls in
                let certificate = ServiceCertificate(tls, logger: logger)
                return try HTTPServerBuilder.tls(plain, tlsConfiguration: certificate.configuration)
            } ?? plain
        let (announce, listen, scheme) = (onListening, listen, tls == nil ? "http" : "https")
        return Application(
            responder: WitnessResponder(
                witness: witness,
                logKeys: logKeys,
                limits: limits,
                logger: logger,
                now: { Timestamp(Date()) },
                note: onRequest
            ),
            server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(listen.host, port: listen.port),
                serverName: nil,
                availableConnectionsDelegate: .maximum(limits.connections, logger: quietLogger)
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? listen.port
                announce("\(scheme)://\(listen.host.contains(":") ? "[\(listen.host)]" : listen.host):\(port)")
            },
            logger: quietLogger
        )
    }
}
