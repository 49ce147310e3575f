import Crypto
import Foundation

/// The text of an API key: `clk_` and 256 random bits in base64url. It is shown once, when the key is created, and never
/// stored. `description`, `dump` and mirrors do not show it.
package struct KeySecret: Sendable {
    /// The text itself. Show it only to the person who created the key.
    package let text: String

    private static let prefix = "clk_"
    private static let randomBytes = 32

    /// Creates a key from the system's random numbers.
    package init() {
        let bits = SymmetricKey(size: .init(bitCount: Self.randomBytes * 8)).withUnsafeBytes { Data($0) }
        let code = bits.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=",
            with: ""
        )
        text = Self.prefix + code
    }

    /// - Returns: `nil` if `text` does not have the form of a key.
    package init?(_ text: some StringProtocol) {
        // 32 bytes are 43 characters in base64 without padding.
        let code = text.dropFirst(Self.prefix.count)
        guard text.hasPrefix(Self.prefix), code.utf8.count == 43, code.utf8.allSatisfy(Self.isCode) else { return nil }
        self.text = String(text)
    }

    private static func isCode(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The digest that is stored instead of the text. The bits are random, so they need no slow hash to protect them.
    var digest: KeyDigest { KeyDigest(bytes: Array(SHA256.hash(data: Data(text.utf8)))) }
}

extension KeySecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "clk_•••" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The SHA-256 of a key's text.
struct KeyDigest: Sendable {
    let bytes: [UInt8]

    /// The first 32 bits, used to look up a key. They reveal nothing about the rest. The whole digest is then compared in
    /// constant time.
    var selector: Int64 { bytes.prefix(4).reduce(0) { $0 << 8 | Int64($1) } }

    /// Compares in constant time, so that the time does not reveal where the two differ.
    func isEqual(to other: KeyDigest) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        var difference: UInt8 = 0
        for (mine, theirs) in zip(bytes, other.bytes) { difference |= mine ^ theirs }
        return difference == 0
    }
}
