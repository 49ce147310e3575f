import Crypto
import Foundation

/// Checks that the provider sent a body: the HMAC-SHA256 of its bytes with the subscription's secret (wxcc-api 12.3).
enum WebhookSignature {
    /// Compares in constant time, so that the time does not reveal where the two differ.
    /// - Parameters:
    ///   - text: hexadecimal digits in either case.
    ///   - body: the bytes exactly as they were received.
    static func isValid(_ text: String, of body: [UInt8], secret: String) -> Bool {
        guard let code = bytes(text) else { return false }
        let key = SymmetricKey(data: Data(secret.utf8))
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == SHA256.byteCount * 2 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digit(digits[place]), let low = digit(digits[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
