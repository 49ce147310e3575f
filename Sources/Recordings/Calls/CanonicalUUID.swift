/// The sixteen bytes of an identifier that is a UUID in its canonical form: 36 characters, digits in lower case (RFC
/// 9562, section 4). It represents exactly that text, so equality of these values is equality of identifiers. In a
/// table it takes a fifth of the text's space.
package struct CanonicalUUID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The first eight bytes, and the last, each read as a big-endian number.
    private let high: UInt64
    private let low: UInt64

    /// - Returns: `nil` if `text` is anything else, also a UUID with upper-case digits.
    package init?(_ text: String) {
        self.init(text, ignoringCase: false)
    }

    /// `text` as a UUID, in whatever case its digits are: RFC 9562 requires lower case when writing and accepts any
    /// case when reading.
    /// - Returns: `nil` if it is not a UUID.
    package init?(ignoringCaseOf text: String) {
        self.init(text, ignoringCase: true)
    }

    private init?(_ text: String, ignoringCase: Bool) {
        guard text.utf8.count == 36 else { return nil }
        var text = text
        var (high, low, wrong) = (UInt64(0), UInt64(0), UInt8(0))
        text.withUTF8 { characters in
            for (place, character) in characters.enumerated() {
                if place == 8 || place == 13 || place == 18 || place == 23 {
                    wrong |= character ^ UInt8(ascii: "-")
                    continue
                }
                let (value, difference) = Self.value(ofDigit: ignoringCase ? character.lowercased : character)
                wrong |= difference
                if place < 18 { high = high << 4 | UInt64(value) } else { low = low << 4 | UInt64(value) }
            }
        }
        guard wrong == 0 else { return nil }
        self.high = high
        self.low = low
    }

    /// - Returns: `nil` if there are not sixteen.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Calls `body` with all sixteen, in the order of the text.
    package func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { body($0) }
    }

    /// The text that this represents.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { characters in
            var place = 0
            for nibble in 0..<32 {
                if place == 8 || place == 13 || place == 18 || place == 23 {
                    characters[place] = UInt8(ascii: "-")
                    place += 1
                }
                let half = nibble < 16 ? high : low
                characters[place] = Hexadecimal.digit(UInt8(truncatingIfNeeded: half >> (60 - nibble % 16 * 4)) & 15)
                place += 1
            }
            return place
        }
    }

    /// In the order of the texts.
    package static func < (lhs: Self, rhs: Self) -> Bool { (lhs.high, lhs.low) < (rhs.high, rhs.low) }

    /// The value of a hexadecimal digit in lower case, and 0, or something else for any other character. Every identifier
    /// of every answer is read, so there is no branch for digits or letters: no processor can tell which one comes next.
    private static func value(ofDigit character: UInt8) -> (value: UInt8, difference: UInt8) {
        let value = character & 15 &+ 9 &* (character >> 6)
        let digit = value &+ (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
        return (value & 15, (digit ^ character) | (value & 0xF0))
    }
}

extension UInt8 {
    /// An ASCII letter in lower case. Other characters do not become hexadecimal digits.
    fileprivate var lowercased: UInt8 { self | (self >> 1 & 0x20) }
}
