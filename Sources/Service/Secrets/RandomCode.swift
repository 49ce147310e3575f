import Crypto
import Recordings

/// Random bits as text.
enum RandomCode {
    /// The number of characters of 256 bits in base64url without padding.
    static let length = 43

    /// 256 bits of the system's random numbers, in base64url without padding.
    static func make() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { Base64URL.text($0) }
    }

    /// Whether `text` has the form of a code that ``make()`` returns.
    static func isCode(_ text: some StringProtocol) -> Bool {
        text.utf8.count == length && text.utf8.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
