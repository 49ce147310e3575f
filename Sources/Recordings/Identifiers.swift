/// The short name that an organization has in the configuration, in file names and in every row and line that Callark
/// writes: `[a-z0-9-]{1,40}`.
package struct OrganizationName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    /// - Returns: `nil` where `name` is not one to forty of `a`–`z`, `0`–`9` and `-`.
    package init?(_ name: some StringProtocol) {
        let bytes = name.utf8
        guard (1...40).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
        description = String(name)
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

/// An identifier that the provider made. It is opaque: usually a UUID, but older tenants have others (wxcc-api 0), so
/// that it is never parsed, only compared and, where it becomes part of a path, made harmless (``FileName``).
///
/// Two that are UUIDs are the same if they differ in the case of their digits only (RFC 9562, section 4): one system
/// writes them in capitals, and the next one small. What is written down keeps the spelling that came first.
package protocol ProviderIdentifier: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    /// The identifier exactly as the provider wrote it; never empty, and never with a NUL, at which C would end it.
    var description: String { get }
    /// - Returns: `nil` where `text` is empty or has a NUL.
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

    /// By the text, a UUID's in small letters.
    package static func < (lhs: Self, rhs: Self) -> Bool {
        switch (lhs.uuid, rhs.uuid) {
        case (let left?, let right?): left < right
        case (let left, let right): (left?.description ?? lhs.description) < (right?.description ?? rhs.description)
        }
    }

    private var uuid: CanonicalUUID? { CanonicalUUID(ignoringCaseOf: description) }

    /// - Returns: `nil` where `text` is empty or has a NUL.
    fileprivate static func checked(_ text: some StringProtocol) -> String? {
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

/// The provider's identifier of an organization (a tenant).
package struct OrganizationID: ProviderIdentifier {
    package let description: String

    package init?(_ text: some StringProtocol) {
        guard let text = Self.checked(text) else { return nil }
        description = text
    }

    /// Whether both name one organization: the digits of a UUID may have either case (RFC 9562, section 4), any other text
    /// counts as it is.
    package func isSame(as other: OrganizationID) -> Bool {
        if self == other { return true }
        let lower = description.lowercased()
        return lower == other.description.lowercased() && CanonicalUUID(lower) != nil
    }
}

/// The provider's identifier of a task: one contact, such as one call. The same as the interaction ID and the contact
/// session ID of the provider's other APIs.
package struct TaskID: ProviderIdentifier {
    package let description: String

    package init?(_ text: some StringProtocol) {
        guard let text = Self.checked(text) else { return nil }
        description = text
    }
}

/// The provider's identifier of a recording. Not certain to be unique across the segments of one task (wxcc-api 6.2),
/// which is why ``RecordingKey`` exists.
package struct RecordingID: ProviderIdentifier {
    package let description: String

    package init?(_ text: some StringProtocol) {
        guard let text = Self.checked(text) else { return nil }
        description = text
    }
}

extension OrganizationName: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let name = OrganizationName(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a name of an organization")
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
