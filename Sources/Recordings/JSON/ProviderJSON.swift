/// A JSON object of the provider as it is kept: on one line, with all its fields, known to us or not, and without the
/// query of any signed URL (`filePath`), which is a secret while it is valid and useless afterwards.
///
/// The creator of a value removes the queries: `WebexContactCenter` does, when it decodes or when it makes the text.
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

    /// An object whose text is rarely needed, such as that of a task that is already known.
    /// - Parameter redacted: the same, made each time that it is needed.
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

    /// The same object, with its text already made.
    package var made: ProviderJSON {
        switch source {
        case .text: self
        case .making(let text): ProviderJSON(redacted: text())
        }
    }

    package static func == (one: ProviderJSON, other: ProviderJSON) -> Bool { one.description == other.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
