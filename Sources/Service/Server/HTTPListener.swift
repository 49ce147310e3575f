import Archiver
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import ServiceLifecycle
import Settings

/// Listens at an address and answers requests, by TLS if there is a certificate. Both the service and a witness do.
struct HTTPListener: Sendable {
    let address: ListenAddress
    /// The certificate to serve with; `nil` for plain HTTP.
    let tls: ServiceSettings.TLS?
    /// Whether clients reach it by TLS.
    let isSecure: Bool
    let limits: ServiceLimits
    let logger: Logger

    /// Answers requests until `stop` is made. Requests in progress then have ``ServiceLimits/grace`` to finish.
    /// - Parameters:
    ///   - others: what else runs for as long.
    ///   - onListening: called once it listens, with its address as a URL.
    ///   - onStopping: called before it stops to listen.
    /// - Returns: whether the requests in progress finished in time.
    /// - Throws: `IOError` if it cannot listen; errors of its certificate.
    func run(
        _ responder: some HTTPResponder<ServiceRequestContext>,
        beside others: [any Service] = [],
        until stop: StopRequest,
        onListening: @escaping @Sendable (String) -> Void,
        onStopping: @escaping @Sendable () -> Void = {}
    ) async throws -> Bool {
        let services: [any Service] = [try application(responder, onListening)] + others
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: services, logger: quietLogger)
        )
        let grace = limits.grace
        return try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                try await group.run()
                return true
            }
            tasks.addTask {
                await stop.wait()
                guard !Task.isCancelled else { return false }
                onStopping()
                await group.triggerGracefulShutdown()
                try? await Task.sleep(for: grace)
                return false
            }
            defer { tasks.cancelAll() }
            return try await tasks.next() ?? true
        }
    }

    private func application(
        _ responder: some HTTPResponder<ServiceRequestContext>,
        _ onListening: @escaping @Sendable (String) -> Void
    ) throws -> some Service {
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderFieldSize = limits.headerFieldBytes
        decoder.maxHeaderListSize = limits.headerBytes
        decoder.maxHeaderFieldCount = limits.headerCount
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionGuard(limits: limits, isSecure: isSecure)],
                idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: decoder
            )
        )
        let server =
            try tls.map { tls in
                let certificate = ServiceCertificate(tls, logger: logger)
                return try HTTPServerBuilder.tls(plain, tlsConfiguration: certificate.configuration)
            } ?? plain
        let (address, scheme) = (address, tls == nil ? "http" : "https")
        return Application(
            responder: responder,
            server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                serverName: nil,
                availableConnectionsDelegate: .maximum(limits.connections, logger: quietLogger)
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? address.port
                let host = address.host.contains(":") ? "[\(address.host)]" : address.host
                onListening("\(scheme)://\(host):\(port)")
            },
            logger: quietLogger
        )
    }

    /// The logger for libraries. What they log below `warning` is useful only for debugging.
    private var quietLogger: Logger {
        var quiet = logger
        if quiet.logLevel > .debug { quiet.logLevel = max(quiet.logLevel, .warning) }
        return quiet
    }
}
