/// A value whose coded form is its text, such as `"2025-11-20"`.
package protocol CodedAsText: Codable, CustomStringConvertible {
    /// - Returns: `nil` if `text` is not the text of such a value.
    init?(_ text: String)
}

extension CodedAsText {
    /// Reads the text.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the text of \(Self.self)")
        }
        self = value
    }

    /// Writes the text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
