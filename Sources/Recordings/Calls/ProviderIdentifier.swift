/// An identifier that the provider made. It is opaque: usually a UUID, but older tenants have others (wxcc-api 0), so
/// it is never parsed, only compared, and made safe where it becomes part of a path (``FileName``).
///
/// Two UUIDs are the same if they differ only in the case of their digits (RFC 9562, section 4): systems write them in
/// different cases. What is stored keeps the spelling that came first.
package protocol ProviderIdentifier: Hashable, Sendable, Comparable, CodedAsText {
    /// The identifier exactly as the provider wrote it; never empty, and never with a NUL, at which C would end it.
    var description: String { get }
    /// - Returns: `nil` if `text` is empty or has a NUL.
    init?(_ text: some StringProtocol)
}

extension ProviderIdentifier {
    /// The same text, or the same UUID.
    package static func == (lhs: Self, rhs: Self) -> Bool {
        if lhs.description == rhs.description { return true }
        // Nearly always, they differ in more than the case of letters, and need not be read as UUIDs.
        guard zip(lhs.description.utf8, rhs.description.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }),
            let left = lhs.uuid, let right = rhs.uuid
        else { return false }
        return left == right
    }

    /// Whatever the case of letters, so that it is the same for the same UUID.
    package func hash(into hasher: inout Hasher) {
        var text = description
        text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            let whole = bytes.count & ~7
            for place in stride(from: 0, to: whole, by: 8) {
                let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                hasher.combine(word | 0x2020_2020_2020_2020)
            }
            for byte in bytes[whole...] { hasher.combine(byte | 0x20) }
        }
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
}
