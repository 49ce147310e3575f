/// The provider's identifier of an organization (a tenant).
package struct OrganizationID: ProviderIdentifier {
    package let description: String

    package init?(_ text: some StringProtocol) {
        guard let text = Self.checked(text) else { return nil }
        description = text
    }

    /// Whether both name one organization: the digits of a UUID may have either case (RFC 9562, section 4), any other
    /// text counts as it is.
    package func isSame(as other: OrganizationID) -> Bool {
        if self == other { return true }
        let lower = description.lowercased()
        return lower == other.description.lowercased() && CanonicalUUID(lower) != nil
    }
}
