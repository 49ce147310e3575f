import Foundation

/// Standard base64 (RFC 4648 section 4), in the one canonical form of each sequence of bytes.
enum CanonicalBase64 {
    /// - Returns: `nil` if `text` is not in canonical form, because it has different padding, unused bits that are set,
    ///   or white space. Otherwise two different texts could be the same proof.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let text = String(text)
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }

    static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
