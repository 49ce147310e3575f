import Foundation

/// How S3 encodes paths and queries: every byte but the unreserved ones of RFC 3986. What is sent and what is signed is
/// the same text, encoded once.
enum PercentEncoding {
    /// - Parameter keepsSlashes: for paths.
    static func encode(_ text: String, keepsSlashes: Bool = false) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) || (keepsSlashes && byte == UInt8(ascii: "/")) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The text that a store has encoded for its listing, in which a plus sign stands for a blank.
    /// - Returns: `nil` if it is not UTF-8.
    static func decode(_ text: String) -> String? { text.replacing("+", with: "%20").removingPercentEncoding }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
