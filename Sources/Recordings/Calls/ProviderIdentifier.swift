/// An identifier that the provider made. It is opaque: usually a UUID, but older tenants have others (wxcc-api 0), so
/// it is never parsed, only compared, and made safe where it becomes part of a path (``FileName``).
///
/// Two UUIDs are the same if they differ only in the case of their digits (RFC 9562, section 4): systems write them in
/// different cases. What is stored keeps the spelling that came first.
package protocol ProviderIdentifier: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    /// The identifier exactly as the provider wrote it; never empty, and never with a NUL, at which C would end it.
    var description: String { get }
    /// - Returns: `nil` if `text` is empty or has a NUL.
    init?(_ text: some StringProtocol)
}

extension ProviderIdentifier {
    /// The same text, or the same UUID.
    package static func == (lhs: Self, rhs: Self) -> Bool {
        if lhs.description == rhs.description { return true }
        guard let left = lhs.uuid, let right = rhs.uuid else { return false }
        return left == right
    }

    /// UUIDs by their digits, the rest by their texts.
    package func hash(into hasher: inout Hasher) {
        if let uuid { hasher.combine(uuid) } else { hasher.combine(description) }
    }

    /// By the text; for a UUID, in lower case.
    package static func < (lhs: Self, rhs: Self) -> Bool {
        switch (lhs.uuid, rhs.uuid) {
        case (let left?, let right?): left < right
        case (let left, let right): (left?.description ?? lhs.description) < (right?.description ?? rhs.description)
        }
    }

    private var uuid: CanonicalUUID? { CanonicalUUID(ignoringCaseOf: description) }

    /// - Returns: `nil` if `text` is empty or has a NUL.
    static func checked(_ text: some StringProtocol) -> String? {
        var text = String(text)
        return text.withUTF8 { $0.isEmpty || $0.contains(0) } ? nil : text
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let identifier = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "empty identifier")
        }
        self = identifier
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
