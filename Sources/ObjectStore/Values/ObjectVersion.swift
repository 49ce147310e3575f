/// What a store calls one version of an object: a text that only the store understands.
package struct ObjectVersion: Hashable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    /// - Returns: `nil` if `text` is empty, which no version is called.
    package init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        description = text
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let version = ObjectVersion(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "an empty version")
        }
        self = version
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
