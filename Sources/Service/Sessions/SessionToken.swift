/// The text in a session's cookie: 256 random bits. Only its digest is stored. `description`, `dump` and mirrors do not
/// show it.
struct SessionToken: Sendable {
    /// The text itself, for the cookie only.
    let text: String

    /// Creates a token from the system's random numbers.
    init() {
        text = RandomCode.make()
    }

    /// - Returns: `nil` if `text` does not have the form of a token.
    init?(_ text: some StringProtocol) {
        guard RandomCode.isCode(text) else { return nil }
        self.text = String(text)
    }

    /// The digest that is stored instead of the text.
    var digest: KeyDigest { KeyDigest(of: text) }
}

extension SessionToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "•••" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
