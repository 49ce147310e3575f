import Crypto
import Foundation

/// The text of an API key: `clk_` and 256 random bits in base64url. It is shown once, when the key is created, and kept
/// nowhere. `description`, `dump` and mirrors do not show it.
package struct KeySecret: Sendable {
    /// The text itself: for whoever is to use the key.
    package let text: String

    private static let prefix = "clk_"
    private static let randomBytes = 32

    /// A new one, of the system's random numbers.
    package init() {
        let bits = SymmetricKey(size: .init(bitCount: Self.randomBytes * 8)).withUnsafeBytes { Data($0) }
        let code = bits.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=",
            with: ""
        )
        text = Self.prefix + code
    }

    /// - Returns: `nil` if `text` cannot be a key.
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

    /// What is kept of it. The bits are random, so that no slow hash is needed to protect them.
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

    /// The first bits, by which a key is looked up. They tell nothing about the rest, which is compared in constant time.
    var selector: Int64 { bytes.prefix(4).reduce(0) { $0 << 8 | Int64($1) } }

    /// Compares in a time that does not depend on where the two differ.
    func isEqual(to other: KeyDigest) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        var difference: UInt8 = 0
        for (mine, theirs) in zip(bytes, other.bytes) { difference |= mine ^ theirs }
        return difference == 0
    }
}
