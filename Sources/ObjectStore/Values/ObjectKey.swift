/// The name of an object below the prefix of its ``ObjectStoreLocation``: any text but an empty one, of at most 1,024
/// bytes, without `.` and `..` between slashes, which servers read as folders.
package struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    /// The most bytes that a store takes, its prefix included.
    package static let maximumByteCount = 1024

    /// - Returns: `nil` if `text` is no name of an object.
    package init?(_ text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumByteCount, !text.utf8.contains(0) else { return nil }
        guard !text.split(separator: "/", omittingEmptySubsequences: false).contains(where: { $0 == "." || $0 == ".." })
        else { return nil }
        description = String(text)
    }

    /// By bytes, as stores list them.
    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.description.utf8.lexicographicallyPrecedes(rhs.description.utf8)
    }
}
