import Crypto
import Foundation
import Recordings

/// Proof that a code is redeemed by the process that requested it (PKCE, RFC 7636, with S256).
struct ProofKey: Sendable {
    /// Sent to the token endpoint only, with the code.
    let verifier: Secret
    /// Sent with the browser: the verifier's digest.
    let challenge: String

    /// - Parameter verifier: 43 to 128 of the unreserved characters.
    init(verifier: String) {
        self.verifier = Secret(verifier)
        challenge = Base64URL.text(SHA256.hash(data: Data(verifier.utf8)))
    }

    /// A key that no one can guess, from 256 bits of `generator`.
    init(using generator: inout some RandomNumberGenerator) {
        self.init(verifier: Base64URL.random(using: &generator))
    }
}

extension Base64URL {
    /// 43 characters that encode 256 bits.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        text((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
