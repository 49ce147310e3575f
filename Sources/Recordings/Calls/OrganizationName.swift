/// The short name that an organization has in the configuration, in file names and in every row and line that Callark
/// writes: `[a-z0-9-]{1,40}`.
package struct OrganizationName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    /// - Returns: `nil` if `name` is not one to forty of `a`–`z`, `0`–`9` and `-`.
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

extension OrganizationName: CodedAsText {}
