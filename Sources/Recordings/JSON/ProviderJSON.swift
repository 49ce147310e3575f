/// A JSON object of the provider's as it is kept: on one line, with every field it came with, known to us or not, and
/// without the query of any signed URL (`filePath`), which is a secret while it lasts and worthless afterwards.
///
/// Whoever makes one takes the queries out: `WebexContactCenter` does, on decoding or when the text is made.
package struct ProviderJSON: Hashable, Sendable, CustomStringConvertible {
    private let source: Source

    private enum Source: Sendable {
        case text(String)
        case making(@Sendable () -> String)
    }

    /// - Parameter redacted: the text of one JSON object, on one line, free of signed queries.
    package init(redacted: String) {
        source = .text(redacted)
    }

    /// An object whose text is mostly not asked for, such as that of a task which is known already.
    /// - Parameter redacted: the same, made each time that it is asked for.
    package init(making redacted: @escaping @Sendable () -> String) {
        source = .making(redacted)
    }

    /// The object's text, without a line break.
    package var description: String {
        switch source {
        case .text(let text): text
        case .making(let text): text()
        }
    }

    /// The same object, with its text at hand.
    package var made: ProviderJSON {
        switch source {
        case .text: self
        case .making(let text): ProviderJSON(redacted: text())
        }
    }

    package static func == (one: ProviderJSON, other: ProviderJSON) -> Bool { one.description == other.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
