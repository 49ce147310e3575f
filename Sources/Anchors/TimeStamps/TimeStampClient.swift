import Evidence
import Foundation
import Recordings
import Transfer

/// Gets time stamps from an authority over HTTP (RFC 3161 section 3.4).
struct TimeStampClient: Sendable {
    var name: String
    var url: URL
    var certificates: TrustedCertificates
    var exchange: AnchorExchange

    /// Gets and verifies a time stamp of a checkpoint.
    /// - Throws: ``AnchorError``.
    func stamp(_ checkpoint: [UInt8]) async throws(AnchorError) -> (token: AnchorToken, time: Timestamp) {
        let request = try TimeStampRequest(for: checkpoint)
        let response = try await exchange.post(request.bytes, to: url, type: "application/timestamp-query")
        guard response.status == 200 else {
            throw AnchorError(.refused, "the authority \(name) answered with status \(response.status)")
        }
        let reply = Array(response.body)
        do throws(AnchorError) {
            let stamp = try TimeStamp(reply, to: request, of: checkpoint, trusting: certificates)
            let token = AnchorToken(
                .timestamp,
                name: name,
                reply,
                request: request.bytes,
                certificates: certificates.pem
            )
            return (token, stamp.time)
        } catch {
            throw AnchorError(error.code, "the answer of the authority \(name): \(error)")
        }
    }
}
