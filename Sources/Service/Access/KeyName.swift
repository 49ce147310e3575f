/// The name of an API key. The evidence log identifies actors by it, so no two keys ever have the same name.
package struct KeyName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let description: String

    /// - Returns: `nil` unless `text` is 1 to 64 characters of `A-Za-z0-9._@-`, beginning with a letter or a digit.
    package init?(_ text: String) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed),
            let first = text.utf8.first, !"._@-".utf8.contains(first)
        else { return nil }
        description = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "@"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }
}
