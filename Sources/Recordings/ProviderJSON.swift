/// A JSON object of the provider's as it is kept: on one line, with every field it came with, known to us or not, and
/// without the query of any signed URL (`filePath`), which is a secret while it lasts and worthless afterwards.
///
/// Whoever makes one has taken the queries out: `WebexContactCenter` does, on decoding.
package struct ProviderJSON: Hashable, Sendable, CustomStringConvertible {
    /// The object's text, without a line break.
    package let description: String

    /// - Parameter redacted: the text of one JSON object, on one line, free of signed queries.
    package init(redacted: String) {
        description = redacted
    }
}
