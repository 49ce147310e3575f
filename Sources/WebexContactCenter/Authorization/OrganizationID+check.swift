import Foundation
import Recordings

extension OrganizationID {
    /// Whether `other` certainly names another organization: both are UUIDs, and differ. Older tenants have opaque IDs,
    /// and an odd token may have something else in place of an ID (wxcc-api 0 and 2.3); these contradict nothing.
    package func isContradicted(by other: some StringProtocol) -> Bool {
        guard let mine = UUID(uuidString: description), let theirs = UUID(uuidString: String(other)) else {
            return false
        }
        return mine != theirs
    }

    /// Compares the organization that an access token names after its last underscore with this one.
    /// - Throws: `wrongOrganization` if they certainly differ.
    func requireOwn(_ token: Secret) throws(ProviderError) {
        guard let tail = token.value.split(separator: "_").last, isContradicted(by: tail) else { return }
        throw ProviderError(
            .wrongOrganization,
            "the access token is of organization \(tail), not of \(self)",
            advice: "check org_id, and with whose account the token was made"
        )
    }
}
