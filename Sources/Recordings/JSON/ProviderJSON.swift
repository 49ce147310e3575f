/// A JSON object of the provider as it is kept: on one line, with all its fields, known to us or not, and without the
/// query of any signed URL (`filePath`), which is a secret while it is valid and useless afterwards.
///
/// The creator of a value removes the queries: `WebexContactCenter` does, when it decodes or when it makes the text.
package struct ProviderJSON: Hashable, Sendable, CustomStringConvertible {
    private let source: Source

    private enum Source: Sendable {
        case text(String)
        /// The text, and what it says, so that no one has to read it.
        case read(String, JSONValue)
        case making(@Sendable () -> JSONValue)
    }

    /// - Parameter redacted: the text of one JSON object, on one line, free of signed queries.
    package init(redacted: String) {
        source = .text(redacted)
    }

    /// - Parameter redacted: the object, free of signed queries.
    package init(redacted: JSONValue) {
        source = .read(JSONWriter.text(redacted), redacted)
    }

    /// An object whose text is rarely needed, such as that of a task that is already known.
    /// - Parameter redacted: the same, made each time that it is needed.
    package init(making redacted: @escaping @Sendable () -> JSONValue) {
        source = .making(redacted)
    }

    /// The object's text, without a line break.
    package var description: String {
        switch source {
        case .text(let text), .read(let text, _): text
        case .making(let value): JSONWriter.text(value())
        }
    }

    /// The object; null if its text is not JSON.
    package var value: JSONValue {
        switch source {
        case .text(let text): (try? JSONReader.value(of: text)) ?? .null
        case .read(_, let value): value
        case .making(let value): value()
        }
    }

    /// The same object, with its text already made.
    package var made: ProviderJSON {
        switch source {
        case .text, .read: self
        case .making(let value): ProviderJSON(redacted: value())
        }
    }

    /// The same object as text alone, which takes less memory while it waits.
    package var packed: ProviderJSON { ProviderJSON(redacted: description) }

    package static func == (one: ProviderJSON, other: ProviderJSON) -> Bool { one.description == other.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
