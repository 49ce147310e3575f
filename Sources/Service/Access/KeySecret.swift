/// The text of an API key: `clk_` and 256 random bits in base64url. It is shown once, when the key is created, and never
/// stored. `description`, `dump` and mirrors do not show it.
package struct KeySecret: Sendable {
    /// The text itself. Show it only to the person who created the key.
    package let text: String

    private static let prefix = "clk_"

    /// Creates a key from the system's random numbers.
    package init() {
        text = Self.prefix + RandomCode.make()
    }

    /// - Returns: `nil` if `text` does not have the form of a key.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix), RandomCode.isCode(text.dropFirst(Self.prefix.count)) else { return nil }
        self.text = String(text)
    }

    /// The digest that is stored instead of the text. The bits are random, so they need no slow hash to protect them.
    var digest: KeyDigest { KeyDigest(of: text) }
}

extension KeySecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "clk_•••" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
