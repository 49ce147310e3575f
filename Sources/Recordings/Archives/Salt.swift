/// Sixteen random bytes next to facts that could be guessed: without the salt, a hash of both reveals nothing about the
/// facts.
package struct Salt: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a salt has.
    package static let byteCount = 16

    /// The sixteen bytes.
    package let bytes: [UInt8]

    /// - Returns: `nil` if `bytes` are not sixteen.
    package init?(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == Self.byteCount else { return nil }
    }

    /// Reads what ``description`` writes.
    /// - Returns: `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        guard let bytes = Base64URL.bytes(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// A salt that no one can guess, if no one can guess the output of `generator`.
    package init(using generator: inout some RandomNumberGenerator) {
        bytes = (0..<2).flatMap { _ in withUnsafeBytes(of: generator.next().bigEndian, Array.init) }
    }

    /// Twenty-two characters: base64 for URLs, without padding.
    package var description: String { Base64URL.text(bytes) }
}
