import Crypto
import Foundation
import Recordings

/// Checks that the provider sent a body: the HMAC-SHA256 of its bytes with the subscription's secret (wxcc-api 12.3).
enum WebhookSignature {
    /// Compares in constant time, so that the time does not reveal where the two differ.
    /// - Parameters:
    ///   - text: hexadecimal digits in either case.
    ///   - body: the bytes exactly as they were received.
    static func isValid(_ text: String, of body: [UInt8], secret: String) -> Bool {
        // A code has the form of a digest.
        guard let code = ContentDigest(hexadecimal: text) else { return false }
        let key = SymmetricKey(data: Data(secret.utf8))
        return HMAC<SHA256>.isValidAuthenticationCode(code.bytes, authenticating: body, using: key)
    }
}
