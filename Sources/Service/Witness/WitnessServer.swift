import Anchors
import Archiver
import Evidence
import Foundation
import Logging
import NIOCore
import NIOSSL
import Recordings
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
            let listener = HTTPListener(
                address: listen,
                tls: tls,
                isSecure: tls != nil,
                limits: limits,
                logger: logger
            )
            _ = try await listener.run(responder, until: stop, onListening: onListening)
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

    private var responder: WitnessResponder {
        WitnessResponder(
            witness: witness,
            logKeys: logKeys,
            limits: limits,
            logger: logger,
            now: { Timestamp(Date()) },
            note: onRequest
        )
    }
}
